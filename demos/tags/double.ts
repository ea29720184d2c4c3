import type { ProcessBlock } from "procblock";

/** `double NAME: n` — the tag's value is what stands in the block under the tag. */
export const processBlock: ProcessBlock = ({ block, tag }) => ({ value: Number(block[tag ?? ""]) * 2 });
