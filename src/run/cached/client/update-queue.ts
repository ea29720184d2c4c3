/** Commands that wait to be sent, oldest first; bounded in number and bytes. */
export class UpdateQueue {
  readonly #most: number;
  readonly #mostBytes: number;
  #commands: string[] = [];
  #first = 0;
  #bytes = 0;

  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  get length(): number {
    return this.#commands.length - this.#first;
  }

  /** Returns how many of the oldest had to go. */
  push(command: string): number {
    this.#commands.push(command);
    this.#bytes += command.length;
    let dropped = 0;
    while (this.length > this.#most || (this.#bytes > this.#mostBytes && this.length > 0)) {
      this.#shift();
      dropped++;
    }
    return dropped;
  }

  take(count: number): string[] {
    const taken: string[] = [];
    while (taken.length < count && this.length > 0) taken.push(this.#shift());
    return taken;
  }

  #shift(): string {
    const command = this.#commands[this.#first] ?? "";
    this.#first++;
    this.#bytes -= command.length;
    // Cut now and then: shifting an array one by one would move all of it each time.
    if (this.#first > 1024 && this.#first * 2 > this.#commands.length) {
      this.#commands = this.#commands.slice(this.#first);
      this.#first = 0;
    }
    return command;
  }
}
