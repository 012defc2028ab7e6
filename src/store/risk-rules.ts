import type { MerchantId, RiskListId, RiskRuleId } from '../domain/ids.ts';
import { conditionToJson } from '../domain/risk/conditions.ts';
import type { ListFact } from '../domain/risk/facts.ts';
import { parseConditions, type RiskAction, type RiskList, type RiskRule } from '../domain/risk/rule.ts';
import type { RiskRuleStore } from '../usecases/ports/risk.ts';
import type { Database } from './database.ts';

/** The most values on one list. */
const listEntriesMax = 5000;

export interface RuleRow {
  readonly id: RiskRuleId;
  readonly merchant_id: MerchantId;
  readonly name: string;
  readonly action: RiskAction;
  readonly status: RiskRule['status'];
  readonly conditions: unknown;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface ListRow {
  readonly id: RiskListId;
  readonly merchant_id: MerchantId;
  readonly name: string;
  readonly fact: ListFact;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const ruleColumns = 'id, merchant_id, name, action, status, conditions, created_at, updated_at';
const listColumns = 'id, merchant_id, name, fact, created_at, updated_at';

/** The rule of a row; undefined when its conditions are of a kind that this version does not know. */
export function ruleFromRow(row: RuleRow): RiskRule | undefined {
  const parsed = parseConditions(row.conditions, row.action);
  if ('problems' in parsed) return undefined;
  return {
    id: row.id,
    merchantId: row.merchant_id,
    name: row.name,
    action: row.action,
    status: row.status,
    conditions: parsed.conditions,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function listFromRow(row: ListRow): RiskList {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    name: row.name,
    fact: row.fact,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Every rule of the merchant as it lies in its row, oldest first. */
export async function readRuleRows(database: Database, merchantId: MerchantId): Promise<RuleRow[]> {
  const { rows } = await database.query<RuleRow>({
    name: 'list-risk-rules',
    text: `select ${ruleColumns} from risk_rules where merchant_id = $1 order by created_at, id`,
    values: [merchantId],
  });
  return rows;
}

async function findWhenCheckFails(database: Database, merchantId: MerchantId): Promise<RiskAction> {
  const { rows } = await database.query<{ when_check_fails: RiskAction }>({
    name: 'find-risk-settings',
    text: 'select when_check_fails from risk_settings where merchant_id = $1',
    values: [merchantId],
  });
  return rows[0]?.when_check_fails ?? 'authenticate';
}

/** The RiskRuleStore over PostgreSQL. */
export function createRiskRuleStore(database: Database): RiskRuleStore {
  return {
    ...ruleMethods(database),
    ...listMethods(database),
    ...entryMethods(database),
    findWhenCheckFails: (merchantId) => findWhenCheckFails(database, merchantId),
    async setWhenCheckFails(merchantId, action, at) {
      await database.query({
        name: 'set-risk-settings',
        text: `insert into risk_settings (merchant_id, when_check_fails, updated_at) values ($1, $2, $3)
          on conflict (merchant_id) do update set when_check_fails = $2, updated_at = $3`,
        values: [merchantId, action, at.toISOString()],
      });
    },
  };
}

function ruleMethods(
  database: Database,
): Pick<RiskRuleStore, 'listRules' | 'findRule' | 'insertRule' | 'updateRule' | 'deleteRule'> {
  const readable = (rows: readonly RuleRow[]): RiskRule[] => rows.flatMap((row) => ruleFromRow(row) ?? []);
  const storedConditions = (rule: RiskRule): string => JSON.stringify(rule.conditions.map(conditionToJson));
  return {
    listRules: async (merchantId) => readable(await readRuleRows(database, merchantId)),
    async findRule(merchantId, id) {
      const { rows } = await database.query<RuleRow>({
        name: 'find-risk-rule',
        text: `select ${ruleColumns} from risk_rules where merchant_id = $1 and id = $2`,
        values: [merchantId, id],
      });
      return readable(rows)[0] ?? null;
    },
    async insertRule(rule) {
      await database.query({
        name: 'insert-risk-rule',
        text: `insert into risk_rules (${ruleColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        values: [
          rule.id,
          rule.merchantId,
          rule.name,
          rule.action,
          rule.status,
          storedConditions(rule),
          rule.createdAt.toISOString(),
          rule.updatedAt.toISOString(),
        ],
      });
    },
    async updateRule(rule) {
      const { rowCount } = await database.query({
        name: 'update-risk-rule',
        text: `update risk_rules set name = $3, action = $4, status = $5, conditions = $6, updated_at = $7
          where merchant_id = $1 and id = $2`,
        values: [
          rule.merchantId,
          rule.id,
          rule.name,
          rule.action,
          rule.status,
          storedConditions(rule),
          rule.updatedAt.toISOString(),
        ],
      });
      return rowCount === 1;
    },
    async deleteRule(merchantId, id) {
      const { rowCount } = await database.query({
        name: 'delete-risk-rule',
        text: 'delete from risk_rules where merchant_id = $1 and id = $2',
        values: [merchantId, id],
      });
      return rowCount === 1;
    },
  };
}

function listMethods(
  database: Database,
): Pick<RiskRuleStore, 'listLists' | 'findList' | 'insertList' | 'deleteList'> {
  return {
    async listLists(merchantId) {
      const { rows } = await database.query<ListRow>({
        name: 'list-risk-lists',
        text: `select ${listColumns} from risk_lists where merchant_id = $1 order by created_at, id`,
        values: [merchantId],
      });
      return rows.map(listFromRow);
    },
    async findList(merchantId, id) {
      const { rows } = await database.query<ListRow>({
        name: 'find-risk-list',
        text: `select ${listColumns} from risk_lists where merchant_id = $1 and id = $2`,
        values: [merchantId, id],
      });
      return rows[0] ? listFromRow(rows[0]) : null;
    },
    async insertList(list) {
      const { id, merchantId, name, fact, createdAt, updatedAt } = list;
      await database.query({
        name: 'insert-risk-list',
        text: `insert into risk_lists (${listColumns}) values ($1, $2, $3, $4, $5, $6)`,
        values: [id, merchantId, name, fact, createdAt.toISOString(), updatedAt.toISOString()],
      });
    },
    async deleteList(merchantId, id) {
      const { rows } = await database.query<{ known: boolean; deleted: boolean }>({
        name: 'delete-risk-list',
        text: `with used as (
            select 1 from risk_rules
            where merchant_id = $1 and conditions @> jsonb_build_array(jsonb_build_object('list', $2::text))
          ), deleted as (
            delete from risk_lists where merchant_id = $1 and id = $2 and not exists (select 1 from used) returning 1
          )
          select exists (select 1 from risk_lists where merchant_id = $1 and id = $2) as known,
            exists (select 1 from deleted) as deleted`,
        values: [merchantId, id],
      });
      if (rows[0]?.deleted) return 'deleted';
      return rows[0]?.known ? 'in_use' : 'unknown';
    },
  };
}

function entryMethods(database: Database): Pick<RiskRuleStore, 'listEntries' | 'addEntry' | 'removeEntry'> {
  return {
    async listEntries(merchantId, id) {
      const { rows } = await database.query<{ value: string }>({
        name: 'list-risk-list-entries',
        text: `select entry.value from risk_list_entries entry join risk_lists list on list.id = entry.list_id
          where list.merchant_id = $1 and list.id = $2 order by entry.value limit $3`,
        values: [merchantId, id, listEntriesMax],
      });
      return rows.map(({ value }) => value);
    },
    async addEntry(merchantId, id, value, at) {
      const { rows } = await database.query<{ known: boolean; added: boolean; there: boolean }>({
        name: 'add-risk-list-entry',
        // The list's row is locked, so that two who add at once do not both take its last place.
        text: `with list as (
            select id from risk_lists where merchant_id = $1 and id = $2 for update
          ), added as (
            insert into risk_list_entries (list_id, value, created_at)
            select id, $3, $4 from list
            where (select count(*) from risk_list_entries where list_id = $2) < $5
            on conflict do nothing returning 1
          )
          select exists (select 1 from list) as known, exists (select 1 from added) as added,
            exists (select 1 from risk_list_entries where list_id = $2 and value = $3) as there`,
        values: [merchantId, id, value, at.toISOString(), listEntriesMax],
      });
      const row = rows[0];
      if (!row?.known) return 'unknown';
      return row.added || row.there ? 'added' : 'full';
    },
    async removeEntry(merchantId, id, value) {
      const { rowCount } = await database.query({
        name: 'remove-risk-list-entry',
        text: `delete from risk_list_entries using risk_lists list
          where list.merchant_id = $1 and list.id = $2 and risk_list_entries.list_id = list.id
            and risk_list_entries.value = $3`,
        values: [merchantId, id, value],
      });
      return rowCount === 1;
    },
  };
}
