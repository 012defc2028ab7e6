-- Two secrets of one client may live side by side while one takes the other's place.
alter table credentials drop constraint credentials_client_id_key;
create index credentials_client on credentials (client_id) where client_id is not null;

-- Of each merchant, kind and role at most two are live: a live one holds a slot, and there are two.
alter table credentials add column slot smallint not null default 1 check (slot in (1, 2));
create unique index credentials_live on credentials (merchant_id, kind, role, slot) where revoked_at is null;
create unique index credentials_live_client on credentials (client_id, slot) where client_id is not null and revoked_at is null;
