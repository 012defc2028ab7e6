-- References are compared byte by byte in both books, so that both can be read in one order (merge join).
alter table attempts alter column id type text collate "C";
alter table sandbox_bank.authorizations alter column reference type text collate "C";
-- A window of time is found without an index that every payment would have to keep up.
create index attempts_created on attempts using brin (created_at) with (pages_per_range = 32, autosummarize = on);
create index authorizations_created on sandbox_bank.authorizations
  using brin (created_at) with (pages_per_range = 32, autosummarize = on);

-- A bank that booked one reference twice is told which of the two to undo.
alter table attempts add column only_acquirer_reference text;
alter table attempts add constraint attempts_only_reversal
  check (only_acquirer_reference is null or kind = 'reversal');
-- One reversal at a time; what comes alive after it was acknowledged is undone by another one.
drop index attempts_one_reversal;
create unique index attempts_one_reversal on attempts (original_attempt_id, (coalesce(only_acquirer_reference, '')))
  where kind = 'reversal' and state in ('queued', 'sending', 'unknown');

create table reconciliation_runs (
  id bigint generated always as identity primary key,
  acquirer text not null,
  purpose text not null check (purpose in ('daily', 'recent', 'command')),
  window_from timestamptz not null,
  window_to timestamptz not null,
  state text not null check (state in ('running', 'done')),
  -- A run that was killed goes on here: everything booked before that time was compared, and in the slice of time that
  -- begins then everything up to that reference.
  compared_until timestamptz not null,
  compared_to text collate "C",
  compared_count bigint not null default 0,
  in_flight_count bigint not null default 0,
  -- When the oldest of those in flight began; the next run looks from there.
  in_flight_since timestamptz,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- Real time: whoever holds the run renews this with every batch.
  held_until timestamptz not null,
  check (window_from < window_to),
  check ((state = 'done') = (finished_at is not null))
);
create unique index reconciliation_runs_open on reconciliation_runs (acquirer, purpose, window_from, window_to)
  where state = 'running';
create index reconciliation_runs_done on reconciliation_runs (acquirer, purpose, window_to) where state = 'done';

create table reconciliation_differences (
  id bigint generated always as identity primary key,
  run_id bigint not null references reconciliation_runs (id),
  acquirer text not null,
  -- Ours, as it was sent to the acquirer, and the acquirer's own of the line at fault (empty when there is none).
  reference text collate "C" not null,
  acquirer_reference text not null default '',
  cause text not null check (cause in ('at_bank_only', 'ours_only', 'amount_differs', 'currency_differs', 'state_differs',
    'captured_differs', 'refunded_differs', 'two_authorizations_for_one_attempt', 'live_at_bank_but_failed_here',
    'outcome_unknown')),
  merchant_id text,
  payment_id text,
  attempt_id text,
  -- What each side said, amounts as texts of minor units.
  ours jsonb,
  theirs jsonb,
  owner text not null check (length(owner) between 1 and 100),
  status text not null check (status in ('open', 'mending', 'closed')),
  resolution text,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  closed_at timestamptz,
  check ((status = 'closed') = (closed_at is not null)),
  check ((status = 'closed') = (resolution is not null))
);
-- The same difference is written once, however often it is seen, until it is closed.
create unique index reconciliation_differences_once
  on reconciliation_differences (acquirer, reference, acquirer_reference, cause) where status <> 'closed';
create index reconciliation_differences_unclosed on reconciliation_differences (seen_at, id) where status <> 'closed';

alter table alerts add column difference_id bigint references reconciliation_differences (id);
create unique index alerts_difference on alerts (difference_id) where difference_id is not null;

-- How far a feed of somebody else's, or a walk through a table of ours, has been read.
create table cursors (
  name text primary key,
  position text not null,
  updated_at timestamptz not null
);

create table disputes (
  acquirer text not null,
  acquirer_dispute_id text not null,
  reference text not null,
  -- Null when the acquirer names a reference that is not ours.
  merchant_id text,
  payment_id text references payments (id),
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  reason_code text,
  raised_at timestamptz not null,
  received_at timestamptz not null,
  -- The event that told the merchant; null until it is written.
  event_id text references events (id),
  primary key (acquirer, acquirer_dispute_id),
  check ((merchant_id is null) = (payment_id is null)),
  check (event_id is null or payment_id is not null)
);
create index disputes_untold on disputes (received_at) where event_id is null and payment_id is not null;
create index disputes_payment on disputes (payment_id);
