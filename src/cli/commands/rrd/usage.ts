import { graphHelp, xportHelp } from "./graph-help.ts";

/** What stands behind each command, one line each. */
export const verbUsage = {
  create:
    "FILE [-b|--start TIME] [-s|--step STEP] [-O|--no-overwrite] [-t|--template FILE] [-r|--source FILE]… [-d|--daemon ADDRESS] DS:NAME[=SOURCE[INDEX]]:TYPE:… RRA:CF:…",
  update:
    "FILE [-t|--template NAME:NAME…] [-s|--skip-past-updates] [-d|--daemon ADDRESS] [--] TIME|N:VALUE[:VALUE…]… TIME@VALUE…",
  updatev: "FILE [-t|--template NAME:NAME…] [-s|--skip-past-updates] [--] TIME|N:VALUE[:VALUE…]… TIME@VALUE…",
  fetch:
    "FILE CF [-r|--resolution SECONDS] [-s|--start TIME] [-e|--end TIME] [-a|--align-start] [-d|--daemon ADDRESS] [--json]",
  info: "FILE [-d|--daemon ADDRESS [-F|--noflush]] [--json]",
  first: "FILE [--rraindex NUMBER] [-d|--daemon ADDRESS]",
  last: "FILE [-d|--daemon ADDRESS]",
  lastupdate: "FILE [-d|--daemon ADDRESS]",
  dump: "[-h|--header none|xsd|dtd] [-n|--no-header] [-d|--daemon ADDRESS] FILE [XML]",
  restore: "[-r|--range-check] [-f|--force-overwrite] XML FILE",
  tune: `FILE [-D|--daemon ADDRESS]
  [-h|--heartbeat NAME:SECONDS] [-i|--minimum NAME:MIN] [-a|--maximum NAME:MAX]
  [-d|--data-source-type NAME:TYPE] [-r|--data-source-rename OLD:NEW]
  [-x|--alpha A] [-y|--beta B] [-z|--gamma G] [-v|--gamma-deviation G]
  [-s|--smoothing-window SHARE] [-S|--smoothing-window-deviation SHARE]
  [-p|--deltapos SCALE] [-n|--deltaneg SCALE] [-f|--failure-threshold COUNT] [-w|--window-length COUNT]
  [-b|--aberrant-reset NAME]
  [-t|--step SECONDS] [DEL:NAME]… [DS:NAME:TYPE:…]… [DELRRA:INDEX]… [RRA:CF:…]… [RRA#INDEX:+|-|=ROWS]…`,
  resize: "FILE ARCHIVE GROW|SHRINK ROWS",
  flushcached: "[-d|--daemon ADDRESS] FILE…",
  list: "[-r|--recursive] [-d|--daemon ADDRESS [--noflush]] DIRECTORY",
  xport:
    "[-s|--start TIME] [-e|--end TIME] [-m|--maxrows ROWS] [--step SECONDS] [-t|--showtime] [--enumds] [--json] [-d|--daemon ADDRESS] DEF:… CDEF:… XPORT:NAME[:LEGEND]…",
  graph: "PICTURE|- [-d|--daemon ADDRESS] [options] DEF:… LINE1:… AREA:… PRINT:…",
  graphv: "PICTURE|- [-d|--daemon ADDRESS] [options] DEF:… LINE1:… AREA:… PRINT:…",
} as const satisfies Readonly<Record<string, string>>;

export type RrdVerbName = keyof typeof verbUsage;

const infos: Readonly<Record<RrdVerbName, string>> = {
  create: "makes a file",
  update: "stores values",
  updatev: "stores values and tells every row that they complete",
  fetch: "the rows of the archive that fits best; --json for programs",
  info: "all that the file's header says; --json for programs",
  first: "the time of the oldest row",
  last: "the time of the last update",
  lastupdate: "the values of the last update",
  dump: "the file as XML",
  restore: "makes a file of what dump wrote",
  tune: "changes limits, names, types, forecast parameters; data sources, archives, a finer step",
  resize: "writes a copy with one archive longer or shorter: resize.rrd, here",
  flushcached: "lets an rrdcached write what it holds of files",
  list: "the RRD files in a directory",
  xport: "values, computed and brought to one step, as XML or JSON",
  graph: "a picture, and the texts of PRINT",
  graphv: "a picture, and all that is known of it",
};

/** Where one line cannot say it all. */
const details: Readonly<Partial<Record<RrdVerbName, string>>> = {
  graph: graphHelp,
  graphv: graphHelp,
  xport: xportHelp,
};

export function isVerb(word: string): word is RrdVerbName {
  return Object.hasOwn(verbUsage, word);
}

/** Of one command, or of all. */
export function rrdUsage(verb?: RrdVerbName): string {
  if (verb !== undefined) {
    const more = details[verb];
    return `procblock rrd ${verb} ${verbUsage[verb]}\n\n  ${infos[verb]}\n${more === undefined ? "" : `\n${more}`}`;
  }
  const lines = Object.entries(infos).map(([name, info]) => `  ${name.padEnd(10)}  ${info}`);
  return `procblock rrd COMMAND … takes the arguments of \`rrdtool COMMAND …\` and prints what rrdtool prints.
procblock rrd - [DIRECTORY] obeys commands line by line, with quit, cd, mkdir, pwd and ls.
procblock rrd convert … makes files from machines of another kind files that can be updated here.
procblock rrd migrate … gives files another step or other archives and keeps what can be kept.
procblock rrd daemon … takes updates in rrdcached's protocol and writes them many at once.

${lines.join("\n")}

-d|--daemon ADDRESS (tune: -D), or RRDCACHED_ADDRESS in the environment, goes through an rrdcached or \`rrd daemon\`:
unix:PATH, PATH, HOST or HOST:PORT.

Times are rrdtool's: epoch seconds, now-1h, midnight, end-1d, "12:00 20260801". What most people mean otherwise,
now-5m say (five months), is warned of on standard error.

  procblock rrd help COMMAND  its arguments
`;
}
