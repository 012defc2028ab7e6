import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Pool } from 'pg';
import { explainStartFailure } from './start-failure.ts';

const coded = (code: string, message: string, more: object): Error =>
  Object.assign(new Error(message), { code, ...more });

const cases: [what: string, error: unknown, said: string][] = [
  [
    'a port that is taken',
    coded('EADDRINUSE', 'listen EADDRINUSE', { syscall: 'listen', address: '127.0.0.1', port: 8000 }),
    'port 8000 on 127.0.0.1 is taken. Stop what listens there, or set PORT to another one.',
  ],
  [
    'a port that is not for everybody',
    coded('EACCES', 'listen EACCES', { syscall: 'listen', address: '127.0.0.1', port: 80 }),
    'this user may not listen on port 80. Set PORT to one above 1023.',
  ],
  [
    'an address that is not of this machine',
    coded('EADDRNOTAVAIL', 'listen EADDRNOTAVAIL', { syscall: 'listen', address: '192.0.2.1', port: 8000 }),
    'this machine has no address 192.0.2.1. Set HOST to one that it has, or to 0.0.0.0 for all.',
  ],
  [
    'a folder of somebody else',
    coded('EACCES', "EACCES: permission denied, mkdir '/x'", { syscall: 'mkdir', path: '/x' }),
    "EACCES: permission denied, mkdir '/x'. Set SALLYPORT_DATA to a folder that this user may make and write to.",
  ],
  [
    'a name that the database does not know',
    coded('28P01', 'password authentication failed for user "u"', { severity: 'FATAL' }),
    'password authentication failed for user "u"',
  ],
  ['anything else, with its whole story', Object.assign(new Error('odd'), { stack: 'odd at x' }), 'odd at x'],
  ['what is no error', 'odd', "'odd'"],
];
for (const [what, error, said] of cases)
  test(`a start that fails says why and what to do: ${what}`, () => {
    assert.equal(explainStartFailure(error), `Sallyport cannot start: ${said}`);
  });

test('a database that does not answer is named, whether its host has one address or several', async () => {
  const port = await freePort();
  for (const host of ['127.0.0.1', 'localhost']) {
    const pool = new Pool({ host, port, user: 'u', password: 'hunter2', database: 'x' });
    const error = await pool.connect().then(
      () => assert.fail('somebody answers'),
      (failure: unknown) => failure,
    );
    await pool.end();
    assert.match(
      explainStartFailure(error),
      new RegExp(
        `^Sallyport cannot start: no PostgreSQL answers: connect ECONNREFUSED [^ ]+:${port}.*\\. Is the server that DATABASE_URL names running, and in reach\\?$`,
      ),
    );
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address ? address.port : 0;
}
