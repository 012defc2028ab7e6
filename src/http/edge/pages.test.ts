import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../lib/clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { type FormFields, parseFormBody } from './form-body.ts';
import { asciiHtml, html } from './html.ts';
import { registerPages } from './page-scope.ts';
import { autoPostForm, newNonce, page, sendPage } from './pages.ts';
import { createHttpServer } from './server.ts';

const hostile = `"><script>alert('x')</script>&amp;`;

describe('html', () => {
  it('escapes every value, in text and in attributes', () => {
    const markup = html`<a title="${hostile}">${hostile}</a>`.markup;
    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;';
    assert.equal(markup, `<a title="${escaped}">${escaped}</a>`);
  });

  it('lets its own markup stand, joins lists, and shows nothing for null, undefined and false', () => {
    const items = ['<', 'b'].map((text) => html`<li>${text}</li>`);
    assert.equal(
      html`<ul>${items}${null}${undefined}${false}${0}</ul>`.markup,
      '<ul><li>&lt;</li><li>b</li>0</ul>',
    );
  });

  it('can be written in ASCII alone', () => {
    assert.equal(asciiHtml('<p>é € 😀</p>\n'), '<p>&#233; &#8364; &#128512;</p>\n');
  });
});

describe('a page', () => {
  const content = { title: hostile, lang: 'en', body: html`<p>hello</p>`, nonce: 'bm9uY2U=' };

  it('runs only what carries its nonce, loads nothing and is framed by nobody unless told', () => {
    const { document, headers } = page({ ...content, script: 'document.title' });
    const policy = headers['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'; script-src 'nonce-bm9uY2U='; style-src 'nonce-bm9uY2U='/);
    assert.match(policy, /form-action 'self'; frame-ancestors 'none'; base-uri 'none'/);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(document.match(/<(script|style)\b/g)?.length, 2);
    assert.equal(document.match(/<(script|style) nonce="bm9uY2U="/g)?.length, 2);
    assert.ok(!/https?:|url\(|@import|javascript:|\son[a-z]+=/.test(document));
  });

  it('names the frame ancestors it is given, and refuses a source that would change the policy', () => {
    const { headers } = page({ ...content, frameAncestors: ['https://shop.example'] });
    assert.match(headers['content-security-policy'] ?? '', /frame-ancestors https:\/\/shop\.example;/);
    for (const source of ["*; script-src 'unsafe-inline'", 'a,b', 'a\r\nb']) {
      assert.throws(() => page({ ...content, frameAncestors: [source] }), TypeError);
    }
  });

  it('refuses a script that could close its element', () => {
    for (const script of ['"</script>"', '"<!--"', '"é"'])
      assert.throws(() => page({ ...content, script }), TypeError);
  });

  it('has a fresh nonce of 128 bits each time', () => {
    assert.match(newNonce(systemRandom), /^[A-Za-z0-9+/]{22}==$/);
    assert.notEqual(newNonce(systemRandom), newNonce(systemRandom));
  });
});

describe('an auto-posting form', () => {
  const form = {
    action: 'https://acs.example/a?b=1&c=2',
    fields: [
      ['PaReq', hostile],
      ['MD', 'é'],
    ] as const,
    buttonText: 'Weiter – zur Bank',
    title: 'Bank',
    lang: 'de',
    formName: 'payment_post',
  };

  it('for other pages is ASCII, self-contained, and has its fields in order and a button', () => {
    const { document, headers } = autoPostForm({ ...form, script: 'inline', asciiOnly: true });
    assert.match(document, /^[\x20-\x7e\n]*$/);
    assert.match(
      document,
      /<form name="payment_post" id="payment_post" method="post" action="https:\/\/acs\.example\/a\?b=1&amp;c=2">/,
    );
    assert.deepEqual(
      [...document.matchAll(/name="(PaReq|MD)"/g)].map((match) => match[1]),
      ['PaReq', 'MD'],
    );
    assert.match(document, /<button>Weiter &#8211; zur Bank<\/button>/);
    assert.ok(document.includes(`document.forms["payment_post"].submit()`));
    assert.ok(!document.includes(hostile));
    assert.equal(headers['x-frame-options'], undefined);
  });

  it('of our own runs its script by nonce and may post to https', () => {
    const { document, headers } = autoPostForm({ ...form, script: { nonce: 'bm9uY2U=' } });
    assert.match(document, /<script nonce="bm9uY2U=">window\.onload/);
    assert.match(headers['content-security-policy'] ?? '', /form-action https:;/);
  });

  it('is never posted to anything but http or https', () => {
    for (const action of ['javascript:alert(1)', 'data:text/html,x', '/relative']) {
      assert.throws(() => autoPostForm({ ...form, action, script: 'inline' }), TypeError);
    }
  });
});

describe('forms', () => {
  const read: [body: string, fields: FormFields][] = [
    ['', {}],
    ['a=1&b=two+words&c=%C3%A9', { a: '1', b: 'two words', c: 'é' }],
    ['a&b==&&', { a: '', b: '=' }],
    ['a=é', { a: 'é' }],
  ];
  for (const [body, fields] of read) {
    it(`${body || 'an empty form'} is read`, () =>
      assert.deepEqual(parseFormBody(Buffer.from(body)), fields));
  }

  for (const body of [
    'a=1&a=2',
    'a=1&%61=2',
    '__proto__=1',
    'a=%',
    'a=%zz',
    'a=%ff',
    'a=%00',
    'a=1&'.repeat(65),
  ]) {
    it(`${body.slice(0, 20)} is refused`, () =>
      assert.throws(() => parseFormBody(Buffer.from(body)), { name: 'MalformedFormError' }));
  }

  it('are read only in the scope of pages, whose errors are pages that show nothing of an exception', async () => {
    const server = createHttpServer({ log: pino({ level: 'silent' }), clock: systemClock });
    registerPages(server, (scope) => {
      scope.post('/page', async (request, reply) => {
        const { name } = request.body as FormFields;
        if (name === 'break') throw new Error('inner detail');
        return sendPage(
          reply,
          page({ title: 'Hi', lang: 'en', body: html`<p>${name}</p>`, nonce: newNonce(systemRandom) }),
        );
      });
    });
    server.post('/api', async () => ({}));
    const post = (url: string, payload: string) =>
      server.inject({
        method: 'POST',
        url,
        payload,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const good = await post('/page', 'name=%3Cb%3E');
    assert.match(good.body, /<p>&lt;b&gt;<\/p>/);
    assert.match(String(good.headers['content-type']), /^text\/html/);
    const broken = await post('/page', 'name=break');
    assert.deepEqual(
      [broken.statusCode, /<h1>/.test(broken.body), /inner detail|Error:/.test(broken.body)],
      [500, true, false],
    );
    assert.match(String(broken.headers['content-security-policy']), /default-src 'none'/);
    assert.equal((await post('/page', 'a=%ff')).statusCode, 400);
    assert.equal((await post('/page', `a=${'x'.repeat(40_000)}`)).statusCode, 413);
    assert.equal((await post('/api', 'a=1')).statusCode, 415);
    await server.close();
  });
});
