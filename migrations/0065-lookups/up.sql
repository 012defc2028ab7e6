-- A merchant with a million payments asks for the few that are pending, held, cancelled or refunded; without these every
-- such page reads the million. Captured and failed payments are many, and found by walking back in time.
create index payments_of_state on payments (merchant_id, state, created_at desc, id desc)
  where state in ('awaiting_card', 'authenticating', 'authorizing', 'authorized', 'voided');
create index payments_refunded on payments (merchant_id, created_at desc, id desc) where refunded > 0;

-- A monthly limit on an e-mail address is looked at before each payment of its flow.
create index payments_email on payments (merchant_id, lower(email), created_at) where email is not null;

-- Operators look at what an endpoint did not get, among tens of millions of deliveries that it got.
create index webhook_deliveries_failed on webhook_deliveries (endpoint_id, created_at desc, id desc) where state = 'failed';
