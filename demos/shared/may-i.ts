import type { ProcessBlock } from "procblock";

/** Takes one of `most` permits, if one is left. */
export const processBlock: ProcessBlock = async ({ pipeData, shared }) => {
  const { service, most, seconds } = pipeData as { service: string; most: number; seconds: number };
  // One asks at a time, so that nobody takes a permit between our count and our own.
  const lease = await shared.lock(`permits for ${service}`).acquire();
  const permits = shared.state(`permits for ${service}`);
  const used = (await permits.keys()).length;
  const allowed = used < most;
  // The token is given to nobody else, ever: a key of its own for each permit.
  if (allowed) await permits.setWithExpiry(String(lease?.token), true, seconds);
  await lease?.release();
  return { allowed, used: allowed ? used + 1 : used };
};
