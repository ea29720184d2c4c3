const named: Readonly<Record<string, string>> = {
  black: "#000000",
  blue: "#0000ff",
  brown: "#a52a2a",
  cyan: "#00ffff",
  gray: "#808080",
  green: "#008000",
  grey: "#808080",
  magenta: "#ff00ff",
  orange: "#ffa500",
  pink: "#ffc0cb",
  purple: "#800080",
  red: "#ff0000",
  white: "#ffffff",
  yellow: "#ffff00",
};

/**
 * `#RGB`, `#RRGGBB`, `#RRGGBBAA` (with or without `#`) or a common name, as `#rrggbb` or `#rrggbbaa`;
 * undefined when it is no colour.
 */
export function parseColour(text: string): string | undefined {
  const wanted = text.trim().toLowerCase();
  if (Object.hasOwn(named, wanted)) return named[wanted];
  const digits = wanted.replace(/^#/, "");
  if (/^[0-9a-f]{3}$/.test(digits)) return `#${digits.replaceAll(/./g, "$&$&")}`;
  return /^(?:[0-9a-f]{6}|[0-9a-f]{8})$/.test(digits) ? `#${digits}` : undefined;
}

/** The colour at `alpha` (0 … 1) of its own opacity. */
export function withAlpha(colour: string, alpha: number): string {
  const own = colour.length > 7 ? Number.parseInt(colour.slice(7, 9), 16) : 255;
  const value = Math.round(own * alpha);
  return value >= 255 ? colour.slice(0, 7) : colour.slice(0, 7) + value.toString(16).padStart(2, "0");
}

/** The same colour without transparency. */
export function opaque(colour: string): string {
  return colour.slice(0, 7);
}

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Channels 0 … 255. */
export function rgba(colour: string): Rgba {
  const value = Number.parseInt(colour.slice(1, 7), 16);
  const alpha = colour.length > 7 ? Number.parseInt(colour.slice(7, 9), 16) : 255;
  return [value >> 16, (value >> 8) & 255, value & 255, alpha];
}

/** `a` moved towards `b` by `share` (0 … 1); opacity of `a`. */
export function mix(a: string, b: string, share: number): string {
  const from = rgba(a);
  const to = rgba(b);
  const channel = (index: 0 | 1 | 2) =>
    Math.round(from[index] + (to[index] - from[index]) * share)
      .toString(16)
      .padStart(2, "0");
  return `#${channel(0)}${channel(1)}${channel(2)}${a.slice(7)}`;
}
