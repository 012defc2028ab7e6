import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { projectFolder } from '../tidy/source-files.ts';

/** What the registry's advisories say about what runs in production. */
export type AuditJudgement =
  | { readonly kind: 'clean'; readonly packages: number }
  /** Each as `package (severity): title, address`. */
  | { readonly kind: 'vulnerable'; readonly advisories: readonly string[] }
  /** Nobody said anything about advisories; the reason is one line. */
  | { readonly kind: 'not_asked'; readonly reason: string };

const auditMsMax = 20_000;
const refusedSeverities: readonly unknown[] = ['high', 'critical'];
const reasonLengthMax = 160;

/** The parts that we read of what `npm audit --json` prints, all of them doubtful. */
interface AuditReport {
  readonly auditReportVersion?: unknown;
  readonly message?: unknown;
  readonly vulnerabilities?: Readonly<Record<string, AuditedPackage>>;
  readonly metadata?: { readonly dependencies?: { readonly total?: unknown } };
}

interface AuditedPackage {
  readonly severity?: unknown;
  /** An advisory, or the name of a package that has one. */
  readonly via?: readonly (
    | string
    | { readonly title?: unknown; readonly url?: unknown; readonly severity?: unknown }
  )[];
}

/**
 * Judges what `npm audit --json` printed. Only a whole report counts as an answer: npm prints JSON also when it reached
 * nobody.
 */
export function judgeAudit(printed: string): AuditJudgement {
  const report = readReport(printed);
  if (report?.auditReportVersion !== 2 || !report.vulnerabilities) {
    const said =
      typeof report?.message === 'string' ? report.message : printed.trim() || 'npm printed nothing';
    return { kind: 'not_asked', reason: said.replaceAll(/\s+/g, ' ').slice(0, reasonLengthMax) };
  }
  const found = Object.entries(report.vulnerabilities).filter(([, { severity }]) =>
    refusedSeverities.includes(severity),
  );
  if (found.length > 0) return { kind: 'vulnerable', advisories: found.flatMap(describe) };
  const total = report.metadata?.dependencies?.total;
  return { kind: 'clean', packages: typeof total === 'number' ? total : 0 };
}

function readReport(printed: string): AuditReport | null {
  try {
    const parsed: unknown = JSON.parse(printed);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

function describe([name, { severity, via = [] }]: [string, AuditedPackage]): string[] {
  return via.map((cause) =>
    typeof cause === 'string'
      ? `${name} (${severity}): by way of ${cause}`
      : `${name} (${cause.severity}): ${cause.title}, ${cause.url}`,
  );
}

/** Asks the registry that npm is set to about what runs in production, within 20 s. */
export async function askForAdvisories(): Promise<AuditJudgement> {
  const args = [
    'audit',
    '--omit=dev',
    '--audit-level=high',
    '--json',
    '--fetch-retries=0',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const byNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const [program, all] = byNpm ? [process.execPath, [npm, ...args]] : ['npm', args];
  const child = spawn(program, all, {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: auditMsMax,
    killSignal: 'SIGKILL',
  });
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`npm could not be run: ${error.message}`));
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('exit', (_code, signal) =>
      resolve(signal === null ? null : `no answer within ${auditMsMax / 1000} s`),
    );
  });
  const printed = text(child.stdout);
  const problem = await Promise.race([failed, ended]);
  return judgeAudit(problem ?? (await printed));
}
