/** Names as they are kept. SQLite's text has no half surrogate pairs: such a name is kept as its JSON. */
export function storedName(name: string): string {
  return name.startsWith('"') || !name.isWellFormed() ? JSON.stringify(name) : name;
}

export function shownName(stored: string): string {
  return stored.startsWith('"') ? (JSON.parse(stored) as string) : stored;
}
