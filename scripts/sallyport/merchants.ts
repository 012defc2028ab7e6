import { createMerchant } from '../../src/usecases/manage-merchants.ts';
import { type Command, WrongArguments } from './command.ts';
import { printSecrets } from './secrets.ts';
import { printTable } from './table.ts';

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' && url.origin === text) return text;
  throw new WrongArguments(`--return-origin ${text}: expected an origin such as https://shop.example`);
}

export const merchantCommands: readonly Command[] = [
  {
    name: 'merchants create',
    usage: '--name NAME [--return-origin https://…]… [--parent NUMBER]',
    says: 'makes a merchant with a key of each kind, and shows the secrets once',
    options: {
      name: { type: 'string' },
      'return-origin': { type: 'string', multiple: true },
      parent: { type: 'string' },
    },
    positionals: [],
    async run({ desk }, given) {
      const name = given.required('name').trim();
      if (name.length > 255) throw new WrongArguments('--name is longer than 255 characters');
      const returnOrigins = given.list('return-origin').map(readOrigin);
      const parentName = given.text('parent');
      const parent = parentName === undefined ? null : await desk.registry.findMerchant(parentName);
      if (parentName !== undefined && !parent) {
        console.error(`There is no merchant ${parentName} to be the parent.`);
        return 1;
      }
      const merchant = await createMerchant(desk, { name, returnOrigins, parent });
      console.log(`Merchant ${merchant.id}, number ${merchant.number}: ${name}`);
      printSecrets(merchant.credentials, merchant.signingKeys);
      return 0;
    },
  },
  {
    name: 'merchants list',
    usage: '',
    says: 'lists the merchants',
    options: {},
    positionals: [],
    async run({ desk }) {
      const merchants = await desk.registry.listMerchants();
      printTable(
        ['id', 'number', 'status', 'parent', 'created', 'name'],
        merchants.map((merchant) => [
          merchant.id,
          merchant.number,
          merchant.status,
          merchant.parentNumber ?? '-',
          merchant.createdAt.toISOString(),
          merchant.name,
        ]),
      );
      return 0;
    },
  },
];
