-- One row: what this database is for, and how far the sandbox's clock was moved.
create table installation (
  singleton boolean primary key default true check (singleton),
  mode text not null check (mode in ('sandbox', 'live')),
  clock_offset_ms bigint not null default 0 check (clock_offset_ms >= 0),
  created_at timestamptz not null default now()
);

-- Keys of the installation itself, sealed by the vault: they hash idempotency keys and sign links of ours.
create table installation_secrets (
  purpose text primary key,
  sealed bytea not null,
  created_at timestamptz not null default now()
);

create table merchants (
  id text primary key check (id like 'mer\_%'),
  number text not null unique check (number ~ '^[0-9]{10}$'),
  parent_id text references merchants (id),
  name text not null check (length(name) between 1 and 255),
  status text not null default 'active' check (status in ('active', 'inactive')),
  return_origins text[] not null default '{}',
  default_return_url text,
  -- Switches of a dialect, by the dialect's name; the core never reads them.
  dialect_settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table credentials (
  id text primary key check (id like 'cred\_%'),
  merchant_id text not null references merchants (id),
  kind text not null check (kind in ('publishable', 'secret', 'client')),
  role text not null default 'full' check (role in ('full', 'read_only', 'payments_only')),
  -- The public half of a client pair; null for keys that are looked up by their hash.
  client_id text unique,
  -- SHA-256 of the key, or of a client's secret.
  hash bytea not null check (length(hash) = 32),
  -- First characters and last four, for people to tell keys apart.
  hint text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  check ((kind = 'client') = (client_id is not null))
);
create unique index credentials_hash on credentials (hash) where kind <> 'client';
create index credentials_merchant on credentials (merchant_id);

-- Keys that sign towards a merchant, sealed by the vault.
create table merchant_secrets (
  merchant_id text not null references merchants (id),
  purpose text not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  primary key (merchant_id, purpose)
);

create table flows (
  merchant_id text not null references merchants (id),
  id text not null check (id like 'flow\_%'),
  active boolean not null default true,
  capture_method text not null default 'automatic' check (capture_method in ('automatic', 'manual')),
  currencies text[] not null,
  -- Minor units by currency code, as strings.
  minimum_amounts jsonb not null default '{}',
  maximum_amounts jsonb not null default '{}',
  success_redirect_url text,
  failure_redirect_url text,
  retry_after_decline boolean not null default false,
  monthly_card_limits jsonb not null default '{}',
  monthly_email_limits jsonb not null default '{}',
  refund_fees jsonb not null default '{}',
  primary key (merchant_id, id)
);

-- What may be shown of a card; its sealed number is in vault.pans under the same id.
create table cards (
  id text primary key check (id like 'card\_%'),
  merchant_id text not null,
  brand text not null,
  bin text not null check (bin ~ '^[0-9]{6}$'),
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  pan_length smallint not null check (pan_length between 12 and 19),
  expiry_month smallint not null check (expiry_month between 1 and 12),
  expiry_year smallint not null check (expiry_year between 1000 and 9999),
  cardholder_name text,
  country text,
  funding text check (funding in ('credit', 'debit', 'prepaid')),
  fingerprint bytea not null,
  fingerprint_version integer not null,
  created_at timestamptz not null
);
create index cards_fingerprint on cards (merchant_id, fingerprint);

create table card_tokens (
  id text primary key check (id like 'tok\_%'),
  merchant_id text not null,
  card_id text not null references cards (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_by text
);
create index card_tokens_expiry on card_tokens (expires_at) where used_by is null;

create table payment_methods (
  id text primary key check (id like 'pmi\_%'),
  merchant_id text not null references merchants (id),
  customer_reference text not null check (length(customer_reference) between 1 and 255),
  hex_token text not null unique check (hex_token ~ '^[0-9a-f]{22}$'),
  status text not null check (status in ('active', 'blocked', 'detached')),
  blocked_reason text,
  is_default boolean not null,
  nickname text,
  declared_funding text check (declared_funding in ('credit', 'debit')),
  card_id text not null references cards (id),
  fingerprint bytea not null,
  network_transaction_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index payment_methods_card on payment_methods (merchant_id, customer_reference, fingerprint)
  where status <> 'detached';

create table payments (
  id text primary key check (id like 'tx\_%'),
  merchant_id text not null,
  version integer not null check (version > 0),
  event_count integer not null default 0 check (event_count >= 0),
  dialect text not null,
  order_number text unique,
  order_payment_number text unique,
  state text not null check (
    state in ('awaiting_card', 'authenticating', 'authorizing', 'authorized', 'captured', 'failed', 'voided')
  ),
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  captured bigint not null default 0 check (captured >= 0 and captured <= amount),
  refunded bigint not null default 0 check (refunded >= 0),
  refunding bigint not null default 0 check (refunding >= 0),
  capture_method text not null check (capture_method in ('automatic', 'manual')),
  flow_id text not null,
  source text not null check (source in ('hosted', 'token', 'direct', 'saved')),
  initiator text not null check (initiator in ('cardholder', 'merchant')),
  card_id text references cards (id),
  payment_method_id text,
  customer_reference text,
  save_card boolean not null default false,
  merchant_reference text,
  return_url text,
  metadata jsonb not null default '{}',
  email text,
  phone text,
  product_name text,
  details jsonb not null default '{}',
  failure_reason text,
  void_cause text check (void_cause in ('merchant', 'customer', 'expired')),
  authentication_id text,
  -- The attempt and the acquirer's answer that hold or took the money.
  authorization_attempt_id text,
  acquirer text,
  acquirer_reference text,
  authorization_code text,
  network_transaction_id text,
  expires_at timestamptz,
  capture_before timestamptz,
  captured_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (refunded + refunding <= captured),
  check ((state = 'captured') = (captured_at is not null)),
  check ((state = 'captured') = (captured > 0)),
  check ((state = 'failed') = (failure_reason is not null)),
  check ((state = 'voided') = (void_cause is not null)),
  check (state <> 'authorized' or (capture_before is not null and acquirer_reference is not null)),
  check (state <> 'captured' or acquirer_reference is not null),
  check (state not in ('awaiting_card', 'authenticating') or expires_at is not null)
);
create index payments_of_merchant on payments (merchant_id, created_at desc, id desc);
create index payments_merchant_reference on payments (merchant_id, merchant_reference) where merchant_reference is not null;
create index payments_customer on payments (merchant_id, customer_reference) where customer_reference is not null;
create index payments_expiring on payments (expires_at) where state in ('awaiting_card', 'authenticating');
create index payments_lapsing on payments (capture_before) where state = 'authorized';
-- An order's reference is free again once the order has failed.
create unique index payments_order_reference on payments (merchant_id, merchant_reference)
  where order_number is not null and state not in ('failed', 'voided');

create table refunds (
  id text primary key check (id like 'orf\_%'),
  number text unique,
  payment_id text not null references payments (id),
  merchant_id text not null,
  amount bigint not null check (amount > 0),
  fee bigint not null default 0 check (fee >= 0),
  state text not null check (
    state in ('initiated', 'processing', 'refunded', 'failed', 'reversed', 'on_hold', 'rejected_by_bank')
  ),
  reason text,
  merchant_reference text,
  message text,
  acquirer_reference text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  refunded_at timestamptz,
  check ((state = 'refunded') <= (refunded_at is not null))
);
create index refunds_payment on refunds (payment_id);
create index refunds_of_merchant on refunds (merchant_id, created_at desc, id desc);

create table attempts (
  id text primary key check (id like 'att\_%'),
  payment_id text not null references payments (id),
  merchant_id text not null,
  refund_id text references refunds (id),
  kind text not null check (kind in ('authorization', 'purchase', 'capture', 'void', 'reversal', 'refund')),
  state text not null check (state in ('queued', 'sending', 'unknown', 'reversing', 'approved', 'declined', 'reversed')),
  amount bigint not null check (amount > 0),
  acquirer text not null,
  acquirer_reference text,
  authorization_code text,
  network_transaction_id text,
  decline_reason text,
  unknown_cause text,
  inquiries integer not null default 0,
  next_inquiry_at timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  check ((kind = 'refund') = (refund_id is not null)),
  check ((state = 'declined') = (decline_reason is not null)),
  check ((state in ('approved', 'declined', 'reversed')) = (finished_at is not null))
);
create index attempts_payment on attempts (payment_id);
create index attempts_open on attempts (created_at) where state in ('queued', 'sending', 'unknown');
-- One message at a time may be under way that decides over a payment's hold.
create unique index attempts_one_open on attempts (payment_id)
  where state in ('queued', 'sending', 'unknown', 'reversing') and kind in ('authorization', 'purchase', 'capture', 'void');
create unique index attempts_one_open_refund on attempts (refund_id)
  where state in ('queued', 'sending', 'unknown', 'reversing');

create table authentications (
  id text primary key check (id like '3ds\_%'),
  payment_id text not null references payments (id),
  merchant_id text not null,
  state text not null check (state in ('requested', 'challenge', 'authenticated', 'refused', 'spent')),
  server_transaction_id uuid not null unique,
  acs_transaction_id text,
  ds_transaction_id text,
  acs_url text,
  creq text,
  -- SHA-256 of the unguessable parts of our return and results addresses.
  browser_token_hash bytea not null unique,
  results_token_hash bytea not null unique,
  version text,
  trans_status text check (trans_status in ('Y', 'A', 'N', 'U', 'R', 'I')),
  trans_status_reason text,
  challenge_cancel text,
  eci text,
  authentication_value text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  finished_at timestamptz
);
create index authentications_payment on authentications (payment_id);

create table events (
  id text primary key check (id like 'evt\_%'),
  uuid uuid not null,
  merchant_id text not null,
  payment_id text not null references payments (id),
  sequence integer not null check (sequence > 0),
  type text not null,
  refund_id text references refunds (id),
  -- The payment as it was right after the event; webhooks are rendered from it and need nothing else.
  snapshot jsonb not null,
  created_at timestamptz not null,
  unique (payment_id, sequence)
);
create index events_of_merchant on events (merchant_id, created_at desc, id desc);

create table webhook_endpoints (
  id text primary key check (id like 'whe\_%'),
  merchant_id text not null references merchants (id),
  url text not null,
  format text not null,
  -- The merchant's filter in the format's own words; null means the format's default.
  filter text[],
  -- The same filter as event types of ours.
  event_types text[] not null,
  -- Null when the format signs with a key of the merchant's.
  sealed_secret bytea,
  previous_sealed_secret bytea,
  previous_secret_until timestamptz,
  status text not null check (status in ('enabled', 'disabled', 'deleted')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhook_endpoints_merchant on webhook_endpoints (merchant_id) where status <> 'deleted';

create table webhook_deliveries (
  id text primary key,
  event_id text not null references events (id),
  endpoint_id text not null,
  merchant_id text not null,
  state text not null check (state in ('pending', 'delivered', 'failed')),
  tries integer not null default 0,
  next_try_at timestamptz,
  last_status integer,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  unique (event_id, endpoint_id),
  check ((state = 'pending') = (next_try_at is not null))
);
create index webhook_deliveries_due on webhook_deliveries (next_try_at) where state = 'pending';

create table idempotency_keys (
  merchant_id text not null,
  key_hash bytea not null,
  request_hash bytea not null,
  -- What the request began: a payment, and the refund when it was one. Null when it was neither.
  payment_id text,
  refund_id text,
  -- Null until the answer is final.
  answer_status integer,
  answer_body text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (merchant_id, key_hash),
  check ((answer_status is null) = (answer_body is null))
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- Aborts the statement that calls it, so that one statement can refuse after it began to write.
create function sallyport_refuse(reason text) returns boolean language plpgsql as $$
begin
  raise exception using errcode = 'SP001', message = reason;
end
$$;

-- Tells every process to forget the settings it remembers, so that a revoked key is dead at once.
create function notify_settings_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('sallyport_settings', tg_table_name);
  return null;
end
$$;
create trigger settings_changed after update on installation
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on merchants
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on credentials
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on merchant_secrets
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on flows
  for each statement execute function notify_settings_change();
