import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../tidy/source-files.ts';
import type { TestGateway } from './gateway.ts';

/** Runs `npm run sallyport -- ARGS` on the database of a running gateway; answers all that it printed. Fails on another exit code. */
export async function runSallyport(gateway: TestGateway, args: readonly string[], code = 0): Promise<string> {
  const env = {
    ...process.env,
    DATABASE_URL: gateway.testDatabase.connectionString,
    SALLYPORT_DATA: gateway.core.dataFolder,
  };
  const program = join(projectFolder, 'scripts', 'sallyport.ts');
  const done = await promisify(execFile)(process.execPath, [program, ...args], { env }).catch(
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  assert.equal('code' in done ? done.code : 0, code, `${args.join(' ')}: ${done.stderr}`);
  return done.stdout + done.stderr;
}
