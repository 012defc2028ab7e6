-- Claiming walks from endpoint to endpoint and takes the oldest due rows of each, so that the backlog of a dead
-- endpoint is stepped over in one move; the time-ordered index would make every claim wade through it.
create index webhook_deliveries_due_by_endpoint on webhook_deliveries (endpoint_id, next_try_at) where state = 'pending';
drop index webhook_deliveries_due;

-- Every delivery is one insert and two updates: without early vacuuming the dead rows outgrow the living.
alter table webhook_deliveries set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- A purged card is looked for in the tables that refer to it, and so does its foreign keys' own check.
create index payments_card on payments (card_id) where card_id is not null;
create index card_tokens_card on card_tokens (card_id);
create index payment_methods_card_id on payment_methods (card_id);
