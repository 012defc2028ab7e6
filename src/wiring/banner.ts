import type { Config } from '../config/config.ts';

/** What a newcomer needs first, on standard output: addresses, and the demonstration credentials where they exist. */
export function printBanner(config: Config, url: string): void {
  const shown = config.port === 0 ? url : config.publicUrl;
  const lines = [`Sallyport is ready: ${shown}  (${config.mode} mode, role ${config.role})`];
  if (config.mode === 'sandbox' && config.hostIsLoopback) {
    lines.push(
      '',
      '  Zafapay dialect   POST /v1/payments    publishable key pk_test_demo    access token sk_test_demo',
      '  EximPe dialect    POST /pg/orders/     client 1000000001    secret demo_secret    merchant 2000000001',
      '                                         encryption key demo_encryption_key',
      `  Start page        ${shown}/`,
      `  API reference     ${shown}/reference/`,
      `  Test cards        ${shown}/sandbox/cards`,
      `  The bank's book   ${shown}/sandbox/acquirer/authorizations`,
      '',
      '  Stop with Ctrl-C.',
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
