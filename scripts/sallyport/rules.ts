import { conditionToJson } from '../../src/domain/risk/conditions.ts';
import type { Command } from './command.ts';
import { printTable, timeText } from './table.ts';

export const ruleCommands: readonly Command[] = [
  {
    name: 'rules list',
    usage: '--merchant MERCHANT',
    says: 'lists a merchant’s fraud rules; merchants edit them over the API',
    options: { merchant: { type: 'string' } },
    positionals: [],
    async run({ house, desk }, given) {
      const merchant = await desk.registry.findMerchant(given.required('merchant'));
      if (!merchant) {
        console.error('There is no such merchant; "merchants list" shows them.');
        return 1;
      }
      const { gateway } = house;
      const rules = await gateway.riskRules.listRules(merchant.id);
      printTable(
        ['id', 'status', 'action', 'name', 'changed', 'conditions'],
        rules.map((rule) => [
          rule.id,
          rule.status,
          rule.action,
          rule.name,
          timeText(rule.updatedAt),
          rule.conditions.map((condition) => JSON.stringify(conditionToJson(condition))).join(' and '),
        ]),
      );
      const found = await gateway.risk.findPolicy(merchant.id);
      if (found.kind === 'broken')
        console.log(
          `\nThe enabled rules cannot be asked, for one is of a kind that this version does not know: every payment gets ${found.whenCheckFails}.`,
        );
      return 0;
    },
  },
];
