import { describeSchema } from "../../block/index.ts";
import { report, usageProblem, wrongUsage } from "../report.ts";
import type { Command } from "./table.ts";
