/**
 * The look of every page that a cardholder sees. Phone first, system fonts, both colour schemes, nothing fetched. The
 * words of it: `sheet` holds the page, `summary` says who takes how much, `field` is a label with its input and hint,
 * `row` puts fields side by side, `actions` holds buttons (`quiet` for the lesser one), `notice` is a message
 * (`problem`, `success`), `ribbon` says that this is a test, `fine` is small print.
 */
export const pageStyle = `
:root{color-scheme:light dark;--ground:#f3f5f8;--sheet:#fff;--ink:#16202e;--soft:#556274;--line:#c3ccd8;--field:#7d8a9e;--edge:#dfe5ec;
--accent:#1d4ed8;--press:#1a3fae;--on-accent:#fff;--bad:#b3261e;--bad-ground:#fdf0ef;--good:#17693a;--good-ground:#eef8f1;
--test:#7a4a00;--test-ground:#fff5df}
@media (prefers-color-scheme:dark){:root{--ground:#0e1319;--sheet:#171e27;--ink:#e9eef5;--soft:#a5b1c2;--line:#48566a;
--field:#718096;--edge:#2a3442;--accent:#9cbcff;--press:#bfd3ff;--on-accent:#0c1730;--bad:#ffb4ab;--bad-ground:#3a1d1c;--good:#8fdcae;
--good-ground:#16301f;--test:#ffd894;--test-ground:#33270f}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--ground);
color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
padding:max(1rem,env(safe-area-inset-top)) max(1rem,env(safe-area-inset-right)) max(1rem,env(safe-area-inset-bottom)) max(1rem,env(safe-area-inset-left))}
main{width:100%;max-width:27rem;margin:auto}
.sheet{background:var(--sheet);border:1px solid var(--edge);border-radius:14px;padding:1.5rem;
box-shadow:0 1px 2px rgb(16 24 40/.05),0 8px 24px rgb(16 24 40/.06)}
h1{margin:0 0 .5rem;font-size:1.25rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 1rem;text-wrap:pretty}
:lang(ja){line-break:strict;word-break:auto-phrase}
a{color:var(--accent)}
.summary{margin:0 0 1.25rem;padding:0 0 1.25rem;border-bottom:1px solid var(--edge)}
.summary .payee{margin:0;color:var(--soft);overflow-wrap:anywhere}
.summary .amount{margin:0;overflow-wrap:anywhere;font-size:1.875rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
dl{margin:0 0 1.25rem;display:grid;grid-template-columns:auto 1fr;gap:.375rem 1rem}
dt{color:var(--soft)}
dd{margin:0;text-align:end;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
form{margin:0}
.field{margin:0 0 1rem;min-width:0}
.row{display:flex;gap:.75rem}
.row .field{flex:1 1 0}
label{display:block;margin:0 0 .25rem;font-size:.9375rem;font-weight:550}
input:not([type=hidden]):not([type=checkbox]):not([type=radio]),select{display:block;width:100%;min-height:48px;padding:.625rem .75rem;
font:inherit;font-size:1.0625rem;color:inherit;background:var(--sheet);border:1px solid var(--field);border-radius:9px;
font-variant-numeric:tabular-nums}
::placeholder{color:var(--soft);opacity:1}
main input.code:not([type=hidden]):not([type=checkbox]):not([type=radio]){font-size:1.5rem;letter-spacing:.35em;text-align:center}
input[type=checkbox],input[type=radio]{width:1.375rem;height:1.375rem;margin:0;accent-color:var(--accent);flex:none}
label.choice{display:flex;align-items:center;gap:.75rem;min-height:44px;font-weight:400;margin:0 0 1rem}
input[aria-invalid=true]{border-color:var(--bad);box-shadow:inset 0 0 0 1px var(--bad)}
.hint,.fine{color:var(--soft);font-size:.875rem}
.hint{margin:.25rem 0 0}
.hint.problem{color:var(--bad)}
.fine{margin:1.25rem 0 0;text-align:center;text-wrap:balance}
.actions{display:flex;flex-direction:column;gap:.75rem;margin:1.5rem 0 0}
button,.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:48px;padding:.625rem 1.25rem;
font:inherit;font-size:1.0625rem;font-weight:600;text-decoration:none;color:var(--on-accent);background:var(--accent);
border:1px solid transparent;border-radius:9px;cursor:pointer;touch-action:manipulation}
button:hover,.button:hover{background:var(--press)}
button.quiet,.button.quiet{color:var(--ink);background:transparent;border-color:var(--field)}
button.quiet:hover,.button.quiet:hover{background:var(--ground)}
button[disabled]{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.notice{margin:0 0 1rem;padding:.75rem 1rem;border-radius:9px;background:var(--ground);border-inline-start:4px solid var(--line)}
.notice.problem{color:var(--bad);background:var(--bad-ground);border-color:currentColor}
.notice.success{color:var(--good);background:var(--good-ground);border-color:currentColor}
.ribbon{margin:0 0 1rem;padding:.5rem .75rem;border-radius:9px;text-align:center;text-wrap:balance;font-size:.875rem;font-weight:550;
color:var(--test);background:var(--test-ground)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:22rem){.row{flex-direction:column;gap:0}.sheet{padding:1.25rem}}
@media (min-width:40rem){.sheet{padding:2rem}}
@media (forced-colors:active){button,.button,.sheet,.notice{border:1px solid}}
@media print{body{background:none}.actions,.ribbon{display:none}}
`;
