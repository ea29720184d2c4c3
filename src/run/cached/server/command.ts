import type { Clock } from "../../../base/index.ts";
import type { BaseFolder } from "../store/base-folder.ts";
import type { WriteBehind } from "../store/write-behind.ts";

export interface CommandContext {
  readonly cache: WriteBehind;
  readonly base: BaseFolder;
  readonly clock: Clock;
  /** Make the folders of new files. */
  readonly makeFolders: boolean;
}

/** An answer without its line end: `0 text`, `-1 text`, or a count and that many lines. */
export type Answer = string | Buffer;

export interface ProtocolCommand {
  readonly usage: string;
  /** The lines of `HELP COMMAND` after the usage; undefined: it is not shown. */
  readonly help: readonly string[] | undefined;
  readonly inBatch: boolean;
  /** `words` without the command's own. */
  answer(context: CommandContext, words: readonly string[]): Answer;
}

export function refusal(text: string): string {
  return `-1 ${text}`;
}

export function usageOf(command: { readonly usage: string }): string {
  return refusal(`Usage: ${command.usage}`);
}

export function withLines(title: string, lines: readonly string[]): string {
  return [`${lines.length} ${title}`, ...lines].join("\n");
}

/** The path of a file that a client named, or the refusal. `following`: symbolic links must not lead outside either. */
export function locate({ base }: CommandContext, name: string): { path: string } | { refused: string } {
  const path = base.locate(name);
  return path === undefined || !base.contains(path)
    ? { refused: refusal(`${base.shown(name)}: Permission denied`) }
    : { path };
}
