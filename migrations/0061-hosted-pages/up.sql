-- A hosted page that takes another card after a decline must know, when the answer comes, until when its link lives and
-- how many cards were tried: by then `expires_at` belongs to another state, or to none.
alter table payments add column hosted_until timestamptz;
alter table payments add column cards_tried smallint not null default 0;
update payments set hosted_until = expires_at where state = 'awaiting_card';
alter table payments
  add constraint payments_cards_tried_check check (cards_tried between 0 and 5),
  add constraint payments_hosted_check check (source = 'hosted' or (hosted_until is null and cards_tried = 0)),
  add constraint payments_awaiting_card_check check (state <> 'awaiting_card' or cards_tried < 5);
