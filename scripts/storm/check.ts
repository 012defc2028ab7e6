import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { type ClientLog, isFinal, sendOnce, stormCards } from './clients.ts';
import type { House } from './house.ts';
import type { Receiver } from './receiver.ts';

export interface Finding {
  readonly invariant: string;
  readonly broken: readonly string[];
}

/** Each query names the rows that break its rule; none may be found. */
const queries: readonly (readonly [invariant: string, sql: string])[] = [
  [
    '1 captured at most authorized, refunded at most captured',
    `
    select id as broken from payments where captured > amount or refunded + refunding > captured`,
  ],
  [
    '2 every authorization at the bank belongs to one attempt of ours',
    `
    select a.reference as broken from sandbox_bank.authorizations a left join attempts t on t.id = a.reference where t.id is null`,
  ],
  [
    '2 every approved attempt has one live, released or given-back authorization at the bank',
    `
    select t.id as broken from attempts t
    left join sandbox_bank.authorizations a on a.reference = t.id and a.status in ('authorized', 'captured', 'voided', 'refunded')
    where t.kind in ('authorization', 'purchase') and t.state = 'approved' group by t.id having count(a.reference) <> 1`,
  ],
  [
    '2 nothing is live at the bank for an attempt that was declined or undone',
    `
    select t.id as broken from attempts t join sandbox_bank.authorizations a on a.reference = t.id
    where a.live and t.kind in ('authorization', 'purchase') and t.state in ('declined', 'reversed')`,
  ],
  [
    '3 one live authorization per payment',
    `
    select merchant_reference as broken from sandbox_bank.authorizations where live group by merchant_reference having count(*) > 1`,
  ],
  [
    '3 money is live at the bank exactly when it is held or taken here',
    `
    select p.id as broken from payments p
    left join sandbox_bank.authorizations a on a.merchant_reference = coalesce(p.order_number, p.id) and a.live
    where (p.state = 'authorized' or (p.state = 'captured' and p.refunded < p.captured)) <> (a.reference is not null)`,
  ],
  [
    '4 every payment reached an outcome, and nothing waits for a lost answer',
    `
    select id as broken from payments where state in ('authorizing', 'authenticating')
    union all select id from attempts where state in ('queued', 'sending', 'unknown', 'reversing')`,
  ],
  [
    '5 the last event tells the state that the payment is in',
    `
    select p.id as broken from payments p
    left join lateral (select snapshot from events e where e.payment_id = p.id order by sequence desc limit 1) last on true
    where p.state <> 'awaiting_card' and last.snapshot->'payment'->'status'->>'state' is distinct from p.state`,
  ],
  [
    '5 one delivery per event and subscribed endpoint, and none left waiting',
    `
    select e.id || ' ' || w.id as broken from events e
    join webhook_endpoints w on w.merchant_id = e.merchant_id and e.type = any (w.event_types)
    left join webhook_deliveries d on d.event_id = e.id and d.endpoint_id = w.id
    where e.created_at >= w.created_at group by e.id, w.id having count(d.id) <> 1
    union all select id from webhook_deliveries where state = 'pending'`,
  ],
  [
    '6 events of a payment are numbered without gaps',
    `
    select payment_id as broken from events group by payment_id having max(sequence) <> count(*) or min(sequence) <> 1
    union all select id from payments where event_count <> (select count(*) from events where payment_id = payments.id)`,
  ],
  [
    '6 states follow the allowed graph',
    `
    select distinct e.id as broken from events e
    join events before on before.payment_id = e.payment_id and before.sequence = e.sequence - 1
    where (before.snapshot->'payment'->'status'->>'state', e.snapshot->'payment'->'status'->>'state') not in (
      ('authenticating', 'authorized'), ('authenticating', 'captured'), ('authenticating', 'failed'), ('authenticating', 'voided'),
      ('authorized', 'captured'), ('authorized', 'voided'), ('captured', 'captured'), ('authenticating', 'authenticating'))`,
  ],
  [
    '6 a hosted page counts each card, and takes five',
    `
    select p.id as broken from payments p
    where p.source = 'hosted' and (p.cards_tried > 5 or p.cards_tried <>
      (select count(*) from attempts a where a.payment_id = p.id and a.kind in ('authorization', 'purchase'))
      - (select count(*) from authentications s where s.payment_id = p.id and s.state = 'spent'))`,
  ],
  [
    '8 no card code is kept but for a payment under way or an unused token',
    `
    select c.card_id as broken from vault.cvcs c
    where not exists (select from payments p where p.card_id = c.card_id and p.state in ('authenticating', 'authorizing'))
      and not exists (select from card_tokens t where t.card_id = c.card_id and t.used_by is null)`,
  ],
  [
    '9 money per currency equals the bank’s',
    `
    select coalesce(ours.currency, theirs.currency) || ' ' || coalesce(ours.sum, 0) || ' ' || coalesce(theirs.sum, 0) as broken
    from (select currency, sum(captured - refunded) as sum from payments where state = 'captured' group by currency) ours
    full join (select currency, sum(captured - refunded) as sum from sandbox_bank.authorizations
      where status in ('captured', 'refunded') group by currency) theirs using (currency)
    where coalesce(ours.sum, 0) <> coalesce(theirs.sum, 0)`,
  ],
];

export async function checkDatabase(pool: Pool): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [invariant, sql] of queries) {
    const { rows } = await pool.query<{ broken: string }>(sql);
    findings.push({ invariant, broken: rows.map((row) => String(row.broken)) });
  }
  return findings;
}

/** 7: equal keys gave equal answers, during the storm and when each request is sent once more after it. */
export async function checkAnswers(house: House, log: ClientLog): Promise<Finding> {
  const broken: string[] = [];
  const finals = new Map<string, string>();
  for (const { key, status, body } of log.answers) {
    if (!isFinal(status) || status === 202) continue;
    const known = finals.get(key);
    const answer = withoutRequestId(`${status} ${body}`);
    if (known !== undefined && known !== answer && !isRefusalBeforeWork(status, body))
      broken.push(`${key}: ${known} | ${answer}`);
    if (!isRefusalBeforeWork(status, body)) finals.set(key, answer);
  }
  const [api] = house.apis;
  for (const [key, call] of log.calls) {
    const known = finals.get(key);
    if (known === undefined || !api) continue;
    const again = await sendOnce(api.url + call.path, call);
    const answer = again && withoutRequestId(`${again.status} ${again.body}`);
    if (answer !== known) broken.push(`${key} replayed: ${known} | ${answer}`);
  }
  return { invariant: '7 equal keys gave equal answers, and give them still', broken };
}

/** Refused before anything began: not kept under the key, and so free to end otherwise later. */
function isRefusalBeforeWork(status: number, body: string): boolean {
  return status >= 400 && !body.includes('"status":"failed"') && !body.includes('_failed"');
}

function withoutRequestId(text: string): string {
  return text.replace(/"request_id":"req_[0-9A-Za-z]+"/g, '"request_id":"…"');
}

/** What a client was told is true: no acknowledged payment is lost. */
export async function checkAcknowledged(pool: Pool, log: ClientLog): Promise<Finding> {
  const told = new Set<string>();
  for (const { status, body } of log.answers) {
    if (status !== 201) continue;
    const answer = JSON.parse(body) as { transaction_id?: string; status?: string };
    if (answer.transaction_id && (answer.status === 'completed' || answer.status === 'authorized'))
      told.add(answer.transaction_id);
  }
  const { rows } = await pool.query<{ id: string }>(
    "select id from payments where id = any ($1) and state in ('authorized', 'captured', 'voided')",
    [[...told]],
  );
  const kept = new Set(rows.map((row) => row.id));
  return {
    invariant: 'every payment that a client was told of is there',
    broken: [...told].filter((id) => !kept.has(id)),
  };
}

/** 8: no number or code in logs or webhooks. */
export function checkSecrets(house: House, receivers: readonly Receiver[]): Finding {
  const broken: string[] = [];
  const texts: [string, string][] = house.posts.map((post) => [
    post.logFile,
    readFileSync(post.logFile, 'utf8'),
  ]);
  for (const [index, receiver] of receivers.entries())
    texts.push([`webhooks ${index}`, receiver.bodies.join('\n')]);
  for (const [where, text] of texts) {
    for (const [number] of stormCards) {
      if (text.includes(number) || text.includes(number.replace(/(.{4})(?=.)/g, '$1 ')))
        broken.push(`${where}: ${number.slice(0, 6)}…`);
    }
    if (/"cv[cv]2?"\s*:/i.test(text)) broken.push(`${where}: a card code’s field`);
  }
  return { invariant: '8 no card number or code in logs or webhooks', broken };
}
