import { failed, ok, problem, type Result } from "../base/index.ts";
import { asCompleted, completeHeader } from "./header-guard.ts";
import { foreignMachineOf, nativeImage } from "./native-image.ts";
import { quietly } from "./place-new-file.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";

/**
 * For reading: as this machine would have written it. To "copy": also with its header as it will be when a killed
 * process's last write is completed. For writing: only what this machine has written.
 */
export function openFile(
  path: string,
  mode: "read" | "copy" | "write",
  storage: Storage,
): Result<StorageFile> {
  let file: StorageFile;
  try {
    file = storage.open(path, mode === "write" ? "write" : "read");
  } catch (error) {
    return failed(storageProblem(path, "open", error));
  }
  try {
    if (mode === "read") return ok(nativeImage(file));
    if (mode === "copy") return ok(nativeImage(asCompleted(storage, path, file)));
    const machine = foreignMachineOf(file);
    if (machine === undefined) {
      completeHeader(storage, path, file);
      return ok(file);
    }
    quietly(() => file.close());
    return failed(
      problem(
        "rrd-foreign",
        `"${path}" was created on another architecture (${machine.name}); it can be read, not updated`,
        { notes: ["rrd convert makes a file of it that can"] },
      ),
    );
  } catch (error) {
    quietly(() => file.close());
    return failed(storageProblem(path, "read", error));
  }
}
