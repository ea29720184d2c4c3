import type { Storage, StorageFile } from "../../src/rrd/index.ts";

type Call = keyof StorageFile | keyof Storage;

export interface Fault {
  /** The n-th call of these, counted from 1, goes wrong. */
  readonly nth: number;
  readonly calls: readonly Call[];
  /** `once`, or from then on `forever`. */
  readonly lasting: "once" | "forever";
  /** `error`: nothing is done and the code thrown; `short`: one byte is taken, and no error is given. */
  readonly kind: { readonly error: string } | "short";
}

/** A layer over a storage in which the n-th call goes wrong; counts all calls it watches. */
export class FaultyStorage implements Storage {
  readonly #under: Storage;
  readonly #fault: Fault;
  count = 0;

  constructor(under: Storage, fault: Fault) {
    this.#under = under;
    this.#fault = fault;
  }

  /** Whether this call goes wrong. */
  hit(call: Call): boolean {
    const { calls, nth, lasting, kind } = this.#fault;
    if (!calls.includes(call)) return false;
    this.count++;
    if (lasting === "once" ? this.count !== nth : this.count < nth) return false;
    if (kind !== "short")
      throw Object.assign(new Error(`${kind.error}: made up`), { code: kind.error, syscall: call });
    return true;
  }

  open(path: string, mode: "read" | "write"): StorageFile {
    this.hit("open");
    return new FaultyFile(this, this.#under.open(path, mode));
  }

  createBeside(path: string): { path: string; file: StorageFile } {
    this.hit("createBeside");
    const made = this.#under.createBeside(path);
    return { path: made.path, file: new FaultyFile(this, made.file) };
  }

  rename(from: string, to: string): void {
    this.hit("rename");
    this.#under.rename(from, to);
  }

  link(existing: string, name: string): void {
    this.hit("link");
    this.#under.link(existing, name);
  }

  unlink(path: string): void {
    this.hit("unlink");
    this.#under.unlink(path);
  }

  stat(path: string) {
    this.hit("stat");
    return this.#under.stat(path);
  }

  syncDirectory(path: string): void {
    this.hit("syncDirectory");
    this.#under.syncDirectory(path);
  }
}

class FaultyFile implements StorageFile {
  readonly #storage: FaultyStorage;
  readonly #under: StorageFile;

  constructor(storage: FaultyStorage, under: StorageFile) {
    this.#storage = storage;
    this.#under = under;
  }

  read(into: Uint8Array, offset: number, length: number, position: number): number {
    return this.#under.read(into, offset, this.#storage.hit("read") ? 1 : length, position);
  }

  write(from: Uint8Array, offset: number, length: number, position: number): number {
    return this.#under.write(from, offset, this.#storage.hit("write") ? 1 : length, position);
  }

  sync(): void {
    this.#storage.hit("sync");
    this.#under.sync();
  }

  status() {
    this.#storage.hit("status");
    return this.#under.status();
  }

  setMode(mode: number): void {
    this.#storage.hit("setMode");
    this.#under.setMode(mode);
  }

  close(): void {
    this.#under.close();
    this.#storage.hit("close");
  }
}
