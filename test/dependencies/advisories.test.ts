import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AuditJudgement, askForAdvisories, judgeAudit } from './npm-audit.ts';

const judgement = await askForAdvisories();
const unasked = judgement.kind === 'not_asked' ? ' (not asked: no registry answered about advisories)' : '';

test(`no package that runs in production has a known vulnerability of severity high or critical${unasked}`, (t) => {
  if (judgement.kind === 'not_asked')
    return t.diagnostic(`npm audit --omit=dev --audit-level=high was not answered: ${judgement.reason}`);
  assert.deepEqual(
    judgement.kind === 'vulnerable' ? judgement.advisories : [],
    [],
    'npm audit says more; update the package, or replace it',
  );
  if (judgement.kind === 'clean') t.diagnostic(`${judgement.packages} packages looked up`);
});

/** What `npm audit --json` prints about a package of that severity. */
function reportOf(severity: string): string {
  return JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      leftpad: {
        name: 'leftpad',
        severity,
        isDirect: false,
        via: [
          {
            source: 1_090_000,
            name: 'leftpad',
            dependency: 'leftpad',
            title: 'Pads to the right',
            url: 'https://advisories.example/GHSA-0000',
            severity,
            cwe: ['CWE-20'],
            cvss: { score: 7.5, vectorString: null },
            range: '<1.3.0',
          },
        ],
        effects: ['lines'],
        range: '<1.3.0',
        nodes: ['node_modules/leftpad'],
        fixAvailable: true,
      },
      lines: {
        name: 'lines',
        severity,
        isDirect: true,
        via: ['leftpad'],
        effects: [],
        range: '*',
        nodes: [],
      },
    },
    metadata: { vulnerabilities: { [severity]: 2, total: 2 }, dependencies: { prod: 90, dev: 0, total: 91 } },
  });
}

const found = (severity: string): AuditJudgement => ({
  kind: 'vulnerable',
  advisories: [
    `leftpad (${severity}): Pads to the right, https://advisories.example/GHSA-0000`,
    `lines (${severity}): by way of leftpad`,
  ],
});

describe('what npm audit prints is judged', () => {
  const clean = JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {},
    metadata: { vulnerabilities: { total: 0 }, dependencies: { prod: 90, total: 91 } },
  });
  const refusal = JSON.stringify({
    message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
    statusCode: 405,
    error: { summary: '', detail: '' },
  });
  const cases: [what: string, printed: string, expected: AuditJudgement][] = [
    ['nothing found', clean, { kind: 'clean', packages: 91 }],
    ['a critical advisory', reportOf('critical'), found('critical')],
    ['a high advisory', reportOf('high'), found('high')],
    ['a moderate advisory', reportOf('moderate'), { kind: 'clean', packages: 91 }],
    [
      'a registry that does not offer it',
      refusal,
      {
        kind: 'not_asked',
        reason: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
      },
    ],
    ['no registry', 'no answer within 20 s', { kind: 'not_asked', reason: 'no answer within 20 s' }],
    ['nothing', '', { kind: 'not_asked', reason: 'npm printed nothing' }],
    [
      'a page of somebody else',
      '<html>\n Log in</html>',
      { kind: 'not_asked', reason: '<html> Log in</html>' },
    ],
    ['JSON of somebody else', '{"ok":true}', { kind: 'not_asked', reason: '{"ok":true}' }],
    [
      'a report of another version',
      '{"auditReportVersion":3}',
      { kind: 'not_asked', reason: '{"auditReportVersion":3}' },
    ],
  ];
  for (const [what, printed, expected] of cases)
    test(what, () => {
      assert.deepEqual(judgeAudit(printed), expected);
    });
});
