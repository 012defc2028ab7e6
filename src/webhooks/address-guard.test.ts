import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mode } from '../domain/merchant.ts';
import {
  AddressNotAllowed,
  createGuardedLookup,
  isLoopbackAddress,
  isPublicAddress,
  judgeEndpointUrl,
  resolveAllowed,
} from './address-guard.ts';

const everywhereRefused = [
  ['private address', 'https://10.0.0.1/'],
  ['shared address space', 'https://100.64.0.1/'],
  ['link-local, where clouds keep their metadata', 'https://169.254.169.254/latest/meta-data'],
  ['private address', 'https://172.16.0.1/'],
  ['private address', 'https://172.31.255.255/'],
  ['private address', 'https://192.168.1.1/'],
  ['protocol assignments', 'https://192.0.0.8/'],
  ['documentation', 'https://192.0.2.1/'],
  ['documentation', 'https://198.51.100.1/'],
  ['documentation', 'https://203.0.113.1/'],
  ['benchmarks', 'https://198.19.0.1/'],
  ['multicast', 'https://224.0.0.1/'],
  ['reserved', 'https://240.0.0.1/'],
  ['broadcast', 'https://255.255.255.255/'],
  ['this network', 'https://0.0.0.0/'],
  ['unspecified', 'https://[::]/'],
  ['mapped private', 'https://[::ffff:10.0.0.1]/'],
  ['compatible loopback', 'https://[::127.0.0.1]/'],
  ['unique local', 'https://[fc00::1]/'],
  ['unique local', 'https://[fd12:3456::1]/'],
  ['link-local', 'https://[fe80::1]/'],
  ['site-local', 'https://[fec0::1]/'],
  ['multicast', 'https://[ff02::1]/'],
  ['6to4 around 10.0.0.1', 'https://[2002:a00:1::1]/'],
  ['NAT64 around 127.0.0.1', 'https://[64:ff9b::7f00:1]/'],
  ['documentation', 'https://[2001:db8::1]/'],
  ['Teredo', 'https://[2001::1]/'],
  ['plain http to a name', 'http://example.com/'],
  ['plain http to a public address', 'http://93.184.215.14/'],
  ['plain http to a private address', 'http://10.0.0.1:8080/'],
  ['a name that only begins like this machine', 'http://localhost.example.com/'],
  ['user name', 'https://user@example.com/'],
  ['user name and password', 'https://user:pass@example.com/'],
  ['userinfo before this machine', 'http://user@127.0.0.1/'],
  ['unlisted port', 'https://example.com:22/'],
  ['unlisted port', 'https://example.com:5432/'],
  ['other scheme', 'ftp://example.com/'],
  ['other scheme', 'file:///etc/passwd'],
  ['other scheme', 'javascript:alert(1)'],
  ['relative', '/webhooks'],
  ['nothing', ''],
  ['too long', `https://example.com/${'a'.repeat(2048)}`],
] as const;

const thisMachine = [
  'http://127.0.0.1:8080/webhooks',
  'http://127.1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://017700000001/',
  'http://127.0.0.1./',
  'http://１２７.０.０.１/',
  'http://[::1]:9000/',
  'http://[::ffff:127.0.0.1]/',
  'http://localhost:3000/hook',
  'http://LOCALHOST./',
  'http://shop.localhost/',
  'https://127.0.0.1:5432/',
];

const accepted = [
  'https://example.com/webhooks?shop=1',
  'https://example.com:8443/',
  'https://bücher.example/',
  'https://does-not-resolve.invalid/',
  'https://93.184.215.14/',
  'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
];

for (const mode of ['sandbox', 'live'] satisfies Mode[]) {
  for (const [why, url] of everywhereRefused) {
    test(`${mode}: ${why} is refused: ${url.slice(0, 60)}`, () => {
      assert.equal(judgeEndpointUrl(url, mode).kind, 'refused');
    });
  }
  for (const url of accepted) {
    test(`${mode}: ${url} is accepted`, () => {
      assert.equal(judgeEndpointUrl(url, mode).kind, 'accepted');
    });
  }
  for (const url of thisMachine) {
    test(`${mode}: ${url} means this machine, however it is spelt`, () => {
      assert.equal(judgeEndpointUrl(url, mode).kind, mode === 'sandbox' ? 'accepted' : 'refused');
    });
  }
}

test('an address is of the public internet, or this machine, or neither', () => {
  const table: [address: string, isPublic: boolean, isLoopback: boolean][] = [
    ['8.8.8.8', true, false],
    ['2606:4700::1111', true, false],
    ['127.0.0.1', false, true],
    ['127.255.255.254', false, true],
    ['::1', false, true],
    ['::ffff:8.8.8.8', false, false],
    ['fe80::1%lo', false, false],
    ['10.1.2.3', false, false],
    ['example.com', false, false],
    ['', false, false],
  ];
  for (const [address, isPublic, isLoopback] of table) {
    assert.equal(isPublicAddress(address), isPublic, `public: ${address}`);
    assert.equal(isLoopbackAddress(address), isLoopback, `loopback: ${address}`);
  }
});

test('a name is connected to only when every one of its addresses is public', async () => {
  const table: [addresses: string[], allowed: boolean][] = [
    [['93.184.215.14'], true],
    [['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'], true],
    [['93.184.215.14', '127.0.0.1'], false],
    [['93.184.215.14', '10.0.0.1'], false],
    [['93.184.215.14', '::1'], false],
    [['::ffff:127.0.0.1'], false],
    [['169.254.169.254'], false],
    [[], false],
  ];
  for (const [addresses, allowed] of table) {
    const resolved = resolveAllowed('shop.example', 'sandbox', async () => addresses);
    if (allowed) assert.deepEqual(await resolved, addresses);
    else await assert.rejects(resolved, AddressNotAllowed);
  }
});

test('localhost is never looked up: this machine in the sandbox, nowhere live', async () => {
  const resolve = () => Promise.reject(new Error('looked up'));
  assert.deepEqual(await resolveAllowed('localhost', 'sandbox', resolve), ['127.0.0.1', '::1']);
  await assert.rejects(resolveAllowed('localhost', 'live', resolve), AddressNotAllowed);
});

test('the lookup hands sockets the checked addresses in both forms that Node asks for', async () => {
  const lookup = createGuardedLookup('live', async () => ['93.184.215.14', '2606:4700::1111']);
  const ask = (options: object) =>
    new Promise((resolve) => lookup('shop.example', options, (...answer) => resolve(answer)));
  assert.deepEqual(await ask({ all: true }), [
    null,
    [
      { address: '93.184.215.14', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ],
  ]);
  assert.deepEqual(await ask({}), [null, '93.184.215.14', 4]);
});
