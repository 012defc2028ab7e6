-- Only orders have these numbers, but a unique constraint keeps an entry for every payment, and another for every change
-- of its state: four for a payment of the other dialect, which is found by none of them.
alter table payments drop constraint payments_order_number_key;
alter table payments drop constraint payments_order_payment_number_key;
create unique index payments_order_number_key on payments (order_number) where order_number is not null;
create unique index payments_order_payment_number_key on payments (order_payment_number)
  where order_payment_number is not null;
