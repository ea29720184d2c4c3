import type { DataSourceDefinition, RrdInfo } from "../../rrd/index.ts";
import type { FileShape } from "./fit.ts";

export interface Difference {
  readonly message: string;
  /** What the user can do to have it as the block says. */
  readonly remedy: string;
}

type Limits = Pick<DataSourceDefinition, "name" | "heartbeat" | "min" | "max">;

/** Where a field's heartbeat, min and max are not what the block says; the file's count until it is tuned. */
export function otherLimits(path: string, there: Limits, wanted: Limits): Difference[] {
  const limits = [
    ["heartbeat", there.heartbeat, wanted.heartbeat, "--heartbeat"],
    ["min", there.min ?? Number.NaN, wanted.min ?? Number.NaN, "--minimum"],
    ["max", there.max ?? Number.NaN, wanted.max ?? Number.NaN, "--maximum"],
  ] as const;
  return limits.flatMap(([what, has, wants, option]) => {
    if (Object.is(has, wants)) return [];
    const field = `${what} of field "${wanted.name}"`;
    const message = `${field} is ${limit(has)} in "${path}", the block says ${limit(wants)}: the file's counts`;
    const tune = `procblock rrd tune ${path} ${option} ${wanted.name}:${limit(wants)}`;
    return { message, remedy: `stop the block, then: ${tune}` };
  });
}

function limit(value: number): string {
  return Number.isNaN(value) ? "U" : String(value);
}

/** Whether the file has just the archives of the block, in any order. */
export function sameArchives(info: RrdInfo, shape: Pick<FileShape, "archives">): boolean {
  const texts = (archives: readonly { cf: string; xff: number; pdpPerRow: number; rows: number }[]) =>
    archives
      .map(({ cf, xff, pdpPerRow, rows }) => `${cf}:${xff}:${pdpPerRow}:${rows}`)
      .sort()
      .join();
  return texts(info.archives) === texts(shape.archives);
}
