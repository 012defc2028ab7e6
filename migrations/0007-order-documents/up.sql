-- Papers of orders: invoices and air waybills, as the merchant uploaded them.
create table order_documents (
  id text primary key check (id ~ '^[0-9a-f]{32}$'),
  payment_id text not null references payments (id),
  merchant_id text not null,
  kind text not null check (kind in ('invoice', 'awb')),
  identifier text not null check (length(identifier) between 1 and 255),
  media_type text not null check (media_type in ('application/pdf', 'image/jpeg')),
  content bytea not null check (octet_length(content) between 1 and 2097152),
  created_at timestamptz not null
);
create index order_documents_payment on order_documents (payment_id);

-- What was told of an order after it was made. Apart from the payment, whose row the money path guards by version.
create table order_amendments (
  payment_id text primary key references payments (id),
  merchant_id text not null,
  amendment jsonb not null check (jsonb_typeof(amendment) = 'object'),
  updated_at timestamptz not null
);
