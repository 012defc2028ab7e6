import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acsTemplate, deriveFormValues, isFormMd } from './three-ds-form.ts';

const secretKey = Buffer.alloc(32, 7);
const token = 'ab'.repeat(32);
const publicUrl = 'https://pay.example/base';

const decoded = (): string => atob(acsTemplate(publicUrl, token, secretKey));

test('6: the template is Base64 with padding and without line breaks, of pure ASCII', () => {
  const template = acsTemplate(publicUrl, token, secretKey);
  assert.match(template, /^[A-Za-z0-9+/]+={0,2}$/);
  assert.equal(template.length % 4, 0);
  assert.match(Buffer.from(template, 'base64').toString('latin1'), /^[\x20-\x7e]+$/);
});

test('6: the template is one form, named payment_post twice over, with absolute addresses', () => {
  const forms = [...decoded().matchAll(/<form ([^>]*)>/g)];
  assert.equal(forms.length, 1);
  assert.equal(
    forms[0]?.[1],
    `name="payment_post" id="payment_post" action="${publicUrl}/${token}/threeDSecure/method" method="post"`,
  );
});

test('6: the form has three hidden inputs: PaReq, MD and TermUrl in that order', () => {
  const inputs = [...decoded().matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  assert.deepEqual(
    inputs.map((input) => input[1]),
    ['PaReq', 'MD', 'TermUrl'],
  );
  assert.equal([...decoded().matchAll(/<input/g)].length, 3);
  const [paReq, md, termUrl] = inputs.map((input) => input[2] ?? '');
  assert.match(paReq ?? '', /^[0-9a-f]{1248}$/);
  assert.match(md ?? '', /^[0-9a-f]{64}$/);
  assert.equal(termUrl, `${publicUrl}/${token}/CommonPgResponseHandler`);
});

test('6: the page submits the form on load, and hides nothing under the name submit', () => {
  assert.match(
    decoded(),
    /window\.onload=function\(\)\{document\.forms\['payment_post'\]\.submit\(\);\}<\/script>/,
  );
  assert.doesNotMatch(decoded(), /(name|id)="submit"/i);
  assert.doesNotMatch(decoded(), /(src|href)=/);
});

test('6: the address cannot break out of its attribute', () => {
  const page = atob(acsTemplate('https://pay.example/"><b>é', token, secretKey));
  assert.ok(page.includes('action="https://pay.example/&quot;&gt;&lt;b&gt;&#233;/'));
});

test('6: MD belongs to one token and one installation', () => {
  const { md } = deriveFormValues(secretKey, token);
  assert.equal(isFormMd(secretKey, token, md), true);
  const others: [name: string, key: Buffer, token: string, md: string][] = [
    ['another token', secretKey, 'cd'.repeat(32), md],
    ['another key', Buffer.alloc(32, 8), token, md],
    ['nothing', secretKey, token, ''],
    ['the token itself', secretKey, token, token],
    ['a longer text', secretKey, token, `${md}0`],
  ];
  for (const [name, key, ofToken, given] of others) assert.equal(isFormMd(key, ofToken, given), false, name);
});
