-- How many cards were handed over, and payments begun, within one minute: only of those who are fast. Forgotten after a
-- crash, as failed cards are.
create unlogged table card_pace (
  scope text not null check (scope in ('address', 'merchant', 'payments')),
  subject bytea not null check (octet_length(subject) = 16),
  minute timestamptz not null,
  taken integer not null check (taken > 0),
  primary key (scope, subject, minute)
);
create index card_pace_expiry on card_pace (minute);
