/** An open space keeps no process from ending; what it was asked and has not answered yet does. */
export class Awake {
  #working = 0;
  #timer: NodeJS.Timeout | undefined;

  begin(): void {
    if (this.#working++ > 0) return;
    this.#timer ??= setInterval(() => {}, 60_000);
    this.#timer.ref();
  }

  end(): void {
    if (--this.#working === 0) this.#timer?.unref();
  }
}
