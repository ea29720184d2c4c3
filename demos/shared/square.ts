import type { ProcessBlock } from "procblock";

/** The work: squares the number of the message. */
export const processBlock: ProcessBlock = ({ pipeData }) => {
  const { number } = pipeData.message as { number: number };
  return { square: number ** 2 };
};
