-- Fraud rules as data; the shape of `conditions` is the domain's (src/domain/risk/conditions.ts).
create table risk_rules (
  id text primary key check (id like 'rule\_%'),
  merchant_id text not null references merchants (id),
  name text not null check (length(name) between 1 and 255),
  action text not null check (action in ('block', 'authenticate', 'review', 'allow')),
  status text not null check (status in ('enabled', 'disabled')),
  conditions jsonb not null check (jsonb_typeof(conditions) = 'array'),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index risk_rules_merchant on risk_rules (merchant_id);

create table risk_lists (
  id text primary key check (id like 'list\_%'),
  merchant_id text not null references merchants (id),
  name text not null check (length(name) between 1 and 255),
  fact text not null check (fact in ('fingerprint', 'email', 'ip', 'bin', 'country', 'customer')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index risk_lists_merchant on risk_lists (merchant_id);

create table risk_list_entries (
  list_id text not null references risk_lists (id) on delete cascade,
  value text not null check (length(value) between 1 and 320),
  created_at timestamptz not null,
  primary key (list_id, value)
);

-- What a merchant wants done when the check itself fails; without a row, 3-D Secure.
create table risk_settings (
  merchant_id text primary key references merchants (id),
  when_check_fails text not null check (when_check_fails in ('block', 'authenticate', 'review', 'allow')),
  updated_at timestamptz not null
);

-- Attempts to pay, by value and sliding window: those of this span, and those of the span right before it.
create table risk_counters (
  merchant_id text not null,
  dimension text not null check (dimension in ('fingerprint', 'ip', 'email', 'bin', 'device')),
  -- Keyed, and cut to 16 bytes: nobody reads an address out of it.
  value_hash bytea not null check (octet_length(value_hash) = 16),
  span interval not null,
  begun_at timestamptz not null,
  attempts integer not null check (attempts > 0),
  attempts_before integer not null check (attempts_before >= 0),
  expires_at timestamptz not null,
  primary key (merchant_id, dimension, value_hash, span)
) with (fillfactor = 70);
-- Changes only when a new span begins, so that counting within a span touches no index.
create index risk_counters_expiry on risk_counters (expires_at);

create table risk_decisions (
  payment_id text not null references payments (id),
  merchant_id text not null,
  stage text not null check (stage in ('before_authorization', 'after_authorization')),
  action text not null check (action in ('block', 'authenticate', 'review', 'allow')),
  reason text not null check (reason in ('rule', 'no_rule', 'check_failed', 'declines_jumped')),
  -- The rule as it was called then; it may be changed or deleted later.
  rule_id text,
  rule_name text,
  facts jsonb not null,
  review_state text check (review_state in ('open', 'approved', 'refused')),
  reviewed_at timestamptz,
  created_at timestamptz not null,
  primary key (payment_id, stage),
  check ((reason = 'rule') = (rule_id is not null)),
  check ((action = 'review') = (review_state is not null))
);
create index risk_decisions_open_reviews on risk_decisions (merchant_id, created_at desc, payment_id desc)
  where review_state = 'open';

-- Distinct cards that failed, by what they have in common: an address, a BIN, a merchant; or one card's failures.
create unlogged table failed_cards (
  scope text not null,
  subject bytea not null check (octet_length(subject) = 16),
  card bytea not null check (octet_length(card) = 16),
  failed_at timestamptz not null,
  primary key (scope, subject, card)
);
create index failed_cards_expiry on failed_cards (failed_at);

-- Who is held off, and until when.
create unlogged table card_limits (
  scope text not null,
  subject bytea not null check (octet_length(subject) = 16),
  measure text not null check (measure in ('refuse', 'authenticate')),
  limited_until timestamptz not null,
  primary key (scope, subject)
);

alter table card_tokens add column client_ip text;
alter table card_tokens add column client_device text;

create trigger settings_changed after insert or update or delete on risk_rules
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on risk_lists
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on risk_list_entries
  for each statement execute function notify_settings_change();
create trigger settings_changed after insert or update or delete on risk_settings
  for each statement execute function notify_settings_change();
