import { installationSecret } from '../../src/store/installation.ts';
import { verifyAuditLog } from '../../src/store/verify-audit.ts';
import { auditKeyPurpose } from '../../src/wiring/open-core.ts';
import { type Command, WrongArguments } from './command.ts';

/** A worker seals every second; after so long something is wrong. */
const unsealedSecondsMax = 300;

function readHead(text: string | undefined): { sequence: bigint; hash: string } | undefined {
  if (text === undefined) return undefined;
  const [, sequence, hash] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new WrongArguments('--head must be a row and its hash, as an earlier "audit verify" printed them');
  return { sequence: BigInt(sequence), hash };
}

export const auditCommands: readonly Command[] = [
  {
    name: 'audit verify',
    usage: '[--head ROW:HASH]',
    says: 'checks the whole audit log and every opening of a card under its seals; exit code 3 when it is broken',
    options: { head: { type: 'string' } },
    positionals: [],
    async run({ house, desk }, given) {
      const { core } = house;
      const notedHead = readHead(given.text('head'));
      const key = await installationSecret(core.database, core.vault, auditKeyPurpose);
      const verdict = await verifyAuditLog(core.database, { key, unsealedSecondsMax, notedHead });
      const { actor, origin } = desk;
      const result = verdict.kind === 'sound' ? 'done' : 'failed';
      await core.audit.append({ actor, origin, act: 'audit.verified', object: 'audit_log', result });
      if (verdict.kind === 'broken') {
        const where =
          verdict.sequence === null ? 'The audit log' : `Row ${verdict.sequence} of the audit log`;
        console.error(`${where} is broken: ${verdict.reason}.`);
        return 3;
      }
      const { rows, openings, unsealed, head } = verdict;
      console.log(
        `The audit log is whole: ${rows} rows, ${openings} openings of cards sealed, ${unsealed} waiting.`,
      );
      if (head)
        console.log(
          `Note this elsewhere, and give it to the next check:  --head ${head.sequence}:${head.hash}`,
        );
      return 0;
    },
  },
];
