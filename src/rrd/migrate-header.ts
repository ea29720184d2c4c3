import { emptyRow, isPlainConsolidation } from "./consolidations.ts";
import { Gathered, gatherTime } from "./gather-time.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import type { KnownTimes } from "./known-time.ts";
import { archiveSection, consolidationState, dataSourceSection, primaryState } from "./layout.ts";
import type { MigrationPlan } from "./migrate-plan.ts";
import { newHeader } from "./new-header.ts";
import { writeUnsigned } from "./words.ts";

/** Which of an archive's ten parameters names the archive that a forecast leans on. */
const LEANS_ON = 3;

/**
 * The header of the new file. All that the old one remembers goes on: last readings, the open step, open rows. Rows
 * that are made anew end at the end of the archive; what is kept stands where it stood.
 */
export function migratedHeader(old: Header, plan: MigrationPlan, known: KnownTimes): Header {
  const { definition, same } = plan;
  const rows = definition.archives.map(({ rows: count }, index) => {
    const from = same[index];
    return from === undefined ? count - 1 : old.currentRow(from);
  });
  const header = newHeader(definition, rows, "");
  header.setLastUpdate(old.lastUpdate, old.microseconds);
  copySources(old, header);
  header.archives.forEach((archive, index) => {
    const from = same[index];
    if (from !== undefined) copyArchive(old, header, from, index);
    else carryRowState(old, header, archive, index, known);
  });
  return header;
}

/** Bytes, not values: what nobody looks at is kept, too. */
function copySources(old: Header, header: Header): void {
  const sources = old.dataSources.length;
  copy(old, old.layout.dataSources, header, header.layout.dataSources, sources * dataSourceSection.size);
  copy(old, old.layout.primary, header, header.layout.primary, sources * primaryState.size);
  header.dataSources.forEach(({ heartbeat, type }, source) => {
    const at = header.layout.dataSources + source * dataSourceSection.size + dataSourceSection.at.heartbeat;
    if (type !== "COMPUTE") writeUnsigned(header.words, at / 8, heartbeat);
  });
}

function copyArchive(old: Header, header: Header, from: number, to: number): void {
  const { size } = archiveSection;
  copy(old, old.layout.archives + from * size, header, header.layout.archives + to * size, size);
  const states = old.dataSources.length * consolidationState.size;
  copy(old, old.stateAt(from, 0) * 8, header, header.stateAt(to, 0) * 8, states);
  const leansOn = header.archives[to]?.forecast?.leansOn;
  if (leansOn !== undefined) header.setUnsigned(header.archiveParameterAt(to, LEANS_ON), leansOn);
}

function copy(old: Header, from: number, header: Header, to: number, length: number): void {
  header.bytes.set(old.bytes.subarray(from, from + length), to);
}

/** The open row of an archive, as if it had been gathering all the time. */
export function carryRowState(
  old: Header,
  header: Header,
  archive: FixedArchive,
  index: number,
  known: KnownTimes,
): void {
  const { cf, pdpPerRow } = archive;
  if (!isPlainConsolidation(cf) || pdpPerRow === 1) return;
  const before = old.archives.findIndex((one) => one.cf === cf && one.pdpPerRow === pdpPerRow);
  if (old.step === header.step && before >= 0) {
    const length = old.dataSources.length * consolidationState.size;
    copy(old, old.stateAt(before, 0) * 8, header, header.stateAt(index, 0) * 8, length);
    return;
  }
  const secondsPerRow = pdpPerRow * header.step;
  const start = header.lastUpdate - (header.lastUpdate % secondsPerRow);
  const end = header.lastUpdate - (header.lastUpdate % header.step);
  const steps = (end - start) / header.step;
  const times = known.for(cf, secondsPerRow);
  const gathered = new Gathered();
  for (let source = 0; source < old.dataSources.length; source++) {
    const state = header.stateAt(index, source);
    gatherTime(times, source, start, end, gathered);
    const knownSteps = Math.min(steps, Math.round(gathered.seconds / header.step));
    header.setUnsigned(state + stateWord.unknownPoints, steps - knownSteps);
    const value = knownSteps === 0 ? Number.NaN : gathered.consolidated(cf);
    header.setDouble(
      state + stateWord.value,
      steps === 0 ? emptyRow(cf) : cf === "AVERAGE" ? value * knownSteps : value,
    );
  }
}

/** The open step of a file whose step has changed. */
export function carryOpenStep(old: Header, header: Header, known: KnownTimes): void {
  const end = header.lastUpdate + header.microseconds / 1e6;
  const start = header.lastUpdate - (header.lastUpdate % header.step);
  const times = known.for("AVERAGE", header.step);
  const gathered = new Gathered();
  for (let source = 0; source < old.dataSources.length; source++) {
    gatherTime(times, source, start, end, gathered);
    const isKnown = gathered.seconds > 0 && header.dataSources[source]?.type !== "COMPUTE";
    header.setValue(source, isKnown ? gathered.amount : Number.NaN);
    const unknown = end - start - (isKnown ? gathered.seconds : 0);
    header.setUnknownSeconds(source, Math.floor(unknown + 1e-6));
  }
}
