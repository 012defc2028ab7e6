/** What the reference adds to the house style: a column of contents beside the text, tables, and code. */
export const referenceStyle = `
body{padding-bottom:4rem}
main{max-width:74rem;margin:0 auto}
.layout{display:grid;grid-template-columns:minmax(0,1fr);gap:1.5rem}
header.top{margin:.5rem 0 1.5rem}
header.top h1{font-size:1.75rem}
nav ul{list-style:none;margin:0;padding:0}
nav li a{display:block;padding:.3125rem 0;text-decoration:none;overflow-wrap:anywhere}
nav li a:hover{text-decoration:underline}
nav h2{margin:1rem 0 .25rem;font-size:.8125rem;letter-spacing:.04em;text-transform:uppercase;color:var(--soft)}
nav summary{min-height:44px;padding:.625rem 0;font-weight:600;cursor:pointer}
.text>h2{margin:2.5rem 0 .5rem;font-size:1.375rem;line-height:1.3;letter-spacing:-.01em}
.text>h2:first-child{margin-top:0}
.operation{background:var(--sheet);border:1px solid var(--edge);border-radius:14px;padding:1.25rem;margin:1rem 0;scroll-margin-top:1rem}
.operation h3{margin:0 0 .25rem;font-size:1.125rem;line-height:1.35}
.operation h3 a{color:inherit;text-decoration:none}
.operation h3 a:hover{text-decoration:underline}
h4{margin:1.5rem 0 .5rem;font-size:1rem}
.media,.optional,.needs,.headers,.rule,figcaption{color:var(--soft);font-size:.875rem;font-weight:400}
.needs,.headers{margin:0 0 .5rem}
.address{margin:0 0 .75rem;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
.method{display:inline-block;padding:.0625rem .5rem;border-radius:6px;font-size:.8125rem;font-weight:650;letter-spacing:.02em;
color:var(--accent);border:1px solid currentColor}
.method.get{color:var(--good)}
.method.delete{color:var(--bad)}
pre{margin:0;padding:.875rem 1rem;overflow-x:auto;border-radius:9px;background:var(--ground);border:1px solid var(--edge);line-height:1.45}
figure{margin:.75rem 0}
figcaption{margin:0 0 .25rem}
table{width:100%;border-collapse:collapse;font-size:.9375rem;table-layout:fixed}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:.5rem .75rem .5rem 0;text-align:start;vertical-align:top;border-top:1px solid var(--edge);overflow-wrap:anywhere}
thead th{border-top:0;color:var(--soft);font-size:.8125rem;font-weight:550}
tbody th{font-weight:400}
th:first-child{width:34%}
th:nth-child(2){width:20%}
.depth-1{padding-inline-start:1.25rem}
.depth-2{padding-inline-start:2.5rem}
.depth-3{padding-inline-start:3.75rem}
.rule{display:block;overflow-wrap:anywhere}
.variant{margin:1rem 0 .25rem;font-weight:550}
details.answer{border-top:1px solid var(--edge)}
details.answer>summary,.operation>details>summary{min-height:44px;padding:.625rem 0;cursor:pointer}
.status{font-weight:650;font-variant-numeric:tabular-nums}
.good .status{color:var(--good)}
.bad .status{color:var(--bad)}
.card h2{margin:0 0 .5rem;font-size:1.25rem}
.cards .card{margin:0}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
@media (max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{display:block;padding:.5rem 0;border-top:1px solid var(--edge)}
tbody th,tbody td,tbody th:first-child,tbody td:nth-child(2){display:block;width:auto;padding:0;border:0}
tbody td:nth-child(2){color:var(--soft);font-size:.875rem}
.depth-1,.depth-1~td{padding-inline-start:1rem}
.depth-2,.depth-2~td{padding-inline-start:2rem}
.depth-3,.depth-3~td{padding-inline-start:3rem}
}
.wide{display:none}
@media (min-width:60rem){
.narrow{display:none}
.wide{display:block}
.layout{grid-template-columns:17rem minmax(0,1fr);gap:2.5rem}
.wide{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow-y:auto;font-size:.9375rem}
}
`;
