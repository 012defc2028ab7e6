import type { Config } from '../config/config.ts';
import { encryptionKeyPurpose } from '../http/eximpe/room.ts';
import type { DemoCredentials, StartPageFacts } from '../http/start/start-page.ts';
import { sandboxCards } from '../sandbox/cards.ts';
import { demoMerchants } from './demo-merchants.ts';

/** What the sandbox's start page tells; credentials only where the demonstration merchants are made. */
export function startPageFacts(config: Config): StartPageFacts {
  const cards = sandboxCards
    .filter(({ source }) => source === 'zafapay')
    .map(({ number, note }) => ({ number, does: /^[^.;]*/.exec(note)?.[0] ?? note }));
  return { cards, demo: config.hostIsLoopback ? firstDemo() : null };
}

function firstDemo(): DemoCredentials | null {
  const [merchant] = demoMerchants;
  const encryptionKey = merchant?.signingKeys[encryptionKeyPurpose];
  if (!merchant || !encryptionKey) return null;
  return {
    merchantName: merchant.name,
    publishableKey: merchant.publishableKey.reveal(),
    accessToken: merchant.secretKey.reveal(),
    clientId: merchant.client.id,
    clientSecret: merchant.client.secret.reveal(),
    merchantNumber: merchant.number,
    encryptionKey: encryptionKey.reveal(),
  };
}
