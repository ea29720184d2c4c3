import type { QueueMessage } from "../types.ts";
import { nameOfText, valueOfText } from "../value-text.ts";

export interface MessageRow {
  readonly position: string;
  readonly time: number;
  readonly key: string | null;
  readonly body: string;
  readonly deliveries: number;
}

export function messageOf({ position, time, key, body }: MessageRow): QueueMessage {
  return {
    position: BigInt(position),
    time,
    key: key === null ? undefined : nameOfText(key),
    message: valueOfText(body),
  };
}
