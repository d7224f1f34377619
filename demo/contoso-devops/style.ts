/** The look of Contoso DevOps: cobalt and steel, square corners, a hairline grid, and monospace for what a program reads. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #f5f7fa; --panel: #ffffff; --ink: #0e1b2e; --soft: #4a5a70; --line: #d5dde7; --edge: #8493a8;
  --blue: #0b4fd6; --deep: #0a2148; --on-deep: #eaf1ff; --deep-soft: #b3c6e8; --deep-line: #2b4678; --lime: #b7e34a;
  --green: #0a6b42; --amber: #7a4b00; --code: #eef2f8;
  --sans: "Segoe UI Variable Display", "Segoe UI", Inter, "Helvetica Neue", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --mono: "Cascadia Code", "SF Mono", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0a111d; --panel: #111b2b; --ink: #e6edf8; --soft: #a3b3ca; --line: #24334a; --edge: #6d7f99;
    --blue: #84b1ff; --deep: #0d1d3d; --green: #6fdca6; --amber: #f0c174; --code: #16233a;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--ink); font: 1rem/1.55 var(--sans); overflow-wrap: break-word; }
h1, h2, h3, p, ul, dl, dd, dt, figure, pre { margin: 0; padding: 0; font-weight: inherit; }
ul { list-style: none; }
h1 { font-size: clamp(2rem, 1.3rem + 3.2vw, 3.4rem); line-height: 1.08; letter-spacing: -0.03em; font-weight: 650; text-wrap: balance; }
h2 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; }
h3 { font-size: 1.08rem; font-weight: 650; }
b { font-weight: 650; }
a { color: var(--blue); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code, pre { font-family: var(--mono); font-size: 0.88em; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999px; top: 0; z-index: 1; background: var(--panel); padding: 0.7rem 1rem; }
.skip:focus { left: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.bar { background: var(--deep); color: var(--on-deep); display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
  gap: 0 1.5rem; padding: 0.5rem max(1.25rem, calc((100% - 69.5rem) / 2)); }
.bar a { color: inherit; text-decoration: none; min-height: 44px; display: inline-flex; align-items: center; }
.bar a:focus-visible, .hero :focus-visible { outline-color: var(--lime); }
.brand { gap: 0.7rem; font-size: 1.12rem; letter-spacing: -0.01em; }
.bar nav { display: flex; gap: 1.4rem; font-size: 0.95rem; }
.bar nav a:hover { text-decoration: underline; }
.logo path { fill: none; stroke-width: 3.5; }
.logo-ring { stroke: var(--on-deep); }
.logo-core { stroke: var(--lime); }
.logo-dot { fill: var(--lime); }
main { flex: 1; width: 100%; }

.hero { background: var(--deep); color: var(--on-deep); padding: clamp(1.5rem, 5vw, 4.5rem) max(1.25rem, calc((100% - 69.5rem) / 2)) clamp(3.5rem, 8vw, 7rem);
  display: grid; gap: 2rem; align-items: center;
  background-image: linear-gradient(90deg, var(--deep) 45%, transparent 75%), linear-gradient(var(--deep-line) 1px, transparent 1px), linear-gradient(90deg, var(--deep-line) 1px, transparent 1px);
  background-size: 100% 100%, 40px 40px, 40px 40px; background-position: center -1px; }
.hero.lone { min-height: 60vh; }
.hero > div { max-width: 34rem; }
.hero .lead { margin-top: 1.1rem; font-size: 1.12rem; color: var(--deep-soft); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; margin-top: 1.75rem; }
.actions a { color: var(--on-deep); min-height: 44px; display: inline-flex; align-items: center; }
.actions .button { background: var(--lime); color: #0a2148; font-weight: 650; padding: 0.6rem 1.4rem; text-decoration: none; min-height: 48px; }
.actions .button:hover { background: #fff; }
.pipeline { width: 100%; height: auto; display: none; }
.pipeline path, .pipeline rect { fill: none; }
.rail { stroke: #4a69a3; stroke-width: 10; stroke-linecap: round; }
.rail.faint { stroke: var(--deep-line); stroke-width: 2; }
.flow { stroke: var(--lime); stroke-width: 4; stroke-linecap: round; }
.pipeline .stop rect { fill: var(--deep); stroke: var(--on-deep); stroke-width: 2; }
.stop path { stroke: var(--on-deep); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.pipeline .quiet rect { stroke: #6d8bc4; } .quiet path { stroke: #8fa9da; }
.pipeline .end rect { fill: var(--lime); stroke: var(--lime); } .end path { stroke: #0a2148; stroke-width: 5; }
@media (max-width: 58rem) { .hero { background-image: none; } }
@media (min-width: 58rem) { .hero { grid-template-columns: 1.05fr 1fr; } .hero.lone { grid-template-columns: 1fr; } .pipeline { display: block; } }

.hubs { max-width: 72rem; margin: -2.5rem auto 0; padding: 0 1.25rem; display: grid; gap: 1px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
.hubs li { background: var(--panel); border: 1px solid var(--line); border-top: 4px solid var(--blue); padding: 1.25rem 1.4rem 1.4rem; }
.hubs h2 { font-size: 1.1rem; letter-spacing: 0; }
.hubs p { color: var(--soft); margin-top: 0.25rem; }
.part { max-width: 72rem; margin: 0 auto; padding: clamp(2.5rem, 6vw, 4.5rem) 1.25rem 0; display: grid; gap: 1.5rem; }
.part > * { min-width: 0; }
.part > header p { color: var(--soft); margin-top: 0.5rem; max-width: 46rem; }
.part p code, .tenants code, .scope code { background: var(--code); padding: 0.1rem 0.35rem; overflow-wrap: anywhere; }
.endpoints { background: var(--panel); border: 1px solid var(--line); }
.endpoints li { padding: 0.85rem 1.1rem; display: grid; gap: 0.2rem 1.5rem; }
.endpoints li + li { border-top: 1px solid var(--line); }
.call { overflow-wrap: anywhere; }
.path { background: none; padding: 0 !important; } .path i { font-style: normal; color: var(--blue); }
.method { font: 650 0.76rem/1 var(--mono); display: inline-block; padding: 0.3rem 0; width: 3.1rem; text-align: center; border: 1px solid currentColor; margin-right: 0.4rem; }
.method.get { color: var(--green); } .method.post { color: var(--amber); }
.scope { font-size: 0.94rem; color: var(--soft); }
.what { color: var(--soft); font-size: 0.94rem; }
@media (min-width: 58rem) {
  .endpoints li { grid-template-columns: minmax(0, 1fr) auto; align-items: baseline; }
  .what { grid-column: 1 / -1; padding-left: 3.75rem; } .what.tool { padding-left: 0; }
}
figcaption { font-size: 0.9rem; color: var(--soft); margin-bottom: 0.4rem; }
pre { background: var(--deep); color: var(--on-deep); padding: 1.1rem 1.25rem; line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { font-size: inherit; }
.answers { display: grid; gap: 1px; background: var(--line); border: 1px solid var(--line); }
.answers > div { background: var(--panel); padding: 0.8rem 1.1rem; display: grid; gap: 0.15rem 1.5rem; }
.answers dd { color: var(--soft); }
@media (min-width: 48rem) { .answers > div { grid-template-columns: 15rem 1fr; } }
.tenants { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.tenants li { background: var(--panel); border: 1px solid var(--line); padding: 1.25rem 1.4rem; }
.tenants p { color: var(--soft); margin-top: 0.7rem; }
.tenants code { display: inline-block; margin-top: 0.3rem; }
footer { margin-top: clamp(3rem, 7vw, 5rem); border-top: 1px solid var(--line); padding: 1.5rem max(1.25rem, calc((100% - 69.5rem) / 2)); color: var(--soft); font-size: 0.92rem; }
main:has(.lone) + footer { margin-top: 0; }
@media (forced-colors: active) { .button { border: 2px solid ButtonText; } }
`;

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="#0a2148"/><g fill="none" stroke-width="3.500"><path d="M24 10a10.500 10.500 0 1 0 0 12" stroke="#eaf1ff"/><path d="M19 13.500a4.500 4.500 0 1 0 0 5" stroke="#b7e34a"/></g><circle cx="25.500" cy="16" r="2.400" fill="#b7e34a"/></svg>`;
