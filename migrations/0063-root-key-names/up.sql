-- A root key may now lie in a key service, which numbers its versions itself or not at all. The numbers here stay ours:
-- each stands for one version of one key, wherever that is kept. A key to which an installation returns gets a new
-- number, so that the newest number is always the key that wraps.
alter table vault.root_keys
  add column key_name text not null default 'file',
  add column key_version integer check (key_version > 0);
-- Until now every key was in the file, under the file's own numbers.
update vault.root_keys set key_version = version;
alter table vault.root_keys
  alter column key_name drop default,
  alter column key_version set not null;
