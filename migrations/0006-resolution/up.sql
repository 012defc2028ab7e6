alter table attempts add column original_attempt_id text;
alter table attempts add constraint attempts_original check ((kind = 'reversal') = (original_attempt_id is not null));
-- One reversal of an attempt at a time; it is repeated under its own reference until it is acknowledged.
create unique index attempts_one_reversal on attempts (original_attempt_id)
  where kind = 'reversal' and state in ('sending', 'unknown');

drop index attempts_open;
-- Attempts that somebody must look at: when they are due, or when they began and nobody recorded their end.
create index attempts_open on attempts ((coalesce(next_inquiry_at, created_at))) where state in ('queued', 'sending', 'unknown');

create table alerts (
  id bigint generated always as identity primary key,
  kind text not null,
  merchant_id text,
  payment_id text,
  attempt_id text,
  message text not null,
  created_at timestamptz not null,
  closed_at timestamptz
);
create index alerts_open on alerts (created_at) where closed_at is null;
create unique index alerts_once on alerts (kind, attempt_id) where attempt_id is not null;
