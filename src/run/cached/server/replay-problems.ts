import { type Problem, problem } from "../../../base/index.ts";
import type { ReplayReport } from "../store/write-behind.ts";

/** What the journal brought back not, as warnings. */
export function replayProblems({ taken, damaged, unplaced, kept }: ReplayReport): Problem[] {
  const problems: Problem[] = [];
  if (damaged > 0) {
    const message = `${damaged} records of the journal were cut off or damaged and left out`;
    const notes = [`${taken} updates were taken from it`];
    problems.push(problem("journal-damaged", message, { severity: "warning", notes }));
  }
  if (unplaced.files > 0) {
    const { updates, files, example } = unplaced;
    const message = `${updates} updates in the journal have no place now, of ${files === 1 ? "one file" : `${files} files`}: they are kept`;
    const notes = [
      example,
      `kept in: ${kept.join(", ")}`,
      "to take them: stop the daemon, put the files back (or give the -b of before), remove .kept from the names, and start it before newer updates come",
    ];
    problems.push(problem("journal-kept", message, { severity: "warning", notes }));
  }
  return problems;
}
