/** What a small site might measure at a moment, made up but always the same for the same time. */
export interface Sample {
  /** Bits per second. */
  in: number;
  out: number;
  /** Seconds to the gateway and back, and the share of packets that did not come back. */
  rtt: number;
  loss: number;
  /** Bytes on the disk. */
  used: number;
  /** °C in front of the house. */
  outside: number;
}

const DAY = 86_400;

/** `time` in epoch seconds. */
export function sampleAt(time: number): Sample {
  const slot = Math.floor(time / 300);
  const daily = (hour: number) => Math.cos(((time % DAY) / DAY - hour / 24) * 2 * Math.PI);
  // 1970 began on a Thursday; on days 2 and 3 of its weeks nobody works.
  const weekend = [2, 3].includes(Math.floor(time / DAY) % 7) ? 0.55 : 1;
  // No week is like another.
  const mood = 0.85 + 0.3 * chance(Math.floor(time / DAY), 7);
  const burst = chance(slot, 1) < 0.006 ? 2.1 : 1;
  const trouble = Math.floor(slot / 5) % 230 === 17;
  return {
    in: (42e6 + 30e6 * daily(15) + 9e6 * chance(slot, 2)) * weekend * mood * burst,
    out: (14e6 + 8e6 * daily(11) + 4e6 * chance(slot, 3)) * weekend * mood,
    rtt: 0.012 + 0.003 * daily(16) + 0.002 * chance(slot, 4) ** 3 + (trouble ? 0.02 : 0),
    loss: trouble ? 0.1 + 0.3 * chance(slot, 5) : 0,
    used: 3.1e11 + (time % (30 * DAY)) * 21_000 + 2e9 * daily(3),
    outside: 9 + 7 * daily(15) + 3 * Math.sin(time / (2.3 * DAY)) + 2.5 * chance(slot, 6),
  };
}

/** 0 … 1, by chance but the same for the same numbers. */
function chance(slot: number, kind: number): number {
  let state = (Math.imul(slot, 374_761_393) + Math.imul(kind, 668_265_263)) | 0;
  state = Math.imul(state ^ (state >>> 13), 1_274_126_177);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}

export default function measure(): Sample {
  return sampleAt(Date.now() / 1000);
}
