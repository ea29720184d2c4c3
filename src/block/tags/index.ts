import type { TagFunction } from "../types.ts";
import { decrementTag, incrementTag } from "./increment.ts";
import { listAddTag, listDelTag } from "./list-add.ts";
import { setTag } from "./set.ts";
import { templateTag } from "./template.ts";

/** The tags that need nothing but pipe data; `checkBlock` always knows them. `if` chains are part of the checker itself. */
export const languageTags: readonly TagFunction[] = [
  setTag,
  incrementTag,
  decrementTag,
  listAddTag,
  listDelTag,
  templateTag,
];
