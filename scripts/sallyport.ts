import { hostname, userInfo } from 'node:os';
import { parseConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { createLogger } from '../src/http/edge/logging.ts';
import { openCommand } from '../src/wiring/open-command.ts';
import { openOperatorDesk } from '../src/wiring/operator-desk.ts';
import { explainStartFailure } from '../src/wiring/start-failure.ts';
import { alertCommands } from './sallyport/alerts.ts';
import { auditCommands } from './sallyport/audit.ts';
import { type Command, explainUnknown, readArguments, usageOf, WrongArguments } from './sallyport/command.ts';
import { disputeCommands } from './sallyport/disputes.ts';
import { flowCommands } from './sallyport/flows.ts';
import { keyCommands } from './sallyport/keys.ts';
import { merchantCommands } from './sallyport/merchants.ts';
import { paymentCommands } from './sallyport/payments.ts';
import { reconciliationCommands } from './sallyport/reconciliation.ts';
import { reviewCommands } from './sallyport/reviews.ts';
import { ruleCommands } from './sallyport/rules.ts';
import { vaultKeyCommands } from './sallyport/vault-keys.ts';
import { webhookCommands } from './sallyport/webhooks.ts';

const commands: readonly Command[] = [
  ...merchantCommands,
  ...keyCommands,
  ...vaultKeyCommands,
  ...flowCommands,
  ...alertCommands,
  ...reconciliationCommands,
  ...paymentCommands,
  ...reviewCommands,
  ...disputeCommands,
  ...webhookCommands,
  ...ruleCommands,
  ...auditCommands,
];

function usage(): string {
  const lines = commands.map(usageOf);
  return `npm run sallyport -- COMMAND [--as NAME]

Works on the database of DATABASE_URL, or the embedded one under SALLYPORT_DATA, whether a gateway runs on it or not, in
the mode of SALLYPORT_MODE. Every act is written to the audit log under NAME, or the account that runs it.

${lines.join('\n')}

Exit code: 0 done, 1 not done, 2 wrong arguments, 3 the audit log is broken.`;
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  const given = readArguments(command, args);
  const config = parseConfig(readEnv(process.env, []));
  const log = createLogger({ level: config.logLevel === 'info' ? 'error' : config.logLevel });
  const house = await openCommand(config, log);
  try {
    const operator = {
      actor: given.text('as') ?? userInfo().username,
      origin: `command line on ${hostname()}`,
    };
    return await command.run(
      { house, config, desk: openOperatorDesk(house.core, config.mode, operator) },
      given,
    );
  } finally {
    await house.close();
  }
}

async function main(): Promise<number> {
  const [group = '', verb = '', ...rest] = process.argv.slice(2);
  if (['', 'help', '--help', '-h'].includes(group)) {
    console.log(usage());
    return group === '' ? 2 : 0;
  }
  const command = commands.find(({ name }) => name === `${group} ${verb}`);
  if (!command) {
    console.error(explainUnknown(commands, group, verb));
    return 2;
  }
  try {
    return await run(command, rest);
  } catch (error) {
    if (!(error instanceof WrongArguments)) throw error;
    console.error(`${error.message}\n\n${usageOf(command)}`);
    return 2;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(explainStartFailure(error));
    process.exit(1);
  },
);
