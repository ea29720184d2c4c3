import type { Client } from "pg";
import { SharedError } from "../shared-error.ts";
import { migrations, schemaName } from "./schema.ts";

/** Any number of our own: who migrates holds it, all others wait. */
const migrationLock = 0x50_42_4d_47;

/**
 * Brings the store to this program's version. A store of a newer one is used as it is if it says that programs of this
 * version may (`oldest`). Throws `newer-schema`.
 */
export async function migrate(client: Client, url: string): Promise<void> {
  const found = await versionOf(client);
  if (found !== undefined && accept(found, url)) return;
  // Before the transaction: one that waits inside it may not see what the one before it has made.
  await client.query("select pg_advisory_lock($1)", [migrationLock]);
  try {
    await client.query("begin");
    const before = await versionOf(client);
    if (before === undefined) {
      await client.query(`create schema if not exists ${schemaName}`);
      await client.query("create table meta (version integer not null, oldest integer not null)");
      await client.query("insert into meta values (0, 1)");
    }
    for (let version = before?.version ?? 0; version < migrations.length; version++) {
      await client.query(migrations[version] ?? "");
      await client.query("update meta set version = $1", [version + 1]);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  } finally {
    await client.query("select pg_advisory_unlock($1)", [migrationLock]).catch(() => {});
  }
}

interface Version {
  readonly version: number;
  /** The oldest program's version that may still use the store. */
  readonly oldest: number;
}

async function versionOf(client: Client): Promise<Version | undefined> {
  const { rows } = await client.query<{ there: boolean }>("select to_regclass($1) is not null as there", [
    `${schemaName}.meta`,
  ]);
  if (rows[0]?.there !== true) return undefined;
  return (await client.query<Version>("select version, oldest from meta")).rows[0];
}

/** False: it has to be migrated. */
function accept({ version, oldest }: Version, url: string): boolean {
  if (oldest > migrations.length)
    throw new SharedError(
      "newer-schema",
      `the store ${url} was made by a newer procblock (version ${version} of its tables; this one knows ${migrations.length}): update procblock here`,
    );
  return version >= migrations.length;
}
