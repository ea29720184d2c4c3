import { blockVariant } from "./block.ts";
import { daemon } from "./daemon.ts";
import { library } from "./library.ts";
import type { CrashVariant } from "./variant.ts";

export const variants: readonly CrashVariant[] = [library, blockVariant, daemon];
