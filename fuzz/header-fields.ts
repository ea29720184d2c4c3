import { foreignShape } from "../src/rrd/foreign-header.ts";
import type { FieldKind } from "../src/rrd/layout.ts";
import { headerLayout, type Section, sectionsFor } from "../src/rrd/layout.ts";
import { foreignMachines, type Machine, nativeMachine } from "../src/rrd/machine.ts";

/** One field of a header, and where it lies. */
export interface Field {
  readonly name: string;
  readonly at: number;
  readonly kind: FieldKind["kind"];
  readonly bytes: number;
  readonly littleEndian: boolean;
}

/** Every field of a good file's header, whatever machine it comes from; arrays give one field per slot. */
export function fieldsOf(file: Buffer): readonly Field[] {
  for (const machine of [nativeMachine, ...foreignMachines]) {
    const shape = foreignShape(file.subarray(0, 128), machine);
    if (shape === undefined) continue;
    const sections = sectionsFor(machine);
    const layout = headerLayout(shape.dataSources, shape.archives, shape.version, sections);
    const sources = shape.dataSources;
    return [
      ...fields(machine, sections.staticHead, 0, 1),
      ...fields(machine, sections.dataSourceSection, layout.dataSources, sources),
      ...fields(machine, sections.archiveSection, layout.archives, shape.archives),
      ...fields(machine, layout.hasMicroseconds ? sections.liveHead : sections.liveHeadOld, layout.live, 1),
      ...fields(machine, sections.primaryState, layout.primary, sources),
      ...fields(machine, sections.consolidationState, layout.consolidation, sources * shape.archives),
      ...fields(machine, sections.rowPointer, layout.rowPointers, shape.archives),
    ].filter(({ at, bytes }) => at + bytes <= file.length);
  }
  throw new Error("a sample file is no RRD file");
}

function fields(machine: Machine, section: Section, from: number, count: number): Field[] {
  const found: Field[] = [];
  for (let index = 0; index < count; index++) {
    for (const [name, field] of section.fields) {
      const at = from + index * section.size + (section.at[name] ?? 0);
      const slots = field.kind === "slots" ? field.count : 1;
      for (let slot = 0; slot < slots; slot++)
        found.push({
          name: slots > 1 ? `${name}[${slot}]` : name,
          at: at + slot * 8,
          kind: field.kind,
          bytes: bytesOf(machine, field),
          littleEndian: machine.littleEndian,
        });
    }
  }
  return found;
}

function bytesOf({ wordBytes, timeBytes }: Machine, field: FieldKind): number {
  switch (field.kind) {
    case "text":
      return field.bytes;
    case "word":
      return wordBytes;
    case "time":
      return timeBytes;
    case "double":
    case "slots":
      return 8;
  }
}
