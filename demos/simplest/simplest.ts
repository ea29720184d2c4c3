import type { ProcessBlock } from "procblock";

/** Simplest demo possible. */
export const processBlock: ProcessBlock = () => ({ random: Math.floor(Math.random() * 101) });
