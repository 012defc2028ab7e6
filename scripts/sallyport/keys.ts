import {
  defaultOverlapSeconds,
  issueCredential,
  type OperatorRefusal,
  revokeCredential,
  rotateCredential,
} from '../../src/usecases/manage-merchants.ts';
import type { ListedCredential } from '../../src/usecases/ports/registry.ts';
import type { Command } from './command.ts';
import { printSecrets } from './secrets.ts';
import { printTable } from './table.ts';

const roles = { full: 'full', 'read-only': 'read_only', 'payments-only': 'payments_only' } as const;
const hour = 3600;

const refusals: Record<OperatorRefusal, string> = {
  no_such_merchant: 'There is no such merchant; "merchants list" shows them.',
  no_such_credential: 'There is no such key; "keys list" shows them.',
  two_are_live:
    'Two keys of this merchant, kind and role are live already. Revoke one of them, or wait until the older one ends.',
  not_live: 'The key is not live any more.',
};

function refuse(refusal: OperatorRefusal): number {
  console.error(refusals[refusal]);
  return 1;
}

function stateOf(credential: ListedCredential, now: Date): string {
  if (credential.revokedAt) return `ended ${credential.revokedAt.toISOString()}`;
  if (!credential.expiresAt) return 'live';
  const ended = credential.expiresAt <= now;
  return `${ended ? 'ended' : 'live until'} ${credential.expiresAt.toISOString()}`;
}

export const keyCommands: readonly Command[] = [
  {
    name: 'keys create',
    usage: '--merchant MERCHANT --kind secret|publishable|client [--role full|read-only|payments-only]',
    says: 'issues one more key; of a kind and role two may be live',
    options: { merchant: { type: 'string' }, kind: { type: 'string' }, role: { type: 'string' } },
    positionals: [],
    async run({ desk }, given) {
      const merchant = given.required('merchant');
      const kind = given.choice('kind', ['secret', 'publishable', 'client']);
      const role = roles[given.choice('role', Object.keys(roles) as (keyof typeof roles)[], 'full')];
      const issued = await issueCredential(desk, merchant, kind, role);
      if (typeof issued === 'string') return refuse(issued);
      printSecrets([issued]);
      return 0;
    },
  },
  {
    name: 'keys rotate',
    usage: 'KEY-ID [--overlap-hours 24]',
    says: 'issues the key that takes its place; the old one works until the overlap is over',
    options: { 'overlap-hours': { type: 'string' } },
    positionals: ['KEY-ID'],
    async run({ desk }, given) {
      const limits = { min: 0, max: 24 * 365, otherwise: defaultOverlapSeconds / hour };
      const overlapSeconds = given.number('overlap-hours', limits) * hour;
      const rotated = await rotateCredential(desk, given.positionals[0] ?? '', overlapSeconds);
      if (typeof rotated === 'string') return refuse(rotated);
      printSecrets([rotated.issued]);
      console.log(
        `${rotated.replaced.id} (${rotated.replaced.hint}) works until ${rotated.until.toISOString()}.`,
      );
      return 0;
    },
  },
  {
    name: 'keys revoke',
    usage: 'KEY-ID',
    says: 'ends a key at once, in every process',
    options: {},
    positionals: ['KEY-ID'],
    async run({ desk }, given) {
      const id = given.positionals[0] ?? '';
      const revoked = await revokeCredential(desk, id);
      if (revoked !== 'revoked') return refuse(revoked);
      console.log(`${id} is dead.`);
      return 0;
    },
  },
  {
    name: 'keys list',
    usage: '[--merchant MERCHANT]',
    says: 'lists keys by their first and last characters',
    options: { merchant: { type: 'string' } },
    positionals: [],
    async run({ desk }, given) {
      const name = given.text('merchant');
      const merchant = name === undefined ? null : await desk.registry.findMerchant(name);
      if (name !== undefined && !merchant) return refuse('no_such_merchant');
      const credentials = await desk.registry.listCredentials(merchant?.id ?? null);
      const now = desk.clock.now();
      printTable(
        ['id', 'merchant', 'kind', 'role', 'client id', 'key', 'state'],
        credentials.map((credential) => [
          credential.id,
          credential.merchantId,
          credential.kind,
          credential.role,
          credential.clientId ?? '-',
          credential.hint,
          stateOf(credential, now),
        ]),
      );
      return 0;
    },
  },
];
