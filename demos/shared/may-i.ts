import type { ProcessBlock } from "procblock";

/** Takes one of `most` permits of this minute, if one is left. */
export const processBlock: ProcessBlock = async ({ pipeData, shared }) => {
  const { service, most } = pipeData as { service: string; most: number };
  const minute = Math.floor(Date.now() / 60_000);
  const permits = shared.state("permits");
  const key = `${service} ${minute}`;
  for (;;) {
    const used = ((await permits.get(key)) as number | undefined) ?? 0;
    if (used >= most) return { allowed: false, used };
    // Only if nobody else was faster; the next minute has a key of its own, so this one may go.
    const mine = await permits.compareAndSet(key, used === 0 ? undefined : used, used + 1);
    if (mine) return { allowed: true, used: used + 1 };
  }
};
