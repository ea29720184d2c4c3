/**
 * What `procblock rrd daemon -l SOCKET -b BASE -j BASE/journal --sync always -R` runs, without the command line around
 * it, which takes longer to start than these tests take.
 */
import { join } from "node:path";
import { unwrap } from "../../../src/base/index.ts";
import { startCacheDaemon } from "../../../src/run/cached/index.ts";

const [socket = "", base = ""] = process.argv.slice(2);
const options = { socket, base, journal: join(base, "journal"), sync: "always", makeFolders: true } as const;
const daemon = unwrap(await startCacheDaemon(options));
process.once("SIGTERM", () => {
  daemon.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
