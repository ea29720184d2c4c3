/** For states that only a mistake in procblock itself can reach. */
export function internalError(message: string): Error {
  return new Error(`Internal error: ${message}`);
}

export function assertNever(value: never): never {
  throw internalError(`unexpected ${JSON.stringify(value)}`);
}
