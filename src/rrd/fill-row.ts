import type { Consolidation } from "./definition.ts";
import type { Candidate } from "./fill-candidates.ts";

/** What is known of a row so far. */
interface Gathered {
  /** Of the row; seconds. */
  readonly length: number;
  /** Seconds. */
  known: number;
  /** Of averages the part of it that the known time gives; which operation comes first decides the last bit. */
  value: number;
}

/**
 * The value of the row that covers the time from `begin` (exclusive) to `end`: out of the first candidate whose rows
 * cover all of it, then, gap by gap, out of those behind it. Known only if more than the share `xff` of the
 * time is; that is how rrdtool reads it here.
 */
export function filledRow(
  candidates: readonly Candidate[],
  cf: Consolidation,
  xff: number,
  begin: number,
  end: number,
): number {
  const gathered = { length: end - begin, known: 0, value: Number.NaN };
  let gaps: readonly Gap[] = [[begin, end]];
  for (const candidate of candidates) {
    gaps = gaps.flatMap(([since, until]) =>
      covers(candidate, since, until) ? gather(candidate, cf, since, until, gathered) : [[since, until]],
    );
    if (gaps.length === 0) break;
  }
  const { known, value } = gathered;
  if (!(known / (end - begin) > xff)) return Number.NaN;
  return cf === "AVERAGE" ? (value / known) * gathered.length : value;
}

/** A time that is not known yet, `since` exclusive. */
type Gap = readonly [since: number, until: number];

/** Takes what the candidate knows; returns what it does not, in pieces as long as can be. */
function gather(candidate: Candidate, cf: Consolidation, begin: number, end: number, into: Gathered): Gap[] {
  const { secondsPerRow } = candidate;
  const gaps: Gap[] = [];
  let unknownSince = begin;
  const first = (Math.floor(begin / secondsPerRow) + 1) * secondsPerRow;
  for (let time = first; time - secondsPerRow < end; time += secondsPerRow) {
    const since = Math.max(begin, time - secondsPerRow);
    const until = Math.min(end, time);
    const value = candidate.valueAt(time);
    // rrdtool leaves a second that stands alone behind a known row to other archives.
    const alone = until - since === 1 && since > begin && unknownSince === since;
    if (Number.isNaN(value) || alone) continue;
    add(into, cf, value, until - since);
    if (since > unknownSince) gaps.push([unknownSince, since]);
    unknownSince = until;
  }
  if (end > unknownSince) gaps.push([unknownSince, end]);
  return gaps;
}

function covers({ begin, newest, rows, secondsPerRow }: Candidate, from: number, to: number): boolean {
  if (from < begin || to > newest) return false;
  // rrdtool passes an archive over when it would have to look at every row of it.
  const wanted = Math.ceil(to / secondsPerRow) - Math.floor(from / secondsPerRow);
  return wanted < rows;
}

function add(into: Gathered, cf: Consolidation, value: number, seconds: number): void {
  into.known += seconds;
  const known = !Number.isNaN(into.value);
  if (cf === "LAST") into.value = value;
  else if (cf === "MIN") into.value = known ? Math.min(into.value, value) : value;
  else if (cf === "MAX") into.value = known ? Math.max(into.value, value) : value;
  else into.value = (known ? into.value : 0) + (value / into.length) * seconds;
}
