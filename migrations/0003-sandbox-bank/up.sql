create schema sandbox_bank;

comment on schema sandbox_bank is
  'The pretend outside world: the simulated bank''s own book and its issuer. The gateway never reads it.';

create table sandbox_bank.authorizations (
  number bigint generated always as identity primary key,
  reference text not null,
  copy smallint not null default 0,
  merchant_reference text not null,
  kind text not null check (kind in ('authorization', 'purchase')),
  initiator text not null check (initiator in ('cardholder', 'merchant')),
  card text not null,
  authenticated boolean not null,
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null check (status in ('authorized', 'captured', 'voided', 'reversed', 'refunded', 'declined')),
  response_code text not null,
  captured bigint not null default 0 check (captured >= 0),
  refunded bigint not null default 0 check (refunded >= 0),
  live boolean not null generated always as (status in ('authorized', 'captured')) stored,
  reversals_refused smallint not null default 0,
  created_at timestamptz not null,
  unique (reference, copy),
  constraint captured_at_most_authorized check (captured <= amount),
  constraint refunded_at_most_captured check (refunded <= captured),
  constraint declined_holds_nothing check ((status = 'declined') = (response_code <> '00')),
  constraint captured_only_when_claimed check ((captured > 0) = (status in ('captured', 'refunded'))),
  constraint refunded_in_full_is_refunded check ((status = 'refunded') = (captured > 0 and refunded = captured))
);

create index authorizations_by_merchant_reference on sandbox_bank.authorizations (merchant_reference);

-- Approvals that the bank has not booked yet, and whoever asks is told that there is nothing.
create table sandbox_bank.late_authorizations (
  reference text primary key,
  booking jsonb not null,
  due_at timestamptz not null,
  inquiries smallint not null default 0
);

-- Captures, voids and refunds: each with a reference of its own, each answered once.
create table sandbox_bank.messages (
  reference text primary key,
  kind text not null check (kind in ('capture', 'void', 'refund')),
  authorization_number bigint not null references sandbox_bank.authorizations (number),
  amount bigint not null check (amount >= 0),
  currency text not null,
  response_code text not null,
  reversed boolean not null default false,
  created_at timestamptz not null
);

-- References that must never hold money again, whenever their message arrives.
create table sandbox_bank.reversals (
  original text primary key,
  reference text not null,
  created_at timestamptz not null
);

create table sandbox_bank.disputes (
  number bigint generated always as identity primary key,
  authorization_number bigint not null unique references sandbox_bank.authorizations (number),
  amount bigint not null check (amount > 0),
  currency text not null,
  reason_code text not null,
  raised_at timestamptz not null
);

create table sandbox_bank.authentications (
  acs_transaction_id uuid primary key,
  server_transaction_id uuid not null unique,
  ds_transaction_id uuid not null unique,
  page_token text not null unique,
  card text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  brand text not null,
  merchant_name text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  purchase_date timestamptz not null,
  notification_url text not null,
  results_url text not null,
  session_data text,
  return_reference text,
  tries smallint not null default 0 check (tries between 0 and 3),
  trans_status text not null check (trans_status in ('C', 'Y', 'A', 'N', 'U', 'R')),
  trans_status_reason text,
  challenge_cancel text,
  eci text,
  authentication_value text,
  -- What the bank answers to the authorization that carries this proof; null leaves it to the card.
  response_code text,
  expires_at timestamptz not null,
  result_delivered_at timestamptz,
  created_at timestamptz not null
);
