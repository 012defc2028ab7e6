import assert from 'node:assert/strict';
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '../lib/random.ts';
import { decrypt, decryptParts, encrypt } from './aes-gcm.ts';
import { type CvcKey, openCvc, sealCvc } from './cvc-box.ts';
import { padDigits, takeDigits } from './digits.ts';
import { openEnvelope, rewrapEnvelope, sealEnvelope, type VersionedKey } from './envelope.ts';
import { encodeAad, type Place } from './place.ts';
import { VaultError } from './vault-error.ts';

const pan = '4111111111111111';
const merchantKey: VersionedKey = { version: 1, key: createSecretKey(randomBytes(32)) };
const place: Place = { mode: 'sandbox', merchantId: 'mer_a', row: 'card_1', field: 'pan' };

function sealPan(digits = pan, at = place): Buffer {
  return sealEnvelope(merchantKey, at, padDigits(digits, 19), systemRandom);
}

function isNotAuthentic(error: unknown): boolean {
  assert.ok(error instanceof VaultError);
  assert.equal(error.code, 'not_authentic');
  assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /4111|1111/);
  assert.equal(error.cause, undefined);
  return true;
}

test('every number of 12 to 19 digits comes back as it was sealed, from a blob of one length', () => {
  const digits = fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 19 })
    .map((list) => list.join(''));
  fc.assert(
    fc.property(digits, (number) => {
      const blob = sealPan(number);
      assert.equal(blob.length, 113);
      assert.equal(takeDigits(openEnvelope(merchantKey, place, blob)), number);
    }),
    { numRuns: 300 },
  );
});

test('two seals of one number share no data key, IV or ciphertext', () => {
  const [first, second] = [sealPan(), sealPan()];
  for (let start = 5; start + 12 <= first.length; start += 12) {
    assert.notDeepEqual(first.subarray(start, start + 12), second.subarray(start, start + 12));
  }
});

const otherPlaces: [string, Place][] = [
  ['mode', { ...place, mode: 'live' }],
  ['merchant', { ...place, merchantId: 'mer_b' }],
  ['card', { ...place, row: 'card_2' }],
  ['field', { ...place, field: 'text' }],
];
for (const [part, otherPlace] of otherPlaces) {
  test(`a blob moved to another ${part} does not open`, () => {
    assert.throws(() => openEnvelope(merchantKey, otherPlace, sealPan()), isNotAuthentic);
  });
}

test('the value of one blob does not open behind the data key of another place', () => {
  const [mine, theirs] = [sealPan(), sealPan(pan, { ...place, row: 'card_2' })];
  const mixed = Buffer.concat([theirs.subarray(0, 65), mine.subarray(65)]);
  assert.throws(() => openEnvelope(merchantKey, place, mixed), isNotAuthentic);
  assert.throws(() => openEnvelope(merchantKey, { ...place, row: 'card_2' }, mixed), isNotAuthentic);
});

test('a blob that names another key version does not open, even with the key that sealed it', () => {
  const blob = sealPan();
  blob.writeUInt32BE(2, 1);
  assert.throws(() => openEnvelope(merchantKey, place, blob), isNotAuthentic);
});

test('a blob with any one bit flipped does not open', () => {
  const blob = sealPan();
  for (let bit = 0; bit < blob.length * 8; bit++) {
    const flipped = Buffer.from(blob);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => openEnvelope(merchantKey, place, flipped), isNotAuthentic);
  }
});

test('a blob cut short or lengthened does not open', () => {
  const blob = sealPan();
  for (let length = 0; length < blob.length; length++) {
    assert.throws(() => openEnvelope(merchantKey, place, blob.subarray(0, length)), isNotAuthentic);
  }
  assert.throws(() => openEnvelope(merchantKey, place, Buffer.concat([blob, Buffer.of(0)])), isNotAuthentic);
});

test('a true tag cut to 4, 8, 12 or 15 bytes is refused', () => {
  const [iv, aad] = [randomBytes(12), encodeAad(['place'])];
  const cipher = createCipheriv('aes-256-gcm', merchantKey.key, iv, { authTagLength: 16 });
  cipher.setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(pan), cipher.final()]);
  const tag = cipher.getAuthTag();
  assert.equal(decryptParts(merchantKey.key, { iv, ciphertext, tag }, aad, 'a value').toString(), pan);
  for (const length of [4, 8, 12, 15]) {
    const parts = { iv, ciphertext, tag: tag.subarray(0, length) };
    assert.throws(() => decryptParts(merchantKey.key, parts, aad, 'a value'), isNotAuthentic);
  }
});

test('AES-256-GCM gives the bytes of the published vector, test case 16 of the GCM specification', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const key = createSecretKey(hex('feffe9928665731c6d6a8f9467308308 feffe9928665731c6d6a8f9467308308'));
  const plain = hex(
    'd9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72 1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39',
  );
  const aad = hex('feedfacedeadbeeffeedfacedeadbeef abaddad2');
  const box = encrypt(key, hex('cafebabefacedbaddecaf888'), plain, aad);
  assert.equal(box.subarray(-16).toString('hex'), '76fc6ece0f4e1768cddf8853bb2d551b');
  assert.deepEqual(decrypt(key, box, aad, 'the vector'), plain);
});

test('no two lists of parts give the same authenticated bytes', () => {
  const list = fc.array(fc.string({ unit: fc.constantFrom('1', '2', ':', 'é'), maxLength: 4 }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(list, list, (left, right) => {
      assert.equal(encodeAad(left).equals(encodeAad(right)), JSON.stringify(left) === JSON.stringify(right));
    }),
    { numRuns: 2000 },
  );
});

test('a re-wrapped blob opens with the new key alone and keeps its sealed value', () => {
  const blob = sealPan();
  const newKey: VersionedKey = { version: 2, key: createSecretKey(randomBytes(32)) };
  const moved = rewrapEnvelope({ from: merchantKey, to: newKey }, place, blob, systemRandom);
  assert.deepEqual(moved.subarray(65), blob.subarray(65));
  assert.equal(takeDigits(openEnvelope(newKey, place, moved)), pan);
  assert.throws(() => openEnvelope(merchantKey, place, moved), isNotAuthentic);
});

test('a sealed code opens with its own day, key and place only, and does not tell its length', () => {
  const key: CvcKey = { day: '2026-11-20', id: '0011223344556677', key: createSecretKey(randomBytes(32)) };
  const cvcPlace: Place = { ...place, field: 'cvc' };
  const blob = sealCvc(key, cvcPlace, '123', systemRandom);
  assert.equal(blob.length, sealCvc(key, cvcPlace, '1234', systemRandom).length);
  assert.equal(openCvc(key, cvcPlace, blob), '123');
  for (const otherPlace of otherPlaces.map(
    ([, other]): Place => ({ ...other, field: other.field === 'text' ? 'pan' : 'cvc' }),
  )) {
    assert.throws(() => openCvc(key, otherPlace, blob), isNotAuthentic);
  }
  assert.throws(() => openCvc({ ...key, day: '2026-11-21' }, cvcPlace, blob), isNotAuthentic);
  assert.throws(() => openCvc({ ...key, id: '0011223344556678' }, cvcPlace, blob), isNotAuthentic);
  assert.throws(
    () => openCvc({ ...key, key: createSecretKey(randomBytes(32)) }, cvcPlace, blob),
    isNotAuthentic,
  );
});

test('the padded digits are overwritten once they are taken', () => {
  const padded = padDigits(pan, 19);
  assert.equal(takeDigits(padded), pan);
  assert.ok(padded.every((byte) => byte === 0));
});
