-- What people and the gateway did to the installation, each row chained to the one before it by its hash.
create table audit_log (
  sequence bigint primary key check (sequence > 0),
  at timestamptz not null,
  actor text not null check (length(actor) between 1 and 255),
  act text not null check (act ~ '^[a-z_]+\.[a-z_]+$'),
  object text not null check (length(object) between 1 and 255),
  result text not null check (result in ('done', 'refused', 'failed')),
  -- The machine and program, or the address, that it came from.
  origin text not null check (length(origin) between 1 and 255),
  -- JSON as text, because the hash is over its bytes.
  details text not null check (details::json is not null),
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32)
);
create index audit_log_seals on audit_log (sequence) where act = 'cards.opened';

-- Chains the row: the writer gives what happened, the table its place, time and hashes.
create function chain_audit_log() returns trigger language plpgsql as $$
declare
  last record;
begin
  perform pg_advisory_xact_lock(7253509611005);
  select sequence, hash into last from public.audit_log order by sequence desc limit 1;
  new.sequence := coalesce(last.sequence, 0) + 1;
  new.at := clock_timestamp();
  new.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  new.hash := public.hash_audit_row(new);
  return new;
end
$$;

-- SHA-256 over the previous hash and every column, each behind its length in bytes and a colon.
create function hash_audit_row(entry audit_log) returns bytea language sql stable as $$
  select sha256(entry.previous_hash || string_agg(
    convert_to(octet_length(part) || ':' || part, 'UTF8'), ''::bytea order by place))
  from unnest(array[
    entry.sequence::text, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.actor, entry.act, entry.object, entry.result, entry.origin, entry.details
  ]) with ordinality parts (part, place)
$$;

create function refuse_to_rewrite() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, lower(tg_op)
    using errcode = 'SP002';
end
$$;

create trigger chained before insert on audit_log for each row execute function chain_audit_log();
create trigger append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_to_rewrite();

-- What a card is about to be opened for. The vault opens a card only for a row that stands here first, so that no
-- opening can go unrecorded; a worker seals the rows into the chain of audit_log, batch by batch.
create table vault.openings (
  -- The attempt or authentication that needs the number.
  reference text primary key,
  -- Where the row stands in the order of sealing: the transaction that wrote it.
  position bigint not null default (pg_current_xact_id()::text::bigint),
  merchant_id text not null,
  card_id text not null,
  purpose text not null check (purpose in ('authorization', 'authentication')),
  announced_at timestamptz not null default now()
);
create index openings_position on vault.openings (position);
create trigger append_only before update or delete or truncate on vault.openings
  for each statement execute function refuse_to_rewrite();

-- What is added to the numbers of transactions to make positions; above 0 after the database moved to another server.
create table vault.opening_positions (
  singleton boolean primary key default true check (singleton),
  shift bigint not null default 0 check (shift >= 0)
);
insert into vault.opening_positions default values;

-- The first position that a transaction still running may write: all rows before it are there to stay.
create function vault.openings_horizon() returns bigint language sql volatile as $$
  select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift from vault.opening_positions
$$;

-- A dump restored on another server brings positions that its transaction numbers have not reached: later ones go on
-- after them. To be called at start by the owner.
create function vault.continue_openings() returns void language plpgsql as $$
declare
  sealed bigint;
  next bigint;
begin
  select (details::json ->> 'before')::bigint into sealed
    from public.audit_log where act = 'cards.opened' order by sequence desc limit 1;
  if sealed is null or sealed <= vault.openings_horizon() then
    return;
  end if;
  select greatest(sealed, max(position) + 1) - pg_current_xact_id()::text::bigint into next from vault.openings;
  update vault.opening_positions set shift = next;
  execute format('alter table vault.openings alter column position set default (pg_current_xact_id()::text::bigint + %s)', next);
end
$$;
