import type { Plain, Seconds } from "../../../base/index.ts";
import { plainOf, type Queue, type QueueMessage, SharedError } from "../../../unidist/index.ts";
import { linesOf } from "./lines.ts";
import { valueOfWord } from "./value.ts";
import type { SharedVerb } from "./verb.ts";

export const queueVerbs: Readonly<Record<string, SharedVerb>> = {
  queues: {
    usage: "",
    info: "all queues: messages, and how many of them are being worked on",
    words: [0, 0],
    async run({ space, table }) {
      table((await space.queues()).map(({ name, length, taken }) => ({ queue: name, length, taken })));
      return 0;
    },
  },
  push: {
    usage: "QUEUE VALUE|- [--key KEY] [--text]",
    info: "sends a message and prints its position; with - every line of standard input",
    words: [2, 2],
    options: ["key", "text"],
    async run({ io, space, words: [name = "", value = ""], option, print }) {
      const key = option("key");
      const push = async (word: string) => {
        const given = valueOfWord(word, option("text") !== undefined);
        print(await space.queue(name).push(given, key === undefined ? {} : { key }));
      };
      if (value !== "-") await push(value);
      else for await (const line of linesOf(io.stdin)) await push(line);
      return 0;
    },
  },
  pop: {
    usage: "QUEUE [--wait TIME]",
    info: "takes the oldest message and prints it (exit code 1: empty)",
    words: [1, 1],
    options: ["wait"],
    async run({ space, words: [name = ""], seconds, print }) {
      const wait = seconds("wait");
      const queue = space.queue(name);
      const popped = wait === undefined ? await queue.pop() : await takeOnce(queue, wait);
      if (popped === undefined) return 1;
      print(plainOf(popped.message));
      return 0;
    },
  },
  peek: {
    usage: "QUEUE [N]",
    info: "the newest N (25) messages, newest last; removes nothing",
    words: [1, 2],
    async run({ space, words: [name = "", last = "25"], table }) {
      table((await space.queue(name).peek({ last: Number(last) })).map(shown));
      return 0;
    },
  },
  length: {
    usage: "QUEUE",
    info: "how many messages there are",
    words: [1, 1],
    async run({ space, words: [name = ""], print }) {
      print(await space.queue(name).length());
      return 0;
    },
  },
  trim: {
    usage: "QUEUE [--keep N] [--older-than TIME]",
    info: "removes old messages and prints how many",
    words: [1, 1],
    options: ["keep", "older-than"],
    async run({ space, words: [name = ""], seconds, count, print }) {
      const [keep, olderThan] = [count("keep"), seconds("older-than")];
      const what = {
        ...(keep === undefined ? {} : { keep }),
        ...(olderThan === undefined ? {} : { olderThan }),
      };
      print(await space.queue(name).trim(what));
      return 0;
    },
  },
  follow: {
    usage: "QUEUE",
    info: "every message from now on, without taking it, until Ctrl-C",
    words: [1, 1],
    async run({ space, words: [name = ""], signal, print }) {
      for await (const message of space.queue(name).subscribe({ signal })) print(shown(message));
      return 0;
    },
  },
};

/** What was printed is gone: there is nobody who could say later whether it was dealt with. */
async function takeOnce(queue: Queue, wait: Seconds): Promise<QueueMessage | undefined> {
  const taken = await queue.take({ wait });
  try {
    await taken?.ack();
  } catch (error) {
    if (!(error instanceof SharedError) || error.code !== "lost") throw error;
  }
  return taken;
}

function shown({ position, time, key, message }: QueueMessage): Record<string, Plain> {
  return { position, time, ...(key === undefined ? {} : { key }), message: plainOf(message) };
}
