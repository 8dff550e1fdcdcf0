/** The report's style sheet: a reading column, a table of contents, light and dark, printable. */
export const STYLE = `
:root { --ink: #1d2126; --soft: #5b6570; --paper: #fff; --line: #dde1e6; --tint: #f4f6f8; --accent: #0b6cb3; --warn: #9a5b00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --soft: #a2abb5; --paper: #15181c; --line: #343a42; --tint: #1d2228; --accent: #63b3ed; --warn: #f0b35a; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', sans-serif; color: var(--ink); background: var(--paper);
  display: grid; grid-template-columns: minmax(11rem, 15rem) minmax(0, 58rem); gap: 2.5rem; padding: 0 1.5rem; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding-top: 2.6rem; font-size: .9rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav li { margin: .35rem 0; }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--accent); }
main { padding: 2rem 0 4rem; min-width: 0; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .8rem; }
h2 { font-size: 1.2rem; margin: 2.8rem 0 .6rem; padding-top: .4rem; border-top: 1px solid var(--line); }
.answer { font-size: 1.15rem; }
.facts { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; }
.facts div { background: var(--tint); border-radius: .4rem; padding: .6rem 1rem; min-width: 9rem; }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.facts small { display: block; font-size: .78rem; color: var(--soft); }
figure { margin: 1.2rem 0; }
figcaption, summary { color: var(--soft); font-size: .92rem; margin: .3rem 0; }
summary { cursor: pointer; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: right; }
code { font: .9em/1.4 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; background: var(--tint); padding: .05em .25em; border-radius: .2em; }
pre { background: var(--tint); padding: .8rem 1rem; border-radius: .4rem; overflow-x: auto; }
pre code { padding: 0; background: none; }
.note { border-left: 4px solid var(--accent); background: var(--tint); padding: .6rem 1rem; }
.note.warning { border-color: var(--warn); }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }
a { color: var(--accent); }
@media (max-width: 60rem) { body { display: block; padding: 0 1rem; } nav { display: none; } }
@media print { nav { display: none; } body { display: block; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
`;
