export const processBlock = async ({ emit, signal }) => {
  let count = 0;
  while (!signal.aborted) {
    emit({ count: ++count });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { stopped: true };
};
