-- Two cards that a customer saved for the first time at the same moment were both the default. The older one stays it.
update payment_methods method set is_default = false
  where is_default and exists (
    select from payment_methods older
    where older.merchant_id = method.merchant_id and older.customer_reference = method.customer_reference
      and older.is_default and (older.created_at, older.id) < (method.created_at, method.id));
create unique index payment_methods_default on payment_methods (merchant_id, customer_reference) where is_default;
