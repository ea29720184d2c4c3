/**
 * What a store in PostgreSQL consists of, as steps that are taken once each, in order: step n makes version n of
 * version n - 1. A step that was ever released is never changed; programs of several versions may use one store, so
 * later steps add and leave alone what older programs call.
 *
 * Times are epoch seconds of the server's clock. Positions, versions and tokens are counted in a row of their own that
 * the statement locks, not by a sequence: so they become visible in their order, and who has read up to one has missed
 * nothing before it.
 */
export const schemaName = "procblock";

/** One number for all sessions' advisory locks: "PBLK". A session lives as long as it holds the one of its id. */
export const sessionLockClass = 0x50_42_4c_4b;

/**
 * The first row in the order of an index, and no more: of tables that it has never analysed the server thinks that
 * sorting all rows is cheaper.
 */
const inOrder = "set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off";

export const migrations: readonly string[] = [
  `
  create table space (id bigint generated always as identity primary key, name text not null unique);

  create table session (
    id integer generated always as identity primary key, host text not null, pid integer not null,
    since double precision not null
  );

  create table counter (
    space bigint not null, name text not null, value bigint not null, previous bigint not null default 0,
    primary key (space, name)
  );

  create table bucket (
    space bigint not null, name text not null, version bigint not null, purged bigint not null default 0,
    primary key (space, name)
  );
  create table state (
    space bigint not null, bucket text not null, key text not null, value text, version bigint not null,
    expires double precision, changed double precision not null, primary key (space, bucket, key)
  );
  create index state_version on state (space, bucket, version);

  create table queue (
    id bigint generated always as identity primary key, space bigint not null, name text not null,
    next bigint not null default 1, unique (space, name)
  );
  create table message (
    queue bigint not null, position bigint not null, key text, time double precision not null, body text not null,
    deliveries integer not null default 0, taken_until double precision, taken_by integer,
    done boolean not null default false, primary key (queue, position)
  );
  create index message_key on message (queue, key, position) where key is not null;
  create table subscriber (
    id bigint generated always as identity primary key, queue bigint not null, session integer not null,
    position bigint not null
  );
  create index subscriber_queue on subscriber (queue, position);

  create table log (
    id bigint generated always as identity primary key, space bigint not null, name text not null,
    last bigint not null default 1, unique (space, name)
  );
  create table entry (
    log bigint not null, position bigint not null, time double precision not null, body text not null,
    primary key (log, position)
  );

  create table lock (
    space bigint not null, name text not null, token bigint not null default 0, session integer,
    holder text, since double precision, until double precision, primary key (space, name)
  );
  create table waiter (
    ticket bigint generated always as identity primary key, space bigint not null, name text not null,
    session integer not null
  );
  create index waiter_lock on waiter (space, name, ticket);

  create function alive(session integer) returns boolean language sql volatile as $$
    select exists (
      select from pg_locks
      where locktype = 'advisory' and granted and objsubid = 2 and classid = ${sessionLockClass}
        and objid = session and database = (select oid from pg_database where datname = current_database()))
  $$;

  create function lock_acquire(
    in_space bigint, in_name text, in_session integer, in_ticket bigint, in_holder text, in_now double precision,
    in_lease double precision, in_wait boolean,
    out got bigint, out ticket bigint, out free_at double precision
  ) language plpgsql as $$
  declare held lock%rowtype; first waiter%rowtype;
  begin
    loop
      select * into held from lock l where l.space = in_space and l.name = in_name for update;
      exit when found;
      insert into lock (space, name) values (in_space, in_name) on conflict do nothing;
    end loop;
    if held.session is not null and (held.until <= in_now or not alive(held.session)) then held.session := null; end if;
    if held.session is null then
      for first in select * from waiter w where w.space = in_space and w.name = in_name
        and (in_ticket is null or w.ticket < in_ticket) order by w.ticket
      loop
        exit when alive(first.session);
        delete from waiter w where w.ticket = first.ticket;
        first := null;
      end loop;
      if first.ticket is null then
        update lock l set token = l.token + 1, session = in_session, holder = in_holder, since = in_now,
          until = in_now + in_lease
        where l.space = in_space and l.name = in_name returning l.token into got;
        delete from waiter w where w.ticket = in_ticket;
        return;
      end if;
    else
      free_at := held.until;
    end if;
    if in_wait and in_ticket is null then
      insert into waiter (space, name, session) values (in_space, in_name, in_session)
      returning waiter.ticket into ticket;
    else
      ticket := in_ticket;
    end if;
  end $$;

  -- Without a token: from whoever holds it. Returns the token that it was held with, null when it was not held.
  create function lock_release(in_space bigint, in_name text, in_token bigint) returns bigint language plpgsql as $$
  declare released bigint;
  begin
    update lock l set session = null, until = null
    where l.space = in_space and l.name = in_name and l.session is not null and (in_token is null or l.token = in_token)
    returning l.token into released;
    if found then perform pg_notify('procblock_' || in_space, 'lock:' || in_name); end if;
    return released;
  end $$;

  create function state_put(
    in_space bigint, in_bucket text, in_key text, in_value text, in_now double precision, in_expires double precision,
    in_expected bigint, in_text text, out put bigint, out had boolean
  ) language plpgsql as $$
  declare now_at state%rowtype; next bigint;
  begin
    loop
      select b.version + 1 into next from bucket b where b.space = in_space and b.name = in_bucket for update;
      exit when found;
      insert into bucket (space, name, version) values (in_space, in_bucket, 0) on conflict do nothing;
    end loop;
    select * into now_at from state s where s.space = in_space and s.bucket = in_bucket and s.key = in_key;
    had := now_at.value is not null and (now_at.expires is null or now_at.expires > in_now);
    if in_expected is not null and coalesce(now_at.version, 0) <> in_expected then return; end if;
    if in_text is not null and (not had or now_at.value <> in_text) then return; end if;
    if in_value is null and not had then put := 0; return; end if;
    update bucket b set version = next where b.space = in_space and b.name = in_bucket;
    insert into state as s (space, bucket, key, value, version, expires, changed)
    values (in_space, in_bucket, in_key, in_value, next, in_expires, in_now)
    on conflict (space, bucket, key) do update
      set value = excluded.value, version = excluded.version, expires = excluded.expires, changed = excluded.changed;
    put := next;
    perform pg_notify('procblock_' || in_space, 'state:' || in_bucket);
  end $$;

  create function state_purge(in_space bigint, in_bucket text, in_before double precision) returns void
  language plpgsql as $$
  declare newest bigint;
  begin
    perform from bucket b where b.space = in_space and b.name = in_bucket for update;
    with gone as (
      delete from state s where s.space = in_space and s.bucket = in_bucket and s.value is null
        and s.changed < in_before returning s.version
    ) select max(version) into newest from gone;
    if newest is not null then
      update bucket b set purged = greatest(b.purged, newest) where b.space = in_space and b.name = in_bucket;
    end if;
  end $$;

  create function queue_push(
    in_space bigint, in_name text, in_keys text[], in_bodies text[], in_now double precision, in_limit bigint
  ) returns bigint language plpgsql ${inOrder} as $$
  declare q queue%rowtype; oldest bigint; many integer := array_length(in_bodies, 1);
  begin
    loop
      select * into q from queue where space = in_space and name = in_name for update;
      exit when found;
      insert into queue (space, name) values (in_space, in_name) on conflict do nothing;
    end loop;
    select m.position into oldest from message m where m.queue = q.id and not m.done order by m.position limit 1;
    if q.next - coalesce(oldest, q.next) + many > in_limit
      and (select count(*) from message m where m.queue = q.id and not m.done) + many > in_limit then
      return null;
    end if;
    update queue set next = q.next + many where id = q.id;
    insert into message (queue, position, key, time, body)
    select q.id, q.next + i - 1, in_keys[i], in_now, in_bodies[i] from generate_series(1, many) i;
    perform pg_notify('procblock_' || in_space, 'queue:' || in_name);
    return q.next;
  end $$;

  create function message_end(in_queue bigint, in_position bigint) returns void language plpgsql as $$
  begin
    if exists (select from subscriber s where s.queue = in_queue and s.position < in_position) then
      update message set done = true, taken_until = null, taken_by = null
      where queue = in_queue and position = in_position;
    else
      delete from message where queue = in_queue and position = in_position;
    end if;
  end $$;

  create function queue_take(
    in_space bigint, in_name text, in_now double precision, in_visibility double precision, in_session integer,
    in_most integer
  ) returns setof message language plpgsql ${inOrder} as $$
  declare q bigint; m message%rowtype; after bigint := 0; many integer := 0;
  begin
    select id into q from queue where space = in_space and name = in_name;
    if not found then return; end if;
    while many < in_most loop
      select * into m from message c
      where c.queue = q and c.position > after and not c.done and (c.taken_until is null or c.taken_until <= in_now)
        and (c.key is null or not exists (
          select from message e where e.queue = q and e.key = c.key and e.position < c.position and not e.done))
      order by c.position for update skip locked limit 1;
      if not found then return; end if;
      after := m.position;
      if m.key is not null then
        -- An earlier message of the key may be in somebody else's hands, not yet seen from here.
        continue when not pg_try_advisory_xact_lock(q::integer, hashtext(m.key));
        continue when exists (
          select from message e where e.queue = q and e.key = m.key and e.position < m.position and not e.done);
      end if;
      if in_visibility is null then
        perform message_end(q, m.position);
      else
        update message set taken_until = in_now + in_visibility, taken_by = in_session, deliveries = deliveries + 1
        where queue = q and position = m.position returning * into m;
      end if;
      return next m;
      many := many + 1;
    end loop;
  end $$;

  create function queue_ack(
    in_space bigint, in_name text, in_position bigint, in_deliveries integer, in_session integer,
    in_now double precision, in_back boolean
  ) returns boolean language plpgsql as $$
  declare m message%rowtype;
  begin
    select c.* into m from message c join queue q on q.id = c.queue
    where q.space = in_space and q.name = in_name and c.position = in_position and not c.done
      and c.deliveries = in_deliveries and c.taken_by = in_session and c.taken_until > in_now for update of c;
    if not found then return false; end if;
    if in_back then
      update message set taken_until = null, taken_by = null where queue = m.queue and position = m.position;
    else
      perform message_end(m.queue, m.position);
    end if;
    if in_back or m.key is not null then perform pg_notify('procblock_' || in_space, 'queue:' || in_name); end if;
    return true;
  end $$;

  -- What sessions that are gone have taken is free again; what only they would still read goes.
  create function queue_tidy(in_space bigint, in_name text) returns integer language plpgsql as $$
  declare q bigint; freed integer;
  begin
    select id into q from queue where space = in_space and name = in_name;
    if not found then return 0; end if;
    update message m set taken_until = null, taken_by = null
    where m.queue = q and m.taken_by is not null and not alive(m.taken_by);
    get diagnostics freed = row_count;
    delete from subscriber s where s.queue = q and not alive(s.session);
    delete from message m where m.queue = q and m.done
      and not exists (select from subscriber s where s.queue = q and s.position < m.position);
    return freed;
  end $$;

  create function queue_trim(in_space bigint, in_name text, in_keep bigint, in_oldest double precision)
  returns integer language plpgsql as $$
  declare q bigint; total bigint; m message%rowtype; removed integer := 0;
  begin
    select id into q from queue where space = in_space and name = in_name for update;
    if not found then return 0; end if;
    select count(*) into total from message c where c.queue = q and not c.done;
    for m in select * from message c where c.queue = q and not c.done order by c.position for update loop
      exit when (in_keep is null or total - removed <= in_keep) and (in_oldest is null or m.time >= in_oldest);
      perform message_end(q, m.position);
      removed := removed + 1;
    end loop;
    return removed;
  end $$;

  create function log_append(in_space bigint, in_name text, in_body text, in_now double precision, in_limit bigint)
  returns bigint language plpgsql as $$
  declare l log%rowtype;
  begin
    insert into log as g (space, name) values (in_space, in_name)
    on conflict (space, name) do update set last = g.last + 1 returning * into l;
    insert into entry (log, position, time, body) values (l.id, l.last, in_now, in_body);
    -- Now and then, so that an entry costs the same however many there are.
    if l.last % 1000 = 0 then delete from entry where log = l.id and position <= l.last - in_limit; end if;
    perform pg_notify('procblock_' || in_space, 'log:' || in_name);
    return l.last;
  end $$;
  `,
];
