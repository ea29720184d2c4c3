import type { FillCandidates } from "./fill-candidates.ts";
import { fillOpenRow } from "./fill-state.ts";
import type { Header } from "./header.ts";
import { archiveSection, consolidationState, dataSourceSection, primaryState } from "./layout.ts";
import { newHeader } from "./new-header.ts";
import type { ReshapePlan } from "./reshape-plan.ts";
import { writeUnsigned } from "./words.ts";

/** Which of an archive's ten parameters names the archive that a forecast leans on. */
const LEANS_ON = 3;

/**
 * The header of the new file. What is kept is kept byte by byte; what is new has had no reading, and the open rows of new
 * archives are made of what the old file knows. `name`: of the file, as forecasts take it in.
 */
export function reshapedHeader(
  old: Header,
  plan: ReshapePlan,
  candidates: FillCandidates,
  name: string,
): Header {
  const { definition } = plan;
  const startRows = definition.archives.map(({ rows }, index) => {
    const from = plan.archives[index];
    // With as many rows as before each stays in its place.
    const stays = from !== undefined && old.archives[from]?.rows === rows;
    return stays ? old.currentRow(from) : rows - 1;
  });
  const header = newHeader(definition, startRows, name);
  header.setLastUpdate(old.lastUpdate, old.microseconds);
  plan.sources.forEach((from, source) => {
    if (from === undefined) header.setValue(source, 0);
    else copySource(old, from, header, source);
  });
  plan.archives.forEach((from, archive) => {
    if (from !== undefined) copyArchive(old, from, header, archive);
    plan.sources.forEach((column, source) => {
      if (column === undefined) return;
      if (from !== undefined)
        copy(
          old,
          old.stateAt(from, column) * 8,
          header,
          header.stateAt(archive, source) * 8,
          consolidationState.size,
        );
      else openNewRow(header, archive, source, candidates);
    });
  });
  return header;
}

function openNewRow(header: Header, archive: number, source: number, candidates: FillCandidates): void {
  const { [archive]: fixed } = header.archives;
  const name = header.dataSources[source]?.name ?? "";
  if (fixed !== undefined && fixed.forecast === undefined)
    fillOpenRow(header, archive, fixed, source, candidates, { name });
}

function copySource(old: Header, from: number, header: Header, to: number): void {
  // An expression names others by their place, which may be another one now.
  if (header.dataSources[to]?.type !== "COMPUTE") {
    const { size } = dataSourceSection;
    copy(old, old.layout.dataSources + from * size, header, header.layout.dataSources + to * size, size);
  }
  const { size } = primaryState;
  copy(old, old.layout.primary + from * size, header, header.layout.primary + to * size, size);
}

function copyArchive(old: Header, from: number, header: Header, to: number): void {
  const { size, at } = archiveSection;
  const place = header.layout.archives + to * size;
  copy(old, old.layout.archives + from * size, header, place, size);
  const { rows = 1, forecast } = header.archives[to] ?? {};
  writeUnsigned(header.words, (place + at.rows) / 8, rows);
  if (forecast !== undefined) header.setUnsigned(header.archiveParameterAt(to, LEANS_ON), forecast.leansOn);
}

function copy(old: Header, from: number, header: Header, to: number, length: number): void {
  header.bytes.set(old.bytes.subarray(from, from + length), to);
}
