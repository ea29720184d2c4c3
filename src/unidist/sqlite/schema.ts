/** "pblk": by this a file is known to be ours. */
export const APPLICATION_ID = 0x70626c6b;

/**
 * One text per version, from the version before. Programs of different versions may have one file open: whoever
 * changes what a table means gives it another name, so that an older program stops with an error instead of going on
 * with what it knew (see `checkVersion` in open-database.ts).
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE space (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- Every lock, counter, bucket, queue and log that was ever used. \`last\` is a position that a log has given already;
-- \`forgotten\` is the highest position (of a bucket: version) of which a slow reader cannot hear any more.
CREATE TABLE thing (
  id INTEGER PRIMARY KEY,
  space INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  last INTEGER NOT NULL DEFAULT 0,
  forgotten INTEGER NOT NULL DEFAULT 0,
  UNIQUE (space, kind, name)
) STRICT;

-- Threads that hold something or wait for it.
CREATE TABLE client (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL,
  boot TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  thread INTEGER NOT NULL,
  thread_started TEXT NOT NULL
) STRICT;

-- Who wants to be woken when a thing changes.
CREATE TABLE listener (
  thing INTEGER NOT NULL,
  client INTEGER NOT NULL,
  PRIMARY KEY (thing, client)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  thing INTEGER PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

-- Without a client it is free; the row stays, so that tokens only grow. Times are seconds since the epoch.
CREATE TABLE lock (
  thing INTEGER PRIMARY KEY,
  token INTEGER NOT NULL,
  client INTEGER,
  ticket INTEGER NOT NULL,
  lease REAL,
  until REAL,
  since REAL NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  thread TEXT NOT NULL,
  block TEXT NOT NULL
) STRICT;
CREATE INDEX lock_until ON lock (until) WHERE until IS NOT NULL;

CREATE TABLE waiter (
  ticket INTEGER PRIMARY KEY AUTOINCREMENT,
  thing INTEGER NOT NULL,
  client INTEGER NOT NULL,
  lease REAL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  thread TEXT NOT NULL,
  block TEXT NOT NULL
) STRICT;
CREATE INDEX waiter_thing ON waiter (thing, ticket);

-- Values are JSON. A key that was deleted stays for an hour without one, for those who watch.
CREATE TABLE state (
  thing INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT,
  version INTEGER NOT NULL,
  lifetime REAL,
  expires REAL,
  deleted REAL,
  PRIMARY KEY (thing, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX state_version ON state (thing, version);
CREATE INDEX state_expires ON state (expires) WHERE expires IS NOT NULL;
CREATE INDEX state_deleted ON state (deleted) WHERE deleted IS NOT NULL;

-- With a client it is being worked on. Positions have no holes when they are given. The row of position 0 is no message:
-- it counts those that have left, and knows the highest position among them. What changes together lies together: to
-- push or to pop writes one page.
CREATE TABLE message (
  thing INTEGER NOT NULL,
  position INTEGER NOT NULL,
  time REAL NOT NULL,
  key TEXT,
  body TEXT NOT NULL,
  deliveries INTEGER NOT NULL DEFAULT 0,
  client INTEGER,
  handle INTEGER,
  visibility REAL,
  until REAL,
  removed INTEGER,
  last_removed INTEGER,
  PRIMARY KEY (thing, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_taken ON message (thing, key) WHERE client IS NOT NULL;

-- Every message from \`seen\` on goes to the subscriber too, however soon it leaves the queue.
CREATE TABLE subscriber (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  thing INTEGER NOT NULL,
  client INTEGER NOT NULL,
  seen INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriber_thing ON subscriber (thing, seen);

CREATE TABLE removed_message (
  thing INTEGER NOT NULL,
  position INTEGER NOT NULL,
  time REAL NOT NULL,
  key TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (thing, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_removed BEFORE DELETE ON message
WHEN EXISTS (SELECT 1 FROM subscriber WHERE thing = OLD.thing AND seen < OLD.position)
BEGIN
  INSERT INTO removed_message (thing, position, time, key, body)
    VALUES (OLD.thing, OLD.position, OLD.time, OLD.key, OLD.body);
  UPDATE thing SET forgotten = max(forgotten, OLD.position - 100000) WHERE id = OLD.thing AND OLD.position > 100000;
  DELETE FROM removed_message WHERE thing = OLD.thing AND position <= OLD.position - 100000;
END;

CREATE TRIGGER message_counted AFTER DELETE ON message
BEGIN
  UPDATE message SET removed = removed + 1, last_removed = max(last_removed, OLD.position)
    WHERE thing = OLD.thing AND position = 0;
END;

CREATE TABLE log_entry (
  thing INTEGER NOT NULL,
  position INTEGER NOT NULL,
  time REAL NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (thing, position)
) STRICT, WITHOUT ROWID;
`,
];
