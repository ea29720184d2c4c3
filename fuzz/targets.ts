import type { FuzzTarget } from "./target.ts";
import { block } from "./targets/block.ts";
import { commands } from "./targets/commands.ts";
import { pipeLines } from "./targets/pipe.ts";
import { protocol } from "./targets/protocol.ts";
import { rrdFile } from "./targets/rrd-file.ts";
import { times } from "./targets/times.ts";
import { updateText } from "./targets/update-text.ts";
import { xml } from "./targets/xml.ts";

export const targets: readonly FuzzTarget[] = [
  rrdFile,
  updateText,
  commands,
  times,
  xml,
  protocol,
  pipeLines,
  block,
];
