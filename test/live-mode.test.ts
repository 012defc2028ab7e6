import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { createLogger } from '../src/http/edge/logging.ts';
import { startSallyport } from '../src/wiring/start.ts';

test('live mode does not start without an acquirer for live money, and touches nothing', async () => {
  const config = parseConfig(
    readEnv(
      {
        SALLYPORT_MODE: 'live',
        PUBLIC_URL: 'https://pay.example',
        DATABASE_URL: 'postgres://127.0.0.1:1/none',
      },
      [],
    ),
  );
  await assert.rejects(startSallyport({ config, log: createLogger({ level: 'silent' }) }), {
    code: 'no_live_acquirer',
    message: /live mode needs an acquirer/,
  });
});
