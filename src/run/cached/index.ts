export { parseRrdcachedAddress, type RrdcachedAddress } from "./client/address.ts";
export type { ConnectionFigures } from "./client/connection.ts";
export {
  createRrdcachedSink,
  type RrdcachedSink,
  type RrdcachedSinkFigures,
  type RrdcachedSinkOptions,
} from "./client/sink.ts";
export { type CacheDaemon, type CacheDaemonOptions, startCacheDaemon } from "./server/daemon.ts";
export type { SyncPolicy } from "./store/journal.ts";
export type { WriteBehindFigures } from "./store/write-behind.ts";
