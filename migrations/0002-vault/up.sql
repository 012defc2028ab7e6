create schema vault;

-- The root keys that have been used here, each with a value only that key opens: a wrong key file is found at start.
create table vault.root_keys (
  version integer primary key check (version > 0),
  proof bytea not null,
  created_at timestamptz not null default now()
);

create table vault.merchant_keys (
  merchant_id text not null,
  purpose text not null check (purpose in ('sealing', 'fingerprint')),
  version integer not null check (version > 0),
  root_version integer not null check (root_version > 0),
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz check (retired_at >= created_at),
  primary key (merchant_id, purpose, version)
);

create index merchant_keys_root_version on vault.merchant_keys (root_version);

create table vault.pans (
  card_id text primary key,
  merchant_id text not null,
  sealed bytea not null check (octet_length(sealed) = 113),
  key_version integer not null check (key_version > 0),
  created_at timestamptz not null default now()
);

-- For the job that moves cards to a newer merchant key.
create index pans_key_version on vault.pans (merchant_id, key_version);

-- Unlogged: a CVC, and the key that opens it, must reach neither the WAL nor an archive or replica made of it.
create unlogged table vault.cvc_keys (
  key_day date primary key,
  key_id bytea not null check (octet_length(key_id) = 8),
  root_version integer not null check (root_version > 0),
  wrapped bytea not null,
  created_at timestamptz not null default now()
);

create unlogged table vault.cvcs (
  card_id text primary key,
  merchant_id text not null,
  sealed bytea not null check (octet_length(sealed) = 42),
  key_day date not null,
  expires_at timestamptz not null
) with (
  -- Every payment inserts one row and deletes it: without early vacuuming the dead ones outgrow the living.
  autovacuum_vacuum_scale_factor = 0.0,
  autovacuum_vacuum_threshold = 1000
);

create index cvcs_expires_at on vault.cvcs (expires_at);
