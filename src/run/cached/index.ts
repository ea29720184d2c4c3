export { parseRrdcachedAddress, type RrdcachedAddress } from "./client/address.ts";
export type { ConnectionFigures } from "./client/connection.ts";
export {
  createRrdcachedSink,
  type RrdcachedSink,
  type RrdcachedSinkFigures,
  type RrdcachedSinkOptions,
} from "./client/sink.ts";
