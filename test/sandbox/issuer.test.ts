import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minorUnits } from '../../src/domain/money.ts';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { parseAuthenticationResult, parseCres } from '../../src/threeds/parse-messages.ts';
import type { AuthenticationProof } from '../../src/usecases/ports/acquirer.ts';
import type { AuthenticationRequest } from '../../src/usecases/ports/authenticator.ts';
import { authentication, authorization, openPretendWorld } from './pretend-world.ts';

const world = await openPretendWorld();
const needsChallenge = '4000002500003155';

interface Form {
  readonly action: string;
  readonly fields: Record<string, string>;
  readonly page: string;
  readonly headers: Headers;
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const decodeEntities = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);

/** Reads an answer's one form as a browser would. */
async function readForm(answer: Response): Promise<Form> {
  const page = await answer.text();
  const action = decodeEntities(/<form method="post" action="([^"]*)"/.exec(page)?.[1] ?? '');
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of page.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
  )) {
    fields[name] = decodeEntities(value);
  }
  return { action: new URL(action, answer.url).href, fields, page, headers: answer.headers };
}

function post(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
}

async function ask(number: string, change: Partial<AuthenticationRequest> = {}) {
  const request = authentication(world, number, change);
  const answer = await world.directory.authenticate(request);
  assert.ok(answer.kind === 'challenge', `expected a challenge, got ${JSON.stringify(answer)}`);
  return { ...answer, request };
}

/** Opens a challenge the way a browser comes to it, with its CReq. */
async function open(
  number: string,
  change: Partial<AuthenticationRequest> = {},
  extra: Record<string, string> = {},
) {
  const challenge = await ask(number, change);
  const form = await readForm(await post(challenge.acsUrl, { creq: challenge.creq, ...extra }));
  return { challenge, form };
}

function resultsOf(serverTransactionId: string) {
  return world.results.received
    .filter((rreq) => rreq.threeDSServerTransID === serverTransactionId)
    .map((rreq) => parseAuthenticationResult(rreq));
}

async function pressed(
  number: string,
  fields: Record<string, string>,
  change: Partial<AuthenticationRequest> = {},
) {
  const { challenge, form } = await open(number, change);
  const back = await readForm(await post(form.action, fields));
  return { challenge, form, back, result: resultsOf(challenge.request.serverTransactionId)[0] };
}

function proofOf(result: ReturnType<typeof resultsOf>[number] | undefined): AuthenticationProof {
  assert.ok(result !== undefined && result.transStatus === 'Y');
  const { eci, authenticationValue, dsTransactionId, version } = result;
  return { transStatus: 'Y', eci, authenticationValue, dsTransactionId, version };
}

test('the page shows merchant, amount, masked card and date, all escaped', async () => {
  const { form } = await open(needsChallenge, { amount: minorUnits(123450n) });
  assert.match(form.page, /Demo &lt;b&gt;Merchant&lt;\/b&gt; &amp; Søns/);
  assert.match(form.page, /\$1,234\.50/);
  assert.match(form.page, /•••• 3155/);
  assert.match(form.page, /4 Nov 2026, 09:30 UTC/);
  assert.doesNotMatch(form.page, /<b>|4000002500003155/);
});

test('the page works without a script, may be framed, and lets nothing else in', async () => {
  const { form } = await open(needsChallenge);
  assert.doesNotMatch(form.page, /<script/);
  const policy = form.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /form-action 'self'/);
  assert.doesNotMatch(policy, /unsafe|frame-ancestors/);
  assert.equal(form.headers.get('x-frame-options'), null);
  assert.equal(form.headers.get('cache-control'), 'no-store');
});

test('the code field is labelled, numeric, offered to one-time-code fillers, and tied to its hint', async () => {
  const { form } = await open(needsChallenge);
  assert.match(form.page, /<label for="otp">/);
  const input = /<input[^>]*id="otp"[^>]*>/.exec(form.page)?.[0] ?? '';
  for (const part of [
    'name="otp"',
    'inputmode="numeric"',
    'autocomplete="one-time-code"',
    'aria-describedby="otp-hint"',
  ]) {
    assert.ok(input.includes(part), part);
  }
});

test('a challenge opens at the shared address and by a plain GET of its own address too', async () => {
  const challenge = await ask(needsChallenge);
  const shared = await readForm(
    await post(`${world.publicUrl}/sandbox/acs/challenge`, { creq: challenge.creq }),
  );
  const plain = await readForm(await fetch(challenge.acsUrl));
  assert.equal(shared.action, challenge.acsUrl);
  assert.equal(plain.action, challenge.acsUrl);
});

test('the right code authenticates: the result arrives first, then the browser goes back with its session data', async () => {
  const { challenge, form } = await open(needsChallenge, {}, { threeDSSessionData: 'session "data"' });
  const back = await readForm(await post(form.action, { otp: '123 456', action: 'confirm' }));
  const [result, ...more] = resultsOf(challenge.request.serverTransactionId);
  assert.deepEqual(more, []);
  assert.equal(result?.transStatus, 'Y');
  assert.equal(result?.eci, '05');
  assert.match(result?.authenticationValue ?? '', /^[A-Za-z0-9+/]{27}=$/);
  assert.equal(result?.acsTransactionId, challenge.acsTransactionId);
  assert.equal(result?.dsTransactionId, challenge.dsTransactionId);
  assert.equal(back.action, 'http://127.0.0.1:9/return');
  assert.equal(back.fields.threeDSSessionData, 'session "data"');
  assert.deepEqual(parseCres(back.fields.cres ?? ''), {
    threeDSServerTransID: challenge.request.serverTransactionId,
    acsTransID: challenge.acsTransactionId,
    transStatus: 'Y',
  });
  assert.match(back.page, /<script>document\.forms\[0\]\.submit\(\)<\/script>/);
  assert.match(back.page, /<button type="submit">Continue<\/button>/);
});

test('with MD of the older flow the browser takes MD and PaRes back', async () => {
  const { form } = await open(needsChallenge, {}, { MD: 'a1b2c3' });
  const back = await readForm(await post(form.action, { action: 'complete' }));
  assert.equal(back.fields.MD, 'a1b2c3');
  assert.equal(back.fields.PaRes, back.fields.cres);
});

const ends = [
  ['complete', { action: 'complete' }, 'Y', null, null],
  ['fail', { action: 'fail' }, 'N', '01', null],
  ['cancel', { action: 'cancel' }, 'N', null, '01'],
] as const;
for (const [button, fields, transStatus, reason, cancel] of ends) {
  test(`the button "${button}" ends the challenge with ${transStatus}`, async () => {
    const { back, result } = await pressed(needsChallenge, fields);
    assert.equal(result?.transStatus, transStatus);
    assert.equal(result?.transStatusReason, reason);
    assert.equal(result?.challengeCancel, cancel);
    assert.equal(result?.authenticationValue === null, transStatus === 'N');
    assert.equal(parseCres(back.fields.cres ?? '').transStatus, transStatus);
  });
}

test('the third wrong code fails the authentication; the first two leave tries and say so', async () => {
  const { challenge, form } = await open(needsChallenge);
  for (const left of ['2 tries left', 'This is the last try']) {
    const again = await readForm(await post(form.action, { otp: '000000', action: 'confirm' }));
    assert.ok(again.page.includes(left));
    assert.match(again.page, /aria-describedby="otp-problem otp-hint" aria-invalid="true"/);
    assert.match(again.page, /id="otp-problem" role="alert"/);
  }
  await post(form.action, { otp: '999999' });
  const [result] = resultsOf(challenge.request.serverTransactionId);
  assert.deepEqual([result?.transStatus, result?.transStatusReason], ['N', '19']);
  await post(form.action, { otp: '123456' });
  assert.deepEqual(
    resultsOf(challenge.request.serverTransactionId).map(({ transStatus }) => transStatus),
    ['N'],
  );
});

test('after a code that was not right the browser is sent to the page, so that a reload sends none again', async () => {
  const { form } = await open(needsChallenge);
  for (const [otp, told] of [
    ['', 'Enter the six-digit code.'],
    ['000000', 'That code is not right.'],
  ] as const) {
    const posted = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams({ otp }),
      redirect: 'manual',
    });
    assert.equal(posted.status, 303);
    const page = new URL(posted.headers.get('location') ?? '', form.action);
    for (let look = 0; look < 3; look++) {
      const again = await readForm(await fetch(page));
      assert.ok(again.page.includes(told));
      assert.match(again.page, otp === '' ? /3 tries left/ : /2 tries left/);
    }
  }
});

test('what an address says of the last code is not repeated unless it can be', async () => {
  const challenge = await ask(needsChallenge);
  for (const problem of ['wrong_code', 'other', '<b>']) {
    const { page } = await readForm(
      await fetch(`${challenge.acsUrl}?problem=${encodeURIComponent(problem)}`),
    );
    assert.doesNotMatch(page, /otp-problem|<b>/);
  }
});

test('an empty code costs no try', async () => {
  const { form } = await open(needsChallenge);
  const again = await readForm(await post(form.action, { otp: ' ', action: 'confirm' }));
  assert.match(again.page, /Enter the six-digit code/);
  assert.match(again.page, /3 tries left/);
});

test('wrong codes sent at once end the challenge once', async () => {
  const { challenge, form } = await open(needsChallenge);
  await Promise.all(
    Array.from({ length: 6 }, () => post(form.action, { otp: '000000' }).then((answer) => answer.text())),
  );
  const results = resultsOf(challenge.request.serverTransactionId);
  assert.ok(results.length > 0 && results.every(({ transStatus }) => transStatus === 'N'));
});

test('a challenge left alone for ten minutes ends as timed out', async () => {
  const { challenge, form } = await open(needsChallenge);
  await world.clock.advance(600);
  const back = await readForm(await post(form.action, { otp: '123456' }));
  const [result] = resultsOf(challenge.request.serverTransactionId);
  assert.deepEqual(
    [result?.transStatus, result?.transStatusReason, result?.challengeCancel],
    ['N', '14', '04'],
  );
  assert.equal(parseCres(back.fields.cres ?? '').transStatus, 'N');
});

test('a finished challenge sends the browser back the same way again and changes nothing', async () => {
  const { challenge, form } = await open(needsChallenge, {}, { threeDSSessionData: 'kept' });
  const first = await readForm(await post(form.action, { otp: '123456' }));
  for (const replay of [
    () => post(form.action, { action: 'fail' }),
    () => post(form.action, { otp: '000000' }),
    () => post(challenge.acsUrl, { creq: challenge.creq }),
    () => fetch(challenge.acsUrl),
  ]) {
    const again = await readForm(await replay());
    assert.deepEqual([again.action, again.fields], [first.action, first.fields]);
  }
  await world.clock.advance(3600);
  assert.deepEqual((await readForm(await fetch(challenge.acsUrl))).fields, first.fields);
  assert.equal(resultsOf(challenge.request.serverTransactionId).length, 1);
});

test('a result that nobody takes is tried three times, the browser goes back, and a replay delivers it', async () => {
  const { challenge, form } = await open(needsChallenge);
  world.results.accept = false;
  const back = await readForm(await post(form.action, { otp: '123456' }));
  world.results.accept = true;
  assert.equal(back.action, 'http://127.0.0.1:9/return');
  assert.equal(resultsOf(challenge.request.serverTransactionId).length, 3);
  await fetch(challenge.acsUrl);
  const results = resultsOf(challenge.request.serverTransactionId);
  assert.equal(results.length, 4);
  assert.ok(results.every((result) => result.authenticationValue === results[0]?.authenticationValue));
});

const decisions = [
  ['111111', 'card_declined'],
  ['222222', 'insufficient_funds'],
  ['333333', 'expired_card'],
  ['444444', 'incorrect_cvc'],
  ['555555', 'issuer_unavailable'],
] as const;
for (const [code, reason] of decisions) {
  test(`the code ${code} authenticates, and the bank then declines with ${reason}`, async () => {
    const { result } = await pressed('4895380110000003', { otp: code }, { challenge: 'mandated' });
    const outcome = await world.acquirer.authorize(
      authorization('4895380110000003', { proof: proofOf(result) }),
    );
    assert.equal(outcome.kind === 'declined' && outcome.reason, reason);
  });
}

test('with its proof a card that needs authentication is approved, and so are charges tied to that payment', async () => {
  const { result } = await pressed(needsChallenge, { otp: '123456' });
  const first = await world.acquirer.authorize(
    authorization(needsChallenge, { proof: proofOf(result), kind: 'purchase' }),
  );
  assert.ok(first.kind === 'approved');
  const tied = {
    initiator: 'merchant',
    cvc: null,
    networkTransactionId: first.networkTransactionId,
  } as const;
  assert.equal((await world.acquirer.authorize(authorization(needsChallenge, tied))).kind, 'approved');
  const untied = await world.acquirer.authorize(
    authorization(needsChallenge, { ...tied, networkTransactionId: null }),
  );
  assert.equal(untied.kind === 'declined' && untied.reason, 'authentication_required');
  const otherCard = await world.acquirer.authorize(authorization('4000009700000014', tied));
  assert.equal(otherCard.kind === 'declined' && otherCard.reason, 'authentication_required');
});

test('a charge tied to a payment that was declined is not covered by it', async () => {
  const { result } = await pressed(needsChallenge, { otp: '222222' });
  const first = authorization(needsChallenge, { proof: proofOf(result) });
  await world.acquirer.authorize(first);
  const [entry] = (
    await world.database.pool.query<{ number: bigint }>(
      'select number from sandbox_bank.authorizations where reference = $1',
      [first.reference],
    )
  ).rows;
  const later = authorization(needsChallenge, {
    initiator: 'merchant',
    networkTransactionId: `8${String(entry?.number).padStart(14, '0')}`,
  });
  assert.equal((await world.acquirer.authorize(later)).kind, 'declined');
});

const forgeries = [
  ['of another card', '4000009700000014', {}, {}],
  ['for less money', needsChallenge, { amount: minorUnits(1001n) }, {}],
  ['in another currency', needsChallenge, { currency: 'EUR' }, {}],
  ['with another cryptogram', needsChallenge, {}, { authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }],
  [
    'of a transaction nobody knows',
    needsChallenge,
    {},
    { dsTransactionId: '00000000-0000-4000-8000-000000000000' },
  ],
  ['without a transaction', needsChallenge, {}, { dsTransactionId: null }],
] as const;
for (const [title, number, change, forged] of forgeries) {
  test(`a proof ${title} proves nothing`, async () => {
    const { result } = await pressed(needsChallenge, { otp: '123456' });
    const proof = { ...proofOf(result), ...forged };
    const outcome = await world.acquirer.authorize(authorization(number, { ...change, proof } as never));
    assert.equal(outcome.kind === 'declined' && outcome.reason, 'authentication_required');
  });
}

test('a challenge that failed gives no proof', async () => {
  const { challenge } = await pressed(needsChallenge, { action: 'fail' });
  const proof: AuthenticationProof = {
    transStatus: 'Y',
    eci: '05',
    authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    dsTransactionId: challenge.dsTransactionId,
    version: '2.2.0',
  };
  const outcome = await world.acquirer.authorize(authorization(needsChallenge, { proof }));
  assert.equal(outcome.kind === 'declined' && outcome.reason, 'authentication_required');
});

const asked = [
  ['4242424242424242', 'no_preference', 'frictionless'],
  ['4242424242424242', 'mandated', 'challenge'],
  [needsChallenge, 'no_preference', 'challenge'],
  ['4000009700000014', 'mandated', 'frictionless'],
  ['4000009700000022', 'no_preference', 'frictionless'],
  ['4000009700000030', 'no_preference', 'unavailable'],
  ['4000009700000048', 'no_preference', 'refused'],
  ['4929000000000006', 'no_preference', 'refused'],
] as const;
for (const [number, challenge, expected] of asked) {
  test(`${number} asked with ${challenge} answers ${expected}`, async () => {
    const answer = await world.directory.authenticate(authentication(world, number, { challenge }));
    assert.equal(answer.kind, expected);
  });
}

for (const { number, brand } of sandboxCards.filter((card) =>
  ['frictionless', 'attempted'].includes(card.three_ds),
)) {
  test(`the frictionless proof of ${brand} ${number} is accepted by the bank`, async () => {
    const answer = await world.directory.authenticate(authentication(world, number));
    assert.ok(answer.kind === 'frictionless');
    const outcome = await world.acquirer.authorize(authorization(number, { proof: answer.proof }));
    assert.equal(outcome.kind, 'approved');
  });
}

test('Mastercard counts its indicator from the other side', async () => {
  const { result } = await pressed('5123456789012346', { otp: '123456' }, { challenge: 'mandated' });
  assert.equal(result?.eci, '02');
});

test('the same AReq gets the same ARes', async () => {
  const request = authentication(world, needsChallenge);
  assert.deepEqual(await world.directory.authenticate(request), await world.directory.authenticate(request));
});

test('addresses and messages that lead to no challenge say no more than that', async () => {
  const one = await ask(needsChallenge);
  const other = await ask(needsChallenge);
  const shared = `${world.publicUrl}/sandbox/acs/challenge`;
  const forged = Buffer.from(
    JSON.stringify({
      messageType: 'CReq',
      threeDSServerTransID: other.request.serverTransactionId,
      acsTransID: one.acsTransactionId,
    }),
  ).toString('base64url');
  const requests = [
    [404, fetch(`${shared}/${'A'.repeat(32)}`)],
    [404, fetch(`${shared}/x`)],
    [404, post(one.acsUrl, { creq: other.creq })],
    [404, post(shared, { creq: forged })],
    [400, post(shared, { creq: '' })],
    [400, post(shared, { creq: `${one.creq}=` })],
    [400, post(shared, { creq: 'bm90IGpzb24' })],
    [400, post(shared, {})],
  ] as const;
  for (const [status, request] of requests) {
    const answer = await request;
    assert.equal(answer.status, status);
    assert.match(await answer.text(), /There is nothing to confirm here/);
  }
});

test('the directory server is unavailable, never a throw, when it cannot be asked or understood', async () => {
  const answer = await world.directory.authenticate(
    authentication(world, needsChallenge, { merchantName: '' }),
  );
  assert.deepEqual(answer, { kind: 'unavailable', cause: 'the directory server answered with status 400' });
});

test('no card number stands in the log or in the results', async () => {
  const kept = `${world.logLines.join('\n')}\n${JSON.stringify(world.results.received)}`;
  for (const card of sandboxCards) assert.ok(!kept.includes(card.number));
});
