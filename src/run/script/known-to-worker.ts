import type { Mapping } from "../../base/index.ts";
import { isEmpty, isWorthAPart, knownEnvironment, partNumber } from "./parts.ts";
import type { CallMessage, CallSetting, ToWorker } from "./protocol.ts";
import type { ScriptCall, ScriptReference } from "./types.ts";
import type { Choice } from "./versions.ts";

/** After so many outdated versions of scripts a worker is replaced: modules cannot be unloaded. */
const MOST_OUTDATED = 20;
/** After so many shared values, likewise. */
const MOST_PARTS = 20_000;

const scriptNumbers = new WeakMap<ScriptReference, number>();
let nextScript = 1;

/** A script the worker knows, and the setting of its last call there. */
interface Introduced {
  readonly number: number;
  readonly script: ScriptReference;
  last: CallSetting | undefined;
}

/** What one worker was sent already: each call sends only what is new. */
export class KnownToWorker {
  readonly #post: (message: ToWorker) => void;
  readonly #parts = new Set<number>();
  readonly #scripts = new Map<number, Introduced>();
  readonly #versions = new Set<string>();
  readonly #files = new Set<string>();

  constructor(post: (message: ToWorker) => void) {
    this.#post = post;
  }

  /** It holds so much that nobody will ask for again that a fresh worker is better. */
  get full(): boolean {
    return this.#versions.size - this.#files.size > MOST_OUTDATED || this.#parts.size > MOST_PARTS;
  }

  script(number: number): ScriptReference | undefined {
    return this.#scripts.get(number)?.script;
  }

  /** The message for a call, after those that it builds upon were posted. */
  callMessage(
    id: number,
    script: ScriptReference,
    call: ScriptCall,
    choice: Choice,
  ): { -readonly [K in keyof CallMessage]: CallMessage[K] } {
    const known = this.#introduce(script);
    this.#handOver(script.file, choice);
    const message: { -readonly [K in keyof CallMessage]: CallMessage[K] } = {
      kind: "call",
      id,
      script: known.number,
      pipeData: call.pipeData,
    };
    const env = isEmpty(call.env) ? undefined : this.#part(knownEnvironment(call.env));
    const { last } = known;
    if (
      last === undefined ||
      last.version !== choice.key ||
      last.label !== call.label ||
      last.cwd !== call.cwd ||
      last.env !== env
    ) {
      message.setting = { version: choice.key, label: call.label, cwd: call.cwd, env };
      known.last = message.setting;
    }
    if (!isEmpty(call.inputData)) {
      message.inputData = isWorthAPart(call.inputData) ? this.#part(call.inputData) : call.inputData;
    }
    if (call.args.length > 0) message.args = isWorthAPart(call.args) ? this.#part(call.args) : call.args;
    if (!isEmpty(call.requestState)) message.requestState = call.requestState;
    return message;
  }

  #handOver(file: string, choice: Choice): void {
    if (this.#versions.has(choice.key)) return;
    this.#versions.add(choice.key);
    this.#files.add(file);
    if (choice.files !== undefined && choice.files.length > 0) {
      this.#post({ kind: "version", key: choice.key, files: choice.files });
    }
  }

  #introduce(script: ScriptReference): Introduced {
    let number = scriptNumbers.get(script);
    if (number === undefined) {
      number = nextScript++;
      scriptNumbers.set(script, number);
    }
    let known = this.#scripts.get(number);
    if (known === undefined) {
      const { block, blockParent, tag } = script.fixed;
      this.#post({
        kind: "script",
        block: this.#part(block),
        blockParent: blockParent === null ? undefined : this.#part(blockParent),
        id: number,
        file: script.file,
        tag,
      });
      known = { number, script, last: undefined };
      this.#scripts.set(number, known);
    }
    return known;
  }

  #part(value: object): number {
    const number = partNumber(value);
    if (!this.#parts.has(number)) {
      this.#parts.add(number);
      this.#post({ kind: "part", id: number, value: value as Mapping });
    }
    return number;
  }
}
