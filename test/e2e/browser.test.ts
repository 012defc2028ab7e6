import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findChromium } from './browser.ts';

test('a browser that is named but not there is refused with a line that says how to get one', () => {
  for (const name of ['CHROMIUM_PATH', 'CHROME_PATH']) {
    assert.throws(() => findChromium({ [name]: '/nowhere/chromium' }), {
      message: /^\/nowhere\/chromium is no program to run\. .*apt-get install chromium.*CHROMIUM_PATH=/,
    });
  }
});

test('a named browser comes before those of the system', () => {
  assert.equal(findChromium({ CHROMIUM_PATH: process.execPath, PATH: '/usr/bin' }), process.execPath);
});
