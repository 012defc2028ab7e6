import { createSecretKey } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import { keyLength } from './aes-gcm.ts';
import { type CvcKey, cvcKeyIdLength } from './cvc-box.ts';
import type { KeyStore } from './merchant-key-rows.ts';
import { encodeAad } from './place.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How often the day's key is compared with the table, which a database crash empties under a running gateway. */
const trustedForMs = 60 * 1000;

export interface CvcKeyring {
  /** The day's key if it is in memory and was seen in the database a moment ago. `now` says which day it is. */
  peek(now: Date): CvcKey | undefined;
  /** The day's key, made when no process has made one yet; the next day's is made and loaded behind it. */
  load(now: Date): Promise<CvcKey>;
  /** The key of that day and id, or undefined when it is gone: the code it sealed is gone with it. */
  find(wanted: {
    readonly day: string;
    readonly id: string;
    readonly now: Date;
  }): Promise<CvcKey | undefined>;
  /** Destroys the keys of days before yesterday, in memory and on disk; returns how many were in the database. */
  destroyOld(now: Date): Promise<number>;
}

interface CvcKeyRow {
  key_id: Buffer;
  root_version: number;
  wrapped: Buffer;
}

/** The UTC day of `at`, `YYYY-MM-DD`. */
function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** Keeps the daily keys of card codes: one per UTC day, the same for all processes on one database. */
export function createCvcKeyring(keyStore: KeyStore, monotonicMs: () => number): CvcKeyring {
  const byId = new Map<string, CvcKey>();
  let current: { key: CvcKey; seenAtMs: number } | undefined;
  let loading: { day: string; key: Promise<CvcKey> } | undefined;
  let preparing: Promise<unknown> | undefined;

  // Every process forgets by itself: the one that empties the table cannot reach the memory of the others.
  const forgetOld = (now: Date): void => {
    const firstKept = firstDayKept(now);
    for (const [id, key] of byId) if (key.day < firstKept) byId.delete(id);
    if (current && current.key.day < firstKept) current = undefined;
  };

  const getKey = async (day: string): Promise<CvcKey> => {
    const row = (await readKey(keyStore, day)) ?? (await makeKey(keyStore, day));
    const key = byId.get(row.key_id.toString('hex')) ?? (await unwrapKey(keyStore, day, row));
    byId.set(key.id, key);
    return key;
  };

  const loadNow = async (day: string): Promise<CvcKey> => {
    const seenAtMs = monotonicMs();
    const key = await getKey(day);
    current = { key, seenAtMs };
    return key;
  };

  // A day ahead, so that a key service which is out of reach at midnight does not stop the payments that carry codes.
  const prepare = (day: string): void => {
    if (preparing || [...byId.values()].some((key) => key.day === day)) return;
    // What fails is tried again within a minute, and told to whoever needs the key when its day has come.
    preparing = getKey(day)
      .catch(() => undefined)
      .finally(() => {
        preparing = undefined;
      });
  };

  return {
    peek(now) {
      if (!current || current.key.day !== utcDay(now)) return undefined;
      return monotonicMs() - current.seenAtMs < trustedForMs ? current.key : undefined;
    },
    load(now) {
      forgetOld(now);
      const day = utcDay(now);
      if (loading?.day === day) return loading.key;
      const started = {
        day,
        key: loadNow(day).finally(() => {
          if (loading === started) loading = undefined;
        }),
      };
      loading = started;
      started.key.then(
        () => prepare(utcDay(new Date(now.getTime() + dayMs))),
        () => undefined,
      );
      return started.key;
    },
    async find({ day, id, now }) {
      forgetOld(now);
      const known = byId.get(id);
      if (known) return known.day === day ? known : undefined;
      const row = await readKey(keyStore, day);
      if (row?.key_id.toString('hex') !== id) return undefined;
      const key = await unwrapKey(keyStore, day, row);
      byId.set(id, key);
      return key;
    },
    async destroyOld(now) {
      forgetOld(now);
      return deleteOldKeys(keyStore, firstDayKept(now));
    },
  };
}

/** A code sealed just before midnight may still be wanted after it: yesterday's key is kept. */
function firstDayKept(now: Date): string {
  return utcDay(new Date(now.getTime() - dayMs));
}

async function deleteOldKeys({ database }: KeyStore, firstKept: string): Promise<number> {
  const { rows } = await database.query({
    name: 'vault_destroy_cvc_keys',
    text: 'delete from vault.cvc_keys where key_day < $1::date returning key_day',
    values: [firstKept],
  });
  if (rows.length === 0) return 0;
  // A deleted row stays legible in the table's file; a rewrite leaves it behind, and of so few rows takes no time.
  await database.query({ name: 'vault_rewrite_cvc_keys', text: 'vacuum (full) vault.cvc_keys', values: [] });
  // Nothing opens these codes any more.
  await database.query({
    name: 'vault_drop_shut_cvcs',
    text: 'delete from vault.cvcs where key_day < $1::date',
    values: [firstKept],
  });
  return rows.length;
}

async function readKey(keyStore: KeyStore, day: string): Promise<CvcKeyRow | undefined> {
  const { rows } = await keyStore.database.query<CvcKeyRow>({
    name: 'vault_cvc_key',
    text: 'select key_id, root_version, wrapped from vault.cvc_keys where key_day = $1::date',
    values: [day],
  });
  return rows[0];
}

async function makeKey(keyStore: KeyStore, day: string): Promise<CvcKeyRow> {
  const id = keyStore.random.bytes(cvcKeyIdLength);
  const plain = keyStore.random.bytes(keyLength);
  const wrap = await keyStore.rootKeys.wrap(plain, keyAad(keyStore, day, id.toString('hex')));
  plain.fill(0);
  await keyStore.database.query({
    name: 'vault_add_cvc_key',
    text: `insert into vault.cvc_keys (key_day, key_id, root_version, wrapped)
      values ($1::date, $2, $3, $4) on conflict do nothing`,
    values: [day, id, wrap.version, wrap.wrapped],
  });
  // Read again rather than trust what was inserted: of processes that came together, one has won.
  const row = await readKey(keyStore, day);
  assert(row, `the key of card codes of ${day} is gone right after it was made`);
  return row;
}

async function unwrapKey(keyStore: KeyStore, day: string, row: CvcKeyRow): Promise<CvcKey> {
  const id = row.key_id.toString('hex');
  const plain = await keyStore.rootKeys.unwrap(row.root_version, row.wrapped, keyAad(keyStore, day, id));
  const key = createSecretKey(plain);
  plain.fill(0);
  return { day, id, key };
}

function keyAad(keyStore: KeyStore, day: string, id: string): Buffer {
  return encodeAad(['sallyport.cvc_key', keyStore.mode, day, id]);
}
