import { type LogLevel, renderProblem } from "../base/index.ts";
import type { LogLine } from "./log-lines.ts";

const looks: Readonly<Record<LogLevel, { word: string; colour: number }>> = {
  trace: { word: "trace", colour: 90 },
  debug: { word: "debug", colour: 90 },
  info: { word: "", colour: 0 },
  warn: { word: "warning", colour: 33 },
  error: { word: "error", colour: 31 },
  fatal: { word: "fatal", colour: 31 },
};

/** `14:05:09 simplest: started, every 5s`, for a person who watches; problems show their place below. */
export function terminalLine(line: LogLine, now: number, colour: boolean): string {
  const paint = (text: string, code: number) =>
    colour && code > 0 && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  const { word, colour: shade } = looks[line.level];
  const time = new Date(now).toTimeString().slice(0, 8);
  const lead = word === "" ? "" : `${paint(word, shade)}: `;
  const thread = line.thread === undefined ? "" : `${paint(line.thread, 36)}: `;
  const text =
    line.level === "trace" || line.level === "debug" ? paint(visible(line.text), 90) : visible(line.text);
  const head = `${paint(time, 90)} ${lead}${thread}${text}\n`;
  const { problem } = line;
  if (problem?.place === undefined && (problem?.notes ?? []).length === 0) return head;
  if (problem === undefined) return head;
  const details = renderProblem(problem, { colour }).split("\n");
  // Its first line says what the head says already, but for the place.
  const place = problem.place === undefined ? [] : [`at ${problem.place.file}:${problem.place.line}`];
  return [head.trimEnd(), ...[...place, ...details.slice(1)].map((detail) => `         ${detail}`), ""].join(
    "\n",
  );
}

/** What scripts write may hold anything; a terminal must not obey it. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}
