-- What the pretend bank is to do wrong beside what its test cards say: one plan at a time, for all processes together.
create table sandbox_bank.fault_plan (
  only_one boolean primary key default true check (only_one),
  seed bigint not null,
  share double precision not null check (share between 0 and 1),
  faults text[] not null check (cardinality(faults) > 0),
  authorizations integer not null check (authorizations > 0),
  drawn integer not null default 0 check (drawn between 0 and authorizations)
);

-- The fault of an authorization that a plan drew; the others have their card's.
alter table sandbox_bank.authorizations add column fault text;
