import { type Html, html } from '../edge/html.ts';

/** The well-known credentials of a demonstration merchant, which are no secret. */
export interface DemoCredentials {
  readonly merchantName: string;
  readonly publishableKey: string;
  readonly accessToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly merchantNumber: string;
  readonly encryptionKey: string;
}

/** A test card to begin with. */
export interface FirstCard {
  readonly number: string;
  /** A sentence. */
  readonly does: string;
}

export interface StartPageFacts {
  /** Null where no demonstration merchant was made: everybody might reach it. */
  readonly demo: DemoCredentials | null;
  readonly cards: readonly FirstCard[];
}

/** What the page adds to the house style. */
export const startStyle = `
main{max-width:46rem;margin:0 auto}
header{margin:1rem 0 1.5rem}
header h1{margin:0 0 .25rem;font-size:1.875rem;letter-spacing:-.02em}
header p{margin:0;color:var(--soft)}
.sheet{margin:0 0 1rem}
.sheet h2{margin:0 0 .25rem;font-size:1.125rem;line-height:1.35}
.sheet h3{margin:1.25rem 0 .5rem;font-size:1rem}
.sheet>p:last-child,.sheet>ul:last-child,.sheet>dl:last-child{margin-bottom:0}
.sheet dd{text-align:start}
dl{grid-template-columns:minmax(7.5rem,auto) minmax(0,1fr)}
@media (max-width:30rem){dl{grid-template-columns:minmax(0,1fr);gap:0}.sheet dd{margin:0 0 .5rem}}
ul{margin:0;padding:0;list-style:none}
li{padding:.5rem 0;border-top:1px solid var(--edge)}
li:first-child{border-top:0}
li span{display:block;color:var(--soft);font-size:.9375rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9375em;overflow-wrap:anywhere}
.command{display:block;margin:.5rem 0 0;padding:.75rem 1rem;border:1px solid var(--edge);border-radius:9px;background:var(--ground)}
`;

/** What stands at `/` of a sandbox: what this is, and where to go from here. Addresses are relative, to hold under any path. */
export function startBody({ demo, cards }: StartPageFacts): Html {
  return html`<header>
<h1>Sallyport</h1>
<p>A gateway for card payments that you run yourself. It speaks the protocols of Zafapay and EximPe.</p>
</header>
<p class="ribbon">This is a sandbox: its bank and its card issuer are invented, and no money moves.</p>
${demo && credentials(demo)}
<section class="sheet" aria-labelledby="cards">
<h2 id="cards">Test cards</h2>
<p>Any expiry in the future, any security code. Real cards are refused here.</p>
<dl>${cards.map(({ number, does }) => html`<dt><code>${spaced(number)}</code></dt><dd>${does}</dd>`)}</dl>
</section>
<section class="sheet" aria-labelledby="next">
<h2 id="next">Where to go</h2>
<ul>
<li><a href="reference/">API reference</a><span>Every request, answer and webhook of both protocols, with samples to paste</span></li>
<li><a href="sandbox/cards">All test cards</a><span>Declines, 3-D Secure, and banks that misbehave, as JSON</span></li>
<li><a href="sandbox/acquirer/authorizations">The bank’s book</a><span>What the pretend bank believes, as JSON</span></li>
<li>The sample shop<span>Pays through both protocols in a browser, on http://127.0.0.1:3000. In the folder of this gateway, in a second terminal:</span>
<code class="command">npm run example</code></li>
</ul>
</section>`;
}

function credentials(demo: DemoCredentials): Html {
  return html`<section class="sheet" aria-labelledby="credentials">
<h2 id="credentials">Credentials of ${demo.merchantName}</h2>
<p>Made for this machine, and the same in every example.</p>
<h3>Zafapay</h3>
<dl>
<dt>Publishable key</dt><dd><code>${demo.publishableKey}</code></dd>
<dt>Access token</dt><dd><code>${demo.accessToken}</code></dd>
</dl>
<h3>EximPe</h3>
<dl>
<dt>Client id</dt><dd><code>${demo.clientId}</code></dd>
<dt>Client secret</dt><dd><code>${demo.clientSecret}</code></dd>
<dt>Merchant id</dt><dd><code>${demo.merchantNumber}</code></dd>
<dt>Encryption key</dt><dd><code>${demo.encryptionKey}</code></dd>
</dl>
</section>`;
}

/** As it stands on a card. */
function spaced(number: string): string {
  return number.replace(/(.{4})(?=.)/g, '$1 ');
}
