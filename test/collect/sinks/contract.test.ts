import { describe } from "vitest";
import { holdsContract } from "./contract.ts";
import { stores } from "./stores.ts";

describe.each(Object.entries(stores))("%s", (_, make) => holdsContract(make));
