import { createHmac } from 'node:crypto';
import type { MerchantId } from '../domain/ids.ts';
import { type FilledList, noRules, readyPolicy } from '../domain/risk/policy.ts';
import type { RiskRule } from '../domain/risk/rule.ts';
import type { FoundPolicy, RiskStore } from '../usecases/ports/risk.ts';
import type { Database } from './database.ts';
import { createRiskDecisions } from './risk-decisions.ts';
import { createRiskRuleStore, type ListRow, listFromRow, readRuleRows, ruleFromRow } from './risk-rules.ts';
import type { SettingsCache } from './settings-cache.ts';

const hashBytes = 16;

/** The RiskStore over PostgreSQL; `secretKey`, 32 bytes, is the same in every process and for good. */
export function createRiskStore(database: Database, cache: SettingsCache, secretKey: Buffer): RiskStore {
  return {
    ...createRiskDecisions(database),
    findPolicy: (merchantId) => cache.remember(`risk:${merchantId}`, () => loadPolicy(database, merchantId)),
    hash: (purpose, value) =>
      createHmac('sha256', secretKey).update(`${purpose}\0${value}`).digest().subarray(0, hashBytes),
  };
}

/** A rule that this version cannot read, or that looks into a list which is gone, breaks the whole check: it might be a block. */
async function loadPolicy(database: Database, merchantId: MerchantId): Promise<FoundPolicy> {
  const rows = (await readRuleRows(database, merchantId)).filter(({ status }) => status === 'enabled');
  if (rows.length === 0) return { kind: 'ready', policy: noRules };
  const [lists, whenCheckFails] = await Promise.all([
    readLists(database, merchantId),
    createRiskRuleStore(database).findWhenCheckFails(merchantId),
  ]);
  const rules: RiskRule[] = [];
  for (const row of rows) {
    const rule = ruleFromRow(row);
    if (!rule) return { kind: 'broken', whenCheckFails };
    rules.push(rule);
  }
  try {
    return { kind: 'ready', policy: readyPolicy(rules, lists, whenCheckFails) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'broken', whenCheckFails };
    throw error;
  }
}

async function readLists(database: Database, merchantId: MerchantId): Promise<FilledList[]> {
  const { rows } = await database.query<ListRow & { entries: string[] | null }>({
    name: 'read-risk-lists',
    text: `select list.id, list.merchant_id, list.name, list.fact, list.created_at, list.updated_at,
        (select array_agg(entry.value) from risk_list_entries entry where entry.list_id = list.id) as entries
      from risk_lists list where list.merchant_id = $1`,
    values: [merchantId],
  });
  return rows.map((row) => ({ list: listFromRow(row), values: row.entries ?? [] }));
}
