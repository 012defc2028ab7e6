import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { makeThrowawayFolder } from '../support/throwaway-folder.ts';
import { openBrowser } from './browser.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const readPage = (name: string): string => readFileSync(join(projectFolder, name), 'utf8');

interface Step {
  readonly section: string;
  readonly commands: string;
  readonly shown: string;
  readonly language: 'json' | 'text';
}

/** Each block of commands with what the page says that it prints. */
function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let section = '';
  for (const [, heading, commands, language, shown] of text.matchAll(
    /^#+ (.+)$|^```sh\n([\s\S]*?)^```\n+```(json|text)\n([\s\S]*?)^```$/gm,
  )) {
    if (heading !== undefined) section = heading;
    else if (language === 'json' || language === 'text')
      steps.push({ section, commands: commands ?? '', shown: shown ?? '', language });
  }
  return steps;
}

/** Holds `actual` to what is shown; `…` stands for any text, and a shown object has every field there is. */
function assertShown(actual: unknown, shown: unknown, where: string): void {
  if (typeof shown === 'string' && shown.includes('…')) {
    const literals = shown.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    assert.match(String(actual), new RegExp(`^${literals.join('.+')}$`), where);
  } else if (typeof shown === 'object' && shown !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, where);
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(shown).sort(), `fields of ${where}`);
    for (const [key, value] of Object.entries(shown))
      assertShown((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
  } else {
    assert.deepEqual(actual, shown, where);
  }
}

const marker = '=== next step ===';

for (const name of ['README.md', 'docs/getting-started.md', 'docs/testing-your-integration.md']) {
  describe(`the commands of ${name}`, () => {
    const steps = stepsOf(readPage(name));
    let gateway: TestGateway;
    let folder: string;
    let printed: string[];

    before(async () => {
      gateway = await startTestGateway();
      folder = makeThrowawayFolder('pasted');
      // One shell for a whole page, as its reader has: later commands use the variables of earlier ones.
      const script = steps.map(({ commands }) => onGateway(commands)).join(`\necho '${marker}'\n`);
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder });
      printed = stdout.split(`${marker}\n`);
    });
    after(() => gateway?.close());

    /** The page's address of the gateway, which runs on another port here. */
    function onGateway(text: string): string {
      return text.replaceAll('http://127.0.0.1:8000', gateway.url);
    }

    for (const [index, { section, shown, language }] of steps.entries()) {
      test(`${section}, command ${index + 1}: prints what is shown`, () => {
        const actual = (printed[index] ?? '').trim();
        if (language === 'json') assertShown(JSON.parse(actual), JSON.parse(onGateway(shown)), section);
        else assertShown(actual, onGateway(shown).trim(), section);
      });
    }

    if (name !== 'README.md') return;
    test('they make a token, a payment, a 3-D Secure payment and an EximPe order', () => {
      const sections = new Set(steps.map(({ section }) => section));
      assert.deepEqual([...sections], ['A card payment', 'A payment with 3-D Secure', 'An EximPe order']);
    });

    test('the page that they leave takes the code 123456 in a browser and ends as the README says', async () => {
      await payOnPage(join(folder, 'bank.html'));
      const order = JSON.parse(readFileSync(join(folder, 'order.json'), 'utf8')) as {
        data: { order_id: string };
      };
      const answer = await fetch(`${gateway.url}/pg/orders/${order.data.order_id}/status/`, {
        headers: { 'x-client-id': '1000000001', 'x-client-secret': 'demo_secret' },
      });
      const { data } = (await answer.json()) as { data: { status: string } };
      assert.equal(data.status, 'payment_successful');
    });
  });
}

async function payOnPage(file: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.waitForURL(/\/sandbox\/acs\/challenge/);
    await page.fill('#otp', '123456');
    await page.click('text=Confirm payment');
    await page.waitForSelector('text=Payment successful');
  } finally {
    await browser.close();
  }
}

test('the page of test cards names none that the sandbox does not list, and every fault', () => {
  const rows = readPage('docs/testing-your-integration.md').matchAll(
    /^\| (\d{12,19}) \| (?:`([a-z0-9_]+)`)?/gm,
  );
  const named = new Map([...rows].map(([, number, word]) => [number, word]));
  for (const [number, word] of named) {
    const card = sandboxCards.find((candidate) => candidate.number === number);
    assert.ok(card, `${number} is listed`);
    if (word !== undefined) assert.equal(card.fault ?? card.outcome, word, number);
  }
  const faulty = sandboxCards.filter(({ fault }) => fault !== undefined).map(({ number }) => number);
  assert.deepEqual(
    faulty.filter((number) => !named.has(number)),
    [],
  );
});

test('the page of settings names every variable that is read, and no other', () => {
  const named = [...readPage('docs/configuration.md').matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const read = [...readPage('src/config/env.ts').matchAll(/read\('([A-Z_]+)'\)/g)].map(([, name]) => name);
  assert.deepEqual(named.sort(), read.sort(), 'describe the setting in docs/configuration.md');
});

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/getting-started.md',
  'docs/configuration.md',
  'docs/testing-your-integration.md',
  'docs/dependencies.md',
  'docs/operating.md',
  'docs/reliability.md',
  'docs/security.md',
  'examples/shop/README.md',
];
for (const page of pages) {
  test(`every link of ${page} inside the project leads somewhere`, () => {
    const targets = [...readPage(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] ?? '',
    );
    const missing = targets.filter((target) => !existsSync(join(projectFolder, dirname(page), target)));
    assert.deepEqual(missing, []);
  });
}
