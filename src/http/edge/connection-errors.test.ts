import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import pg from 'pg';
import { isConnectionError } from './connection-errors.ts';

describe('an unreachable database is recognised', () => {
  it('when nothing listens at its address', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const pool = new pg.Pool({ host: '127.0.0.1', port });
    await assert.rejects(pool.query('select 1'), isConnectionError);
    await pool.end();
    await assert.rejects(pool.query('select 1'), isConnectionError);
  });

  it('when its socket does not exist', async () => {
    const pool = new pg.Pool({ host: '/nonexistent' });
    await assert.rejects(pool.query('select 1'), isConnectionError);
    await pool.end();
  });

  it('when it hangs up, or never answers in time', async () => {
    for (const hangUp of [true, false]) {
      const server = createServer((socket) => {
        if (hangUp) socket.destroy();
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const pool = new pg.Pool({ host: '127.0.0.1', port, connectionTimeoutMillis: 50 });
      await assert.rejects(pool.query('select 1'), isConnectionError);
      await pool.end();
      server.close();
    }
  });

  const states = ['08001', '08006', '25006', '25P03', '53000', '53100', '53200', '53300', '53400', '58030'];
  for (const code of [...states, '57P01', '57P02', '57P03', '57P04', '57P05']) {
    it(`when PostgreSQL says ${code}`, () =>
      assert.equal(isConnectionError(Object.assign(new Error('of PostgreSQL'), { code })), true));
  }

  const cases: [error: unknown, expected: boolean][] = [
    [Object.assign(new Error('terminating connection'), { code: '57P01' }), true],
    [new Error('outer', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }), true],
    [Object.assign(new Error('duplicate key'), { code: '23505' }), false],
    [Object.assign(new Error('bind message supplies too few parameters'), { code: '08P01' }), false],
    [Object.assign(new Error('canceled'), { code: '57014' }), false],
    [Object.assign(new Error('deadlock'), { code: '40P01' }), false],
    [new Error('Connection terminated unexpectedly'), true],
    [new Error('Query read timeout'), true],
    [new Error('timeout exceeded when trying to connect'), true],
    [
      Object.assign(new Error('could not open file "base/16384/2691": Read-only file system'), {
        code: '42501',
        file: 'md.c',
        routine: 'mdopenfork',
      }),
      true,
    ],
    [
      Object.assign(new Error('permission denied for table pans'), {
        code: '42501',
        file: 'aclchk.c',
        routine: 'aclcheck_error',
      }),
      false,
    ],
    [Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' }), false],
    [new Error('plain'), false],
    ['ECONNREFUSED', false],
    [undefined, false],
  ];
  for (const [error, expected] of cases) {
    it(`${String(error)} is ${expected ? '' : 'not '}one`, () =>
      assert.equal(isConnectionError(error), expected));
  }
});
