export { parseRrdcachedAddress, type RrdcachedAddress } from "./client/address.ts";
export type { RrdcachedAnswer } from "./client/answers.ts";
export {
  converseWithRrdcached,
  type RrdcachedConversation,
  type RrdcachedReply,
} from "./client/conversation.ts";
export { escapedPath, type RefusedUpdate, RrdcachedSession } from "./client/session.ts";
export { Shards } from "./client/shards.ts";
export { type CacheDaemon, type CacheDaemonOptions, startCacheDaemon } from "./server/daemon.ts";
export type { SyncPolicy } from "./store/journal.ts";
export type { WriteBehindFigures } from "./store/write-behind-figures.ts";
