import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase64url, encodeJsonBase64url } from './base64url.ts';
import { parseAres, parseAuthenticationResult, parseCres, ThreeDsMessageError } from './parse-messages.ts';

const ids = {
  threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e',
  acsTransID: 'd7c1ee99-9478-44a6-b1f2-391e29c6b340',
  dsTransID: 'f25084f0-5b16-4c0a-ae5d-b24808a95e4b',
};
const rreq = {
  messageType: 'RReq',
  messageVersion: '2.2.0',
  ...ids,
  transStatus: 'Y',
  eci: '05',
  authenticationValue: 'MTIzNDU2Nzg5MDA5ODc2NTQzMjE=',
};

test('a result is read into the words of the core; what it leaves out is null', () => {
  assert.deepEqual(parseAuthenticationResult(rreq), {
    serverTransactionId: ids.threeDSServerTransID,
    acsTransactionId: ids.acsTransID,
    transStatus: 'Y',
    transStatusReason: null,
    eci: '05',
    authenticationValue: 'MTIzNDU2Nzg5MDA5ODc2NTQzMjE=',
    dsTransactionId: ids.dsTransID,
    challengeCancel: null,
    version: '2.2.0',
  });
});

test('unknown fields of a message are ignored', () => {
  assert.equal(
    parseAuthenticationResult({ ...rreq, messageExtension: [{}], sdkTransID: 7 }).transStatus,
    'Y',
  );
});

const broken: readonly (readonly [string, object | null])[] = [
  ['no object', null],
  ['another message', { ...rreq, messageType: 'CRes' }],
  ['a challenge status, which results cannot have', { ...rreq, transStatus: 'C' }],
  ['a status of two letters', { ...rreq, transStatus: 'YY' }],
  ['an id that is no UUID', { ...rreq, acsTransID: 'x' }],
  ['a missing id', { ...rreq, threeDSServerTransID: undefined }],
  ['a version of the retired protocol', { ...rreq, messageVersion: '1.0.2' }],
  ['a cryptogram of the wrong length', { ...rreq, authenticationValue: 'AAAA' }],
  ['a cryptogram in base64url', { ...rreq, authenticationValue: 'MTIzNDU2Nzg5MDA5ODc2NTQzMjE-' }],
  ['an indicator that is a number', { ...rreq, eci: 5 }],
];
for (const [title, message] of broken) {
  test(`a result with ${title} is refused by name`, () => {
    assert.throws(() => parseAuthenticationResult(message), ThreeDsMessageError);
  });
}

test('an acsURL must be http or https', () => {
  const ares = { messageType: 'ARes', messageVersion: '2.2.0', ...ids, transStatus: 'C' };
  assert.equal(parseAres({ ...ares, acsURL: 'https://acs.example/c/1' }).acsURL, 'https://acs.example/c/1');
  for (const acsURL of ['javascript:alert(1)', 'data:text/html,x', '/c/1', 7]) {
    assert.throws(() => parseAres({ ...ares, acsURL }), ThreeDsMessageError);
  }
});

test('a CRes travels in base64url and says Y or N only', () => {
  const cres = { messageType: 'CRes', messageVersion: '2.2.0', ...ids, transStatus: 'N' };
  assert.equal(parseCres(encodeJsonBase64url(cres)).transStatus, 'N');
  assert.throws(() => parseCres(encodeJsonBase64url({ ...cres, transStatus: 'A' })), ThreeDsMessageError);
  assert.throws(() => parseCres('!'), ThreeDsMessageError);
  assert.throws(() => parseCres('bm90IGpzb24'), ThreeDsMessageError);
});

test('base64url is taken only as RFC 4648 writes it: what Node would let through is refused', () => {
  assert.equal(decodeBase64url('aGk')?.toString(), 'hi');
  for (const text of ['', 'aGk=', 'aG k', 'a+/k', 'aGk\n', 'a', 'aGké', 'A'.repeat(16_385)]) {
    assert.equal(decodeBase64url(text), undefined, JSON.stringify(text).slice(0, 20));
  }
});
