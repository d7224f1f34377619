import { createHash } from "node:crypto";
import type { Config } from "../config.ts";
import { grounds } from "../rules/brand.ts";
import type { Endpoint } from "./respond.ts";

const { light, dark } = grounds;

/** One sheet for every page. Colours have names for what they mean; dark ones are set once, at the end of the first block. */
const css = `
:root {
  color-scheme: light dark;
  --paper: ${light.paper}; --sheet: ${light.sheet}; --tint: ${light.tint}; --ink: #1a1e26; --soft: #565b66; --line: #d8d2c4; --edge: #8a8577;
  --accent: #0b5c50; --warn: #6a4700; --warn-paper: ${light.warn}; --danger: #96281b; --danger-paper: ${light.danger}; --ok-paper: ${light.ok};
  --serif: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, "Source Serif 4", "DejaVu Serif", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: ${dark.paper}; --sheet: ${dark.sheet}; --tint: ${dark.tint}; --ink: #ece9e1; --soft: #a9adb6; --line: #343a45; --edge: #7d838f;
    --accent: #74d3bf; --warn: #f1cd86; --warn-paper: ${dark.warn}; --danger: #ffa392; --danger-paper: ${dark.danger}; --ok-paper: ${dark.ok};
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-rows: auto 1fr auto;
  grid-template-columns: minmax(0, 1fr);
  background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans); overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, dd, ul, ol, fieldset, legend, figure { margin: 0; padding: 0; border: 0; min-width: 0; }
ul, ol { list-style: none; }
h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; letter-spacing: -0.01em; }
h1 { font-size: clamp(1.55rem, 1.2rem + 1.6vw, 2.05rem); }
h2 { font-size: 1.22rem; }
h3, legend { font-size: 1rem; font-weight: 650; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code { font: 0.9em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
main:focus, .notice:focus { outline: none; }
.skip { position: absolute; inset-inline-start: -999px; top: 0; background: var(--sheet); padding: 0.6rem 1rem; z-index: 1; }
.skip:focus { inset-inline-start: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.masthead {
  display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; align-items: center; justify-content: space-between;
  padding: 1rem clamp(1rem, 4vw, 2.5rem);
}
.brand { display: inline-flex; gap: 0.6rem; align-items: center; color: var(--ink); text-decoration: none; min-height: 44px;
  font: 600 1.15rem/1 var(--serif); }
.masthead nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; align-items: center; font-size: 0.94rem; }
.masthead nav a { display: inline-flex; align-items: center; min-height: 44px; color: var(--ink); text-decoration: none; }
.masthead nav a:is(:hover, [aria-current]) { text-decoration: underline; }
.masthead nav a[aria-current] { font-weight: 650; text-decoration-thickness: 2px; text-decoration-color: var(--accent); }
.brand-logo { display: block; height: 28px; width: auto; max-width: 8rem; object-fit: contain; }
.person { color: var(--soft); }
.mark path { fill: none; stroke-width: 2.6; stroke-linecap: round; stroke: var(--ink); }
.mark .mark-second { stroke: var(--accent); }
.mark .mark-line { stroke-width: 1.4; }
main { width: 100%; margin: 0 auto; padding: clamp(0.5rem, 3vw, 2.5rem) clamp(1rem, 4vw, 2.5rem) 3rem; }
main.narrow { max-width: 34rem; }
main.wide { max-width: 68rem; }
.colophon { padding: 1.25rem clamp(1rem, 4vw, 2.5rem) 1.75rem; color: var(--soft); font-size: 0.88rem; text-align: center; }
.colophon p { max-width: 44rem; margin: 0 auto; }
.colophon .foot { display: flex; flex-wrap: wrap; gap: 0 1.5rem; justify-content: center; margin-top: 0.35rem; }
.foot a { display: inline-flex; align-items: center; min-height: 44px; color: inherit; }
.colophon strong { color: var(--ink); font-weight: 600; }

/* A sheet of paper, with a band of crossing strokes such as a cheque has. */
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: clamp(1.25rem, 4vw, 2.25rem);
  position: relative; overflow: hidden; box-shadow: 0 1px 2px rgb(0 0 0 / 5%), 0 12px 32px -18px rgb(0 0 0 / 22%); }
.sheet::before { content: ""; position: absolute; inset: 0 0 auto; height: 7px; opacity: 0.8; background:
  repeating-linear-gradient(122deg, var(--accent) 0 1px, transparent 1px 5px),
  repeating-linear-gradient(58deg, var(--accent) 0 1px, transparent 1px 5px); border-bottom: 1px solid var(--line); }
.sheet > * + *, .stack > * + * { margin-top: 1rem; }
.sheet > h1 + p { margin-top: 0.6rem; }
.lead { font-size: 1.08rem; }
.note, .hint { color: var(--soft); font-size: 0.92rem; }
.notice { padding: 0.85rem 1rem; border-radius: 6px; border-inline-start: 4px solid var(--edge); background: var(--tint); }
.notice > * + * { margin-top: 0.35rem; }
.notice + .notice { margin-top: 0.6rem; }
.notice.ok { border-color: var(--accent); background: var(--ok-paper); }
.notice.warn { border-color: var(--warn); background: var(--warn-paper); }
.notice.bad { border-color: var(--danger); background: var(--danger-paper); }

.field { display: grid; gap: 0.35rem; }
.field label { font-weight: 600; }
input[type="email"], input[type="password"], input[type="text"], textarea, select { width: 100%; min-height: 48px; padding: 0.5rem 0.8rem;
  font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--edge); border-radius: 6px; }
[aria-invalid="true"] { border-color: var(--danger) !important; border-width: 2px !important; }
input[type="checkbox"], input[type="radio"] { width: 1.25rem; height: 1.25rem; margin: 0.15rem 0 0; accent-color: var(--accent); flex: none; }
button, .button { display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem; min-height: 48px;
  padding: 0.5rem 1.4rem; font: 600 1rem/1.2 var(--sans); text-decoration: none; text-align: center; cursor: pointer;
  color: var(--sheet); background: var(--ink); border: 2px solid var(--ink); border-radius: 6px; }
button:hover, .button:hover { background: var(--accent); border-color: var(--accent); }
button.quiet, .button.quiet { color: var(--ink); background: transparent; border-color: var(--edge); }
button.quiet:hover, .button.quiet:hover { border-color: var(--ink); background: var(--tint); }
button.end, .button.end { color: var(--danger); background: transparent; border-color: var(--danger); }
button.end:hover, .button.end:hover { color: var(--sheet); background: var(--danger); border-color: var(--danger); }
button.small, .button.small { min-height: 44px; padding: 0.4rem 1rem; font-size: 0.94rem; }
button.full, .button.full { width: 100%; }
.row { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: center; }
.apart { justify-content: space-between; }

.facts { display: grid; gap: 0.7rem; font-size: 0.94rem; }
.facts dt { color: var(--soft); font-size: 0.86rem; }
.facts.across { display: flex; flex-wrap: wrap; gap: 0.5rem 2.25rem; }
.line { display: block; }
.links { columns: 8.5rem auto; }
/* Longer words than English ones would break in so narrow a column. */
:lang(de) .links, :lang(fr) .links, :lang(es) .links { columns: auto; }
.links a { display: inline-flex; align-items: center; min-height: 2rem; }
.service { display: flex; gap: 0.9rem; align-items: center; }
.accounts > li + li { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.ways { display: flex; flex-wrap: wrap; gap: 0 1.5rem; justify-content: space-between; }
.ways a { display: inline-flex; align-items: center; min-height: 44px; }
.service.account { padding: 0.85rem 1rem; border: 1px solid var(--line); border-radius: 8px; line-height: 1.4; }
.asker { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.25rem 1rem; align-items: start; }
.asker .tag { justify-self: start; }
.asker > .tag { grid-column: 2; }
.publisher { display: flex; flex-wrap: wrap; gap: 0.15rem 0.6rem; align-items: center; margin-top: 0.2rem; color: var(--soft); }
.monogram { flex: none; width: 3rem; height: 3rem; display: grid; place-items: center; border-radius: 8px; border: 1px solid var(--line);
  background: var(--tint); font: 600 1.35rem/1 var(--serif); }
.logo { flex: none; width: 3rem; height: 3rem; border-radius: 8px; border: 1px solid var(--line); background: #fff; object-fit: contain; }
.tag { display: inline-block; padding: 0.05rem 0.5rem; border-radius: 4px; border: 1px solid currentColor; font-size: 0.78rem;
  font-weight: 600; line-height: 1.5; white-space: nowrap; color: var(--soft); }
.tag.new, .tag.ok { color: var(--accent); }
.tag.warn { color: var(--warn); }
.tag.bad { color: var(--danger); }

.consent { display: grid; gap: 1.5rem; }
.consent > .sheet, .consent > aside { min-width: 0; }
.consent aside { display: grid; gap: 1.5rem; align-content: start; }
@media (min-width: 60rem) {
  .consent { grid-template-columns: minmax(0, 1fr) 19rem; gap: 2.25rem; }
  .consent aside { padding-top: 2.25rem; }
}
.consent aside section > * + * { margin-top: 0.75rem; }
.consent aside section + section { border-top: 1px solid var(--line); padding-top: 1.5rem; }
.permissions > * + * { margin-top: 1.25rem; }
.legend { font: 650 1rem/1.55 var(--sans); letter-spacing: 0; }
.choices { border-top: 1px solid var(--line); margin-top: 0.5rem; }
.choices > li { border-bottom: 1px solid var(--line); padding: 0.55rem 0; }
.permissions .choices > li:last-child { border-bottom: 0; padding-bottom: 0; }
.choice { display: flex; gap: 0.8rem; align-items: flex-start; }
label.choice { cursor: pointer; }
.choice > span:not(.bullet) { min-width: 0; flex: 1; }
.choice .detail > [dir]:only-child { display: block; }
.choice .title { font-weight: 600; display: flex; flex-wrap: wrap; gap: 0.15rem 0.6rem; align-items: center; margin-bottom: 0.15rem; }
.spread { display: flex; flex-wrap: wrap; gap: 0.15rem 0.6rem; align-items: center; justify-content: space-between; max-width: 22rem; }
.choice .detail { display: block; margin-top: 0.1rem; color: var(--soft); font-size: 0.94rem; line-height: 1.45; }
.bullet { flex: none; width: 1.25rem; text-align: center; color: var(--accent); font-weight: 700; }
.members { display: block; margin-top: 0.25rem; font-size: 0.9rem; overflow-wrap: anywhere; }
.member { display: block; }
.reach > .choice { padding: 0.45rem 0; }
.reach .choices { margin-inline-start: 2.05rem; }
/* With "all" there is nothing to tick: the list then only tells how each organization stands to the service. */
.reach:has([value="all"]:checked) .choices input { display: none; }
.choice.for-all { margin: 0.6rem 0 0.2rem; margin-inline-start: 2.05rem; }
.reach:has([value="all"]:checked) .choices .for-all input { display: revert; }
.before > fieldset { margin-top: 0.75rem; }
.ask { border-top: 1px solid var(--line); padding-top: 0.5rem; }
/* Full access stands out, and lies over what it includes: while it is ticked, there is nothing to tick below it. */
.everything { border-inline-start: 4px solid var(--danger); border-radius: 6px; background: var(--danger-paper); padding: 0.85rem 1rem; }
.everything > legend { float: inline-start; width: 100%; font: 600 1.15rem/1.3 var(--serif); }
.everything > * { clear: both; }
.everything .detail, .everything .note { color: inherit; }
.included { margin-top: 0.85rem; }
.everything:has(> .choices input:checked) .included input, .everything:not(:has(> .choices input:checked)) .in-full { display: none; }
/* The line that a person signs on. */
.decision { position: relative; border-top: 1px solid var(--ink); padding-top: 0.8rem; }
.permissions > .decision { margin-top: 3.1rem; }
.decision::before { content: "×"; position: absolute; inset-inline-start: 0; bottom: 100%; font: 1.5rem/1.25 var(--serif); color: var(--soft); }
.decision > .note { margin-top: 0.9rem; }
.decision .buttons { display: grid; gap: 0.75rem; margin-top: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); }
.signature { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline; justify-content: space-between; }

p.user-code, input.user-code { font: 600 1.5rem/1.3 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  letter-spacing: 0.12em; }
input.user-code { text-transform: uppercase; }
.user-code.shown { font-size: clamp(1.6rem, 1.2rem + 2.4vw, 2.3rem); }
.device { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; }
.device > * + * { margin-top: 0.85rem; }

.heading { margin-bottom: 1.75rem; }
.heading > * + * { margin-top: 0.4rem; }
.heading + .notice { margin-bottom: 1.75rem; }
.services > li + li { margin-top: 1.25rem; }
.listed { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: flex-start; }
.listed > * + * { margin-top: 0; }
.grows { flex: 1 1 14rem; min-width: 0; }
.marks { display: flex; flex-wrap: wrap; gap: 0.35rem; margin-top: 0.4rem; }
.search { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: flex-end; margin-bottom: 1.5rem; }
.search select { width: auto; max-width: 100%; }
.search .found { flex-basis: 100%; }
.rows > li { padding: 0.65rem 0; }
.rows > .row > p { flex: 1 1 14rem; min-width: 0; }
.rows > li + li { border-top: 1px solid var(--line); }
.columns { display: grid; gap: 1.25rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); font-size: 0.94rem; }
.columns h3 { font-size: 0.86rem; font-weight: 600; color: var(--soft); margin-bottom: 0.3rem; }
.columns li + li { margin-top: 0.3rem; }
.devices { font-size: 0.94rem; }
.devices h3 { font-size: 0.86rem; font-weight: 600; color: var(--soft); }
.devices li { padding: 0.5rem 0; }
.devices li + li { border-top: 1px solid var(--line); }
.devices li:last-child { padding-bottom: 0; }
.bullets li { padding-inline-start: 1.1rem; position: relative; }
.bullets li::before { content: "–"; position: absolute; inset-inline-start: 0; color: var(--soft); }
.todo { list-style: decimal; padding-inline-start: 1.4rem; }
.todo > li + li { margin-top: 0.9rem; }
.todo > li::marker { color: var(--soft); }
.todo .copy { margin-block: 0.5rem; }
.pages { margin-top: 1.25rem; }
.pages a { display: inline-flex; align-items: center; min-height: 44px; }
.after { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; justify-content: space-between; margin-top: 1.75rem; }
details > summary { cursor: pointer; min-height: 44px; display: flex; align-items: center; color: var(--accent); width: fit-content; }
details > summary::before { content: "+"; flex: none; width: 1.1rem; font-weight: 700; }
details[open] > summary::before { content: "–"; }
.end-row { display: flex; flex-wrap: wrap; gap: 0.6rem 1.25rem; align-items: center; border-top: 1px solid var(--line); padding-top: 1rem; }
.end-row .note { flex: 1 1 14rem; }
.hero { display: grid; gap: 2rem clamp(2rem, 6vw, 5rem); align-items: center; padding-block: clamp(0.5rem, 5vw, 3.5rem); }
.hero > div > * + * { margin-top: 1.1rem; }
.hero h1 { font-size: clamp(1.9rem, 1.2rem + 3vw, 2.9rem); line-height: 1.12; }
.hero .lead { max-width: 34rem; }
.slip { padding: 2rem 1.75rem 1.5rem; max-width: 24rem; }
.slip svg { display: block; width: 100%; height: auto; overflow: visible; }
.slip path { fill: none; stroke: var(--line); stroke-width: 6; stroke-linecap: round; }
.slip .line { stroke: var(--ink); stroke-width: 1.2; }
.slip .first, .slip .second { stroke: var(--ink); stroke-width: 2.4; stroke-linejoin: round; }
.slip .second { stroke: var(--accent); }
@media (min-width: 56rem) {
  .hero { grid-template-columns: minmax(0, 1fr) 21rem; }
  .slip { transform: rotate(1.6deg); }
}
.steps { display: grid; gap: 1.5rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); counter-reset: step;
  border-top: 1px solid var(--line); padding-top: 2rem; }
.steps li { counter-increment: step; }
.steps h2::before { content: counter(step) "  "; color: var(--accent); white-space: pre; }
.steps p { margin-top: 0.4rem; color: var(--soft); }
.developers { margin-top: 2.25rem; border-top: 1px solid var(--line); padding-top: 2rem; }
.developers p { margin-top: 0.4rem; max-width: 44rem; }
textarea { display: block; resize: vertical; font: 0.92rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
::placeholder { color: var(--soft); opacity: 1; }
.optional { color: var(--soft); font-weight: 400; }
.problems { color: var(--danger); font-size: 0.94rem; }
.problems > li + li { margin-top: 0.35rem; }
.trail { font-size: 0.94rem; }
.trail a { display: inline-flex; align-items: center; min-height: 44px; }
/* The pages of one thing, as tabs of a folder. */
.places { display: flex; flex-wrap: wrap; gap: 0 1.4rem; border-bottom: 1px solid var(--line); margin-bottom: 1.75rem; font-size: 0.94rem; }
.places a { display: inline-flex; align-items: center; min-height: 44px; color: var(--soft); text-decoration: none; margin-bottom: -1px;
  border-bottom: 3px solid transparent; }
.places a:hover { color: var(--ink); border-color: var(--line); }
.places a[aria-current] { color: var(--ink); font-weight: 650; border-color: var(--accent); }
.heading + .places { margin-top: -0.5rem; }
.service-form > * + *, .overview > div > * + *, .overview aside > * + *, .notices > * + * { margin-top: 1.5rem; }
.service-form fieldset > .hint { margin-top: 0.2rem; }
.notices { margin-bottom: 1.75rem; }
.overview { display: grid; gap: 2.25rem; }
.overview aside section > * + * { margin-top: 0.75rem; }
.overview aside section + section { border-top: 1px solid var(--line); padding-top: 1.5rem; }
@media (min-width: 60rem) { .overview { grid-template-columns: minmax(0, 1fr) 19rem; } }
.column { max-width: 46rem; }
.service-form, .service-form + .sheet { max-width: 56rem; }
.service-form + .sheet { margin-top: 2.25rem; }
.pair { display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); align-items: start; }
.choices.pair { row-gap: 0; align-items: stretch; border-top: 0; }
.choices.pair > li { border-bottom: 0; border-top: 1px solid var(--line); }
.service-form .sheet > * + *, .service-form .stack > * + * { margin-top: 1.25rem; }
.facts.figures > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dd { font: 600 1.5rem/1.2 var(--serif); }
.figures dt { max-width: 11rem; }
.errors > li { border-top: 1px solid var(--line); padding: 0.85rem 0; }
.errors > li > * + * { margin-top: 0.3rem; }
.errors code.tag { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code.scope { font-weight: 400; font-size: 0.82rem; color: var(--soft); }
/* To be taken along whole: one click selects all of it. */
.copy { padding: 0.7rem 0.9rem; border: 1px solid var(--line); border-radius: 6px; background: var(--tint); white-space: pre-wrap;
  overflow-wrap: anywhere; font-size: 0.94rem; line-height: 1.5; }
.copy code { user-select: all; }
.print-only { display: none; }
/* Letters that join, and scripts that need more room between their lines. */
:lang(ar) { --serif: "Iowan Old Style", Charter, "Source Serif 4", "DejaVu Serif", "Noto Naskh Arabic", "Geeza Pro", "Traditional Arabic", serif;
  --sans: system-ui, -apple-system, "Segoe UI", "Geeza Pro", "Noto Sans Arabic", "DejaVu Sans", Tahoma, sans-serif; }
:lang(ja) { --serif: "Iowan Old Style", Charter, "Source Serif 4", "DejaVu Serif", "Hiragino Mincho ProN", "Yu Mincho", "Noto Serif CJK JP", "Noto Serif JP", serif;
  --sans: system-ui, -apple-system, "Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", sans-serif; }
:is(body, body *):lang(ar), :is(body, body *):lang(ja) { letter-spacing: 0; }
body:lang(ar), body:lang(ja) { line-height: 1.75; font-family: var(--sans); }
body:lang(ja) { line-break: strict; }
:is(h1, h2):is(:lang(ar), :lang(ja)) { line-height: 1.4; }
.user-code, .user-code bdi { letter-spacing: 0.12em !important; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; transition: none !important; } }
input.code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; letter-spacing: 0.12em; }
.factor { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; }
.choices > .factor { padding-block: 1rem; }
.factor > div { flex: 1 1 18rem; }
.qr { display: block; max-width: 100%; height: auto; border-radius: 6px; border: 1px solid var(--line); }
.qr-paper { fill: #fff; }
.qr-ink { fill: #000; }
.recovery-codes { display: grid; gap: 0.4rem 2rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); max-width: 26rem;
  font-size: 1.15rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--tint); }
[hidden] { display: none !important; }
@media print { .unprinted, .places, .colophon { display: none; } }
@media (forced-colors: active) {
  .tag, button, .button, .notice { border-color: ButtonText; }
  .places a[aria-current] { border-color: Highlight; }
  .sheet::before { display: none; }
  .mark path, .slip path { stroke: CanvasText !important; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --sheet: #fff; --tint: #fff; --ink: #000; --soft: #333; --line: #999; --accent: #000; }
  body { display: block; }
  main.narrow, main.wide { max-width: none; padding: 0; }
  .sheet { border: 0; box-shadow: none; padding: 0; }
  .masthead nav, .skip, .places, .foot, .sheet::before, button, .button, .screen-only { display: none; }
  .print-only { display: revert; }
}
`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#fffdf9"/><g fill="none" stroke-width="2.8" stroke-linecap="round"><path d="M9 6 22 21" stroke="#1a1e26"/><path d="M23 6c-4 7-9 11-14 15" stroke="#0b5c50"/><path d="M5 26.500h22" stroke="#1a1e26" stroke-width="1.600"/></g></svg>`;

/** The sheet with the operator's colours. */
const sheetOf = ({ brand: { accent, accentDark } }: Config): string =>
  [
    css,
    ...(accent === null ? [] : [`@media (prefers-color-scheme: light) { :root { --accent: ${accent}; } }\n`]),
    ...(accentDark === null ? [] : [`@media (prefers-color-scheme: dark) { :root { --accent: ${accentDark}; } }\n`]),
  ].join("");

const paths = new WeakMap<Config, string>();

/** Its address changes with its content, so that a browser may keep it for good. */
export function styleSheetPath(config: Config): string {
  const path =
    paths.get(config) ?? `/style.css?v=${createHash("sha256").update(sheetOf(config)).digest("base64url").slice(0, 10)}`;
  paths.set(config, path);
  return path;
}

const keepForGood = { "Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff" };

/** GET /style.css */
export const styleSheet: Endpoint = async (_, { config }) =>
  new Response(sheetOf(config), { headers: { "Content-Type": "text/css; charset=utf-8", ...keepForGood } });

/** GET /icon.svg */
export const siteIcon: Endpoint = async () =>
  new Response(icon, {
    headers: {
      "Content-Type": "image/svg+xml",
      "Content-Security-Policy": "default-src 'none'",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "public, max-age=86400",
    },
  });
