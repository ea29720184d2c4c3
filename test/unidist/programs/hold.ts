/** Takes a lock and a message of a space, says so, and holds both until it is killed: `hold.ts URL SPACE`. */
import { openSpace } from "../../../src/unidist/index.ts";

const [url = "", name = ""] = process.argv.slice(2);
const space = openSpace(url, name);
const lease = await space.lock("door").acquire({ holder: { thread: "child" } });
const message = await space.queue("jobs").take({ visibility: 3600 as never });
console.log(JSON.stringify({ token: String(lease?.token), message: message?.message ?? null }));
setInterval(() => {}, 1000);
