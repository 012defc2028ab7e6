-- What a BIN table that was imported says of the card numbers that begin with `prefix`; null where it says nothing.
-- An import makes the table anew beside this one and puts it in its place.
create table bins (
  prefix text collate "C" primary key check (prefix ~ '^[0-9]{2,11}$'),
  brand text,
  country text check (country ~ '^[A-Z]{2}$'),
  funding text check (funding in ('credit', 'debit', 'prepaid')),
  bank text check (length(bank) between 1 and 200)
);
