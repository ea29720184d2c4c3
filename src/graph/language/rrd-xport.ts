import { failed, problem, type Result } from "../../base/index.ts";
import type { RrdGraphOptions } from "./rrd-graph.ts";

/**
 * `rrdtool xport`: `args` are its words after the verb. The text is XML, or JSON with `--json`, byte for byte as
 * rrdtool 1.7.2 prints it. Problems as with `rrdGraph`.
 */
export async function rrdXport(
  _args: readonly string[],
  _options: RrdGraphOptions,
): Promise<Result<{ readonly text: string }>> {
  return failed(problem("rrd-arguments", "xport is not there yet"));
}
