import { type ProtocolCommand, withLines } from "./command.ts";

export const ping: ProtocolCommand = {
  usage: "PING",
  help: ["PING given, PONG returned"],
  inBatch: false,
  answer: () => "0 PONG",
};

export const stats: ProtocolCommand = {
  usage: "STATS",
  help: ["Shows what was received, written and refused since the start."],
  inBatch: false,
  answer({ cache }) {
    const figures = cache.figures();
    const lines = [
      `QueueLength: ${figures.queued}`,
      `UpdatesReceived: ${figures.received}`,
      `FlushesReceived: ${figures.flushes}`,
      `UpdatesWritten: ${figures.writes}`,
      `DataSetsWritten: ${figures.written}`,
      `TreeNodesNumber: ${figures.files}`,
      `TreeDepth: ${Math.ceil(Math.log2(figures.files + 1))}`,
      `JournalBytes: ${figures.journalBytes}`,
      `JournalRotate: ${figures.journalRotations}`,
    ];
    // Not rrdcached's: shown only when there is something to say.
    if (figures.refused > 0) lines.push(`UpdatesRefused: ${figures.refused}`);
    if (figures.dropped > 0) lines.push(`UpdatesDropped: ${figures.dropped}`);
    return withLines("Statistics follow", lines);
  },
};
