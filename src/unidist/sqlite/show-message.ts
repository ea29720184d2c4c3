import type { QueueMessage } from "../types.ts";
import { valueOfText } from "../value-text.ts";
import type { Row } from "./database.ts";

/** A row of position, time, key and body. */
export function showMessage([position, time, key, body]: Row): QueueMessage {
  return {
    position: position as bigint,
    time: time as number,
    key: key === null ? undefined : (JSON.parse(key as string) as string),
    message: valueOfText(body as string),
  };
}
