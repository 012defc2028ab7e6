/** The look of the sandbox issuer's pages: a bank's own, so that nobody takes them for the merchant's or the gateway's. */
export const issuerStyle = `
:root{color-scheme:light dark;--ground:#eef3f3;--sheet:#fff;--ink:#10262b;--soft:#51686d;--line:#b9c8ca;--field:#71898d;--edge:#dbe5e6;
--accent:#0b5563;--press:#083f4a;--on-accent:#fff;--bad:#a9271d;--bad-ground:#fcf0ee;--test:#6a4a00;--test-ground:#fff6df;
--test-line:#cfa640;--test-edge:#eedba8}
@media (prefers-color-scheme:dark){:root{--ground:#0b1416;--sheet:#142125;--ink:#e6f0f1;--soft:#a0b5b9;--line:#48606a;
--field:#6b8790;--edge:#24363b;--accent:#86d3de;--press:#b3e6ed;--on-accent:#04272d;--bad:#ffb4aa;--bad-ground:#3a1b18;--test:#ffdd96;
--test-ground:#2c2412;--test-line:#8a7030;--test-edge:#4a3d1e}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
.page{max-width:26rem;margin:0 auto;padding:1rem 1rem 2rem}
.sheet{background:var(--sheet);border:1px solid var(--edge);border-radius:16px;overflow:hidden;
box-shadow:0 1px 2px rgb(8 30 36/.05),0 10px 30px rgb(8 30 36/.07)}
.bank{display:flex;align-items:center;gap:.625rem;padding:.875rem 1.25rem;border-bottom:1px solid var(--edge)}
.bank svg{flex:none;width:2rem;height:2rem;color:var(--accent)}
.bank .name{font-weight:680;letter-spacing:-.01em;line-height:1.2}
.bank .of{display:block;font-size:.75rem;font-weight:400;letter-spacing:0;color:var(--soft)}
.bank .network{margin-inline-start:auto;padding:.125rem .5rem;border:1px solid var(--line);border-radius:6px;font-size:.75rem;
font-weight:600;color:var(--soft);white-space:nowrap}
.content{padding:1.25rem}
h1{margin:0 0 .25rem;font-size:1.25rem;line-height:1.3;font-weight:680;letter-spacing:-.01em}
p{margin:0 0 1rem}
.soft{color:var(--soft)}
dl{margin:1rem 0 1.25rem;padding:.25rem 1rem;border-radius:12px;background:var(--ground)}
dl div{display:flex;justify-content:space-between;gap:1.5rem;padding:.5rem 0}
dl div+div{border-top:1px solid var(--edge)}
dt{color:var(--soft);flex:none}
dd{margin:0;text-align:end;font-variant-numeric:tabular-nums}
dd.amount{font-weight:680}
label{display:block;margin:0 0 .375rem;font-weight:600}
.hint{margin:.375rem 0 0;font-size:.875rem;color:var(--soft)}
input.code{display:block;width:100%;height:3.5rem;padding:0 .75rem;font:600 1.625rem/1 ui-monospace,"SF Mono",Menlo,Consolas,monospace;
letter-spacing:.3em;text-indent:.3em;text-align:center;color:inherit;background:var(--sheet);border:1.5px solid var(--field);border-radius:10px}
input.code[aria-invalid=true]{border-color:var(--bad)}
.problem{display:flex;gap:.5rem;margin:.5rem 0 0;padding:.5rem .75rem;border-radius:8px;font-size:.9375rem;font-weight:550;
color:var(--bad);background:var(--bad-ground)}
.actions{display:grid;gap:.625rem;margin:1.25rem 0 0}
button{width:100%;min-height:3rem;padding:.5rem 1rem;font:inherit;font-weight:620;color:var(--on-accent);background:var(--accent);
border:1.5px solid transparent;border-radius:10px;cursor:pointer;touch-action:manipulation}
button:hover{background:var(--press)}
button.quiet{color:var(--accent);background:none}
button.quiet:hover{background:var(--ground)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.sandbox{margin:1rem 0 0;padding:1rem 1.25rem 1.25rem;border:1.5px dashed var(--test-line);border-radius:16px;
color:var(--test);background:var(--test-ground)}
.sandbox h2{margin:0 0 .25rem;font-size:1rem;font-weight:680}
.sandbox p{margin:0 0 .75rem;font-size:.875rem}
.sandbox table{width:100%;table-layout:fixed;margin:0 0 1rem;border-collapse:collapse;font-size:.875rem}
.sandbox th,.sandbox td{padding:.3125rem 0;text-align:start;vertical-align:top;font-weight:400;border-top:1px solid var(--test-edge)}
.sandbox thead th{font-weight:650;border-top:0}
.sandbox th:first-child{width:5.5rem;font-variant-numeric:tabular-nums}
.sandbox code{font:600 .9375rem/1.4 ui-monospace,"SF Mono",Menlo,Consolas,monospace}
.sandbox .actions{grid-template-columns:1fr 1fr;margin:0}
.sandbox button{min-height:2.75rem;padding:.375rem .5rem;font-size:.875rem;line-height:1.25;color:var(--test);background:none;
border-color:var(--test-line)}
.sandbox button:hover{background:var(--test-line);color:var(--ink)}
.fine{margin:1rem 0 0;text-align:center;font-size:.8125rem;color:var(--soft)}
.done{padding:2.5rem 1.25rem;text-align:center}
.done p{margin:0 0 1.25rem;color:var(--soft)}
@media (min-width:60rem) and (min-height:34rem){
.page.wide{max-width:54rem;padding-top:clamp(1rem,9vh,6rem);display:grid;grid-template-columns:26rem minmax(0,1fr);gap:1.5rem;align-items:start}
.page.wide .sandbox{margin:0}
.page.wide .fine{grid-column:1/-1}}
@media (max-width:22rem){.page{padding:.5rem}.content{padding:1rem}.sandbox .actions{grid-template-columns:1fr}}
@media (prefers-reduced-motion:no-preference){button{transition:background-color .12s}}
`;
