import { type Currency, parseCurrency } from '../../src/domain/currency.ts';
import type { Flow } from '../../src/domain/merchant.ts';
import { formatMajorUnits, type MinorUnits, parseMajorUnits } from '../../src/domain/money.ts';
import { createFlowDesk } from '../../src/store/flow-desk.ts';
import {
  changeFlow,
  createFlow,
  type FlowResult,
  type FlowSettings,
  type FlowTools,
} from '../../src/usecases/manage-flows.ts';
import { type Command, type CommandGround, type Given, WrongArguments } from './command.ts';
import { printable } from './table.ts';

type Amounts = Flow['refundFees'];

/** Options that set an amount for a currency, and what they set. */
const amountOptions = {
  minimum: 'minimumAmounts',
  maximum: 'maximumAmounts',
  'monthly-card-limit': 'monthlyCardLimits',
  'monthly-email-limit': 'monthlyEmailLimits',
  'refund-fee': 'refundFees',
} as const;
type AmountOption = keyof typeof amountOptions;

const settingOptions = {
  active: { type: 'string' },
  capture: { type: 'string' },
  currencies: { type: 'string' },
  'success-redirect': { type: 'string' },
  'failure-redirect': { type: 'string' },
  'retry-after-decline': { type: 'string' },
  ...(Object.fromEntries(
    Object.keys(amountOptions).map((name) => [name, { type: 'string', multiple: true }]),
  ) as Record<AmountOption, { type: 'string'; multiple: true }>),
} as const;

const settingUsage = `[--active on|off] [--capture automatic|manual] [--currencies USD,EUR]
      [--minimum USD=1.00]… [--maximum USD=5000]… [--success-redirect https://…] [--failure-redirect https://…]
      [--retry-after-decline on|off] [--monthly-card-limit USD=2500]… [--monthly-email-limit USD=2500]…
      [--refund-fee USD=1.00]…   ("none" takes an amount or address away)`;

/** What the options set, given what is set. */
function readSettings(given: Given, flow: Flow): Partial<FlowSettings> {
  const settings: { -readonly [Name in keyof FlowSettings]?: FlowSettings[Name] } = {};
  if (given.text('active') !== undefined) settings.active = given.choice('active', ['on', 'off']) === 'on';
  if (given.text('capture') !== undefined)
    settings.captureMethod = given.choice('capture', ['automatic', 'manual']);
  const currencies = given.text('currencies');
  if (currencies !== undefined) settings.currencies = currencies.split(',').map(readCurrency);
  const success = given.text('success-redirect');
  if (success !== undefined) settings.successRedirectUrl = success === 'none' ? null : success;
  const failure = given.text('failure-redirect');
  if (failure !== undefined) settings.failureRedirectUrl = failure === 'none' ? null : failure;
  if (given.text('retry-after-decline') !== undefined)
    settings.retryAfterDecline = given.choice('retry-after-decline', ['on', 'off']) === 'on';
  for (const [option, setting] of Object.entries(amountOptions)) {
    const texts = given.list(option);
    if (texts.length > 0) settings[setting] = readAmounts(option, texts, flow[setting]);
  }
  return settings;
}

function readCurrency(text: string): Currency {
  const currency = parseCurrency(text.trim());
  if (!currency) throw new WrongArguments(`${JSON.stringify(text)} is not a currency of ISO 4217`);
  return currency;
}

function readAmounts(option: string, texts: readonly string[], amounts: Amounts): Amounts {
  const changed: Record<string, MinorUnits> = { ...amounts };
  for (const text of texts) {
    const [code = '', amount = ''] = text.split('=');
    const currency = readCurrency(code);
    if (amount === 'none') delete changed[currency];
    else changed[currency] = readAmount(option, amount, currency);
  }
  return changed;
}

function readAmount(option: string, text: string, currency: Currency): MinorUnits {
  const amount = parseMajorUnits(text, currency);
  if (typeof amount === 'bigint') return amount;
  throw new WrongArguments(
    `--${option} ${currency}=${text}: expected an amount in major units such as ${currency}=${formatMajorUnits(1000n as MinorUnits, currency)}, or none`,
  );
}

function printFlow(flow: Flow): void {
  const rows: readonly (readonly [string, string])[] = [
    ['active', onOff(flow.active)],
    ['capture', flow.captureMethod],
    ['currencies', flow.currencies.join(' ')],
    ['minimum', amountsText(flow.minimumAmounts)],
    ['maximum', amountsText(flow.maximumAmounts)],
    ['success redirect', flow.successRedirectUrl ?? '-'],
    ['failure redirect', flow.failureRedirectUrl ?? '-'],
    ['retry after decline', onOff(flow.retryAfterDecline)],
    ['monthly card limit', amountsText(flow.monthlyCardLimits)],
    ['monthly e-mail limit', amountsText(flow.monthlyEmailLimits)],
    ['refund fee', amountsText(flow.refundFees)],
  ];
  console.log(`${flow.merchantId} ${flow.id}`);
  for (const [name, value] of rows) console.log(`  ${name.padEnd(20)}  ${printable(value)}`);
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

function amountsText(amounts: Amounts): string {
  const texts = Object.entries(amounts).map(
    ([code, amount]) => `${code} ${formatMajorUnits(amount, code as Currency)}`,
  );
  return texts.join(', ') || '-';
}

const refusals = {
  no_such_merchant: 'There is no such merchant; "merchants list" shows them.',
  no_such_flow: 'The merchant has no such flow; "flows list" shows them.',
  no_default_flow: 'The merchant has no flow_default to take the settings from.',
  flow_exists: 'The merchant has a flow of that id already; "flows set" changes it.',
} as const;

function printResult(result: FlowResult): number {
  if (result.kind === 'done') {
    printFlow(result.flow);
    return 0;
  }
  console.error(result.why === 'bad_settings' ? result.message : refusals[result.why]);
  return 1;
}

function toolsOf({ house, desk }: CommandGround): FlowTools {
  return { ...desk, flows: createFlowDesk(house.core.database) };
}

function actOf(given: Given) {
  return {
    merchant: given.required('merchant'),
    flowId: given.positionals[0] ?? '',
    change: (flow: Flow) => readSettings(given, flow),
  };
}

export const flowCommands: readonly Command[] = [
  {
    name: 'flows list',
    usage: '[--merchant MERCHANT]',
    says: 'shows what each flow takes, where its customers go afterwards, and its limits',
    options: { merchant: { type: 'string' } },
    positionals: [],
    async run(ground, given) {
      const { registry } = ground.desk;
      const name = given.text('merchant');
      const merchant = name === undefined ? null : await registry.findMerchant(name);
      if (name !== undefined && !merchant) {
        console.error(refusals.no_such_merchant);
        return 1;
      }
      for (const flow of await toolsOf(ground).flows.listFlows(merchant?.id ?? null)) printFlow(flow);
      return 0;
    },
  },
  {
    name: 'flows create',
    usage: `FLOW --merchant MERCHANT ${settingUsage}`,
    says: 'makes a flow, like the merchant’s flow_default but for what is set',
    options: { merchant: { type: 'string' }, ...settingOptions },
    positionals: ['FLOW'],
    run: async (ground, given) => printResult(await createFlow(toolsOf(ground), actOf(given))),
  },
  {
    name: 'flows set',
    usage: 'FLOW --merchant MERCHANT [settings as in "flows create"]',
    says: 'changes a flow in every process at once; what is not named stays as it is',
    options: { merchant: { type: 'string' }, ...settingOptions },
    positionals: ['FLOW'],
    run: async (ground, given) => printResult(await changeFlow(toolsOf(ground), actOf(given))),
  },
];
