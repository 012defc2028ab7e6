import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Where systems put a Chromium when `CHROMIUM_PATH` and `CHROME_PATH` name none. */
const usualNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];
const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const howToGetOne =
  'The browser tests need a Chromium, and none was found. Install one (Debian or Ubuntu: apt-get install chromium; ' +
  'macOS: brew install --cask chromium), or name yours: CHROMIUM_PATH=/path/to/chromium npm test';

/** The program to run; throws with a line that says how to get one. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.CHROMIUM_PATH || environment.CHROME_PATH;
  if (named) {
    if (!isProgram(named)) throw new Error(`${named} is no program to run. ${howToGetOne}`);
    return named;
  }
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...folders.flatMap((folder) => usualNames.map((name) => join(folder, name))),
    ...usualPaths,
  ];
  const found = candidates.find(isProgram);
  if (found === undefined) throw new Error(howToGetOne);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Chromium that knows no host but this machine, so that a test cannot leave it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}
