/** The look of Buildboard: round tiles on lilac, aubergine ink, and signal colours that always have a word and a shape beside them. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --wall: #f3f0fb; --card: #ffffff; --ink: #20153a; --soft: #5d5277; --line: #dcd4ee; --edge: #8d81a8; --tint: #f8f6fd;
  --accent: #5a35d6; --on-accent: #ffffff; --coral: #ff6a4d; --board: #241747; --on-board: #f4efff; --board-line: #453670;
  --good: #0b6b46; --good-paper: #e2f5ea; --bad: #b3223a; --bad-paper: #fde7e8; --run: #1f55b5; --run-paper: #e3edfd; --off: #5d5277; --off-paper: #eeebf5;
  --sans: ui-rounded, "SF Pro Rounded", Nunito, Quicksand, "Varela Round", "Segoe UI", system-ui, "Noto Sans", "Liberation Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --wall: #130d24; --card: #1e1636; --ink: #f1ecff; --soft: #b5a9d4; --line: #382c5c; --edge: #8175a4; --tint: #251c42;
    --accent: #b9a3ff; --on-accent: #1c1236; --board: #2c2152; --board-line: #453670;
    --good: #74dfae; --good-paper: #12352b; --bad: #ff9ea6; --bad-paper: #451c2c; --run: #9fc2ff; --run-paper: #1a2d56; --off: #b5a9d4; --off-paper: #2c2348;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; background: var(--wall); color: var(--ink);
  font: 1rem/1.5 var(--sans); overflow-wrap: anywhere; }
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
ul { list-style: none; }
h1, h2, h3 { line-height: 1.15; font-weight: 750; letter-spacing: -0.015em; text-wrap: balance; }
h1 { font-size: clamp(1.8rem, 1.3rem + 2vw, 2.5rem); }
h2 { font-size: 1.3rem; }
h3 { font-size: 1rem; letter-spacing: 0; }
.tile-name { margin-top: 0.35rem; font-size: 1.08rem; font-weight: 750; line-height: 1.2; letter-spacing: -0.01em; }
a { color: var(--accent); text-underline-offset: 0.18em; }
a:hover { text-decoration-thickness: 2px; }
code { font-family: var(--mono); font-size: 0.88em; }
b { font-weight: 700; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
main:focus { outline: none; }
.soft { color: var(--soft); font-size: 0.94rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; top: 0; z-index: 1; background: var(--card); padding: 0.7rem 1rem; border-radius: 0 0 12px 0; }
.skip:focus { left: 0; }

.top, main, footer { width: 100%; max-width: 80rem; margin: 0 auto; padding-inline: clamp(1rem, 3vw, 2rem); }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; padding-block: 0.9rem; }
.brand { display: inline-flex; gap: 0.65rem; align-items: center; min-height: 44px; font-size: 1.25rem; font-weight: 800; letter-spacing: -0.02em;
  color: var(--ink); text-decoration: none; }
.logo-a, .logo-d { fill: var(--accent); } .logo-b { fill: var(--coral); } .logo-c { fill: var(--edge); }
.person { background: var(--card); border: 1px solid var(--line); border-radius: 999px; padding: 0.3rem 0.95rem; font-size: 0.94rem; font-weight: 650; }
main { flex: 1; padding-block: 0.5rem 3rem; }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.25rem 1.5rem; color: var(--soft); font-size: 0.92rem; padding-block: 1rem 1.5rem; }
footer nav { display: flex; gap: 1.25rem; }
footer a { min-height: 44px; display: inline-flex; align-items: center; color: inherit; }

button, .button { display: inline-flex; align-items: center; justify-content: center; min-height: 48px; padding: 0.55rem 1.5rem; border-radius: 999px;
  border: 2px solid var(--accent); background: var(--accent); color: var(--on-accent); font: 700 1rem/1.2 var(--sans); text-decoration: none; text-align: center; cursor: pointer; }
button:hover, .button:hover { background: var(--ink); border-color: var(--ink); color: var(--card); }
.quiet { background: transparent; color: var(--ink); border-color: var(--edge); }
.end { background: transparent; color: var(--bad); border-color: var(--bad); }
.small { min-height: 40px; padding: 0.35rem 1rem; font-size: 0.92rem; }
.acts { display: flex; flex-wrap: wrap; gap: 0.75rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 22px; padding: clamp(1.15rem, 3vw, 1.75rem); }
.card > * + * { margin-top: 0.85rem; }
.notice { border-radius: 16px; padding: 0.8rem 1.15rem; margin-bottom: 1.25rem; font-weight: 600; background: var(--off-paper); }
.notice.good { background: var(--good-paper); color: var(--good); } .notice.bad { background: var(--bad-paper); color: var(--bad); }

.hero { display: grid; gap: 2rem; align-items: center; padding-block: clamp(1rem, 4vw, 3.5rem); }
.hero h1 { font-size: clamp(2.3rem, 1.4rem + 4vw, 4rem); letter-spacing: -0.035em; line-height: 1.02; }
.pitch > * + * { margin-top: 1.25rem; }
.pitch button, .pitch .button { min-height: 56px; padding-inline: 2rem; font-size: 1.1rem; }
.lead { font-size: 1.13rem; }
.hero figure { background: var(--board); color: var(--on-board); border-radius: 28px; padding: clamp(0.9rem, 2.5vw, 1.5rem); border: 1px solid var(--board-line); }
.hero figcaption { margin-top: 0.9rem; font-size: 0.92rem; text-align: center; }
.promises { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); }
.promises li { border-top: 5px solid var(--accent); background: var(--card); border-radius: 6px 6px 22px 22px; padding: 1.15rem 1.35rem 1.35rem; }
.promises li:nth-child(2) { border-color: var(--coral); } .promises li:nth-child(3) { border-color: var(--edge); }
.promises h2 { font-size: 1.12rem; } .promises p { margin-top: 0.4rem; color: var(--soft); }

.board { display: grid; gap: 1.25rem; align-items: start; }
.board > * { min-width: 0; }
.halls { display: grid; gap: 1.25rem; min-width: 0; }
.halls > * { min-width: 0; }
.board-head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.25rem; }
.board-head .button { margin-inline-start: auto; min-height: 44px; }
.hall { background: var(--card); border: 1px solid var(--line); border-radius: 26px; overflow: hidden; padding-bottom: 1.25rem; }
.hall > header { background: var(--board); color: var(--on-board); display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.9rem; padding: 0.85rem clamp(1rem, 2.5vw, 1.5rem); }
.hall > header code { opacity: 0.85; }
.hall .part { padding: 1.1rem clamp(1rem, 2.5vw, 1.5rem) 0; min-width: 0; }
.hall .part > h3 { color: var(--soft); font-size: 0.94rem; margin-bottom: 0.6rem; }
.tiles { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12.5rem), 1fr)); }
.tile { border-radius: 18px; padding: 0.85rem 1rem; color: var(--ink); display: flex; flex-direction: column; gap: 0.2rem; border: 2px solid transparent; }
.tile.succeeded { background: var(--good-paper); } .tile.failed { background: var(--bad-paper); border-color: var(--bad); }
.tile.running { background: var(--run-paper); } .tile.canceled { background: var(--off-paper); }
.tile-head { display: flex; justify-content: space-between; align-items: center; gap: 0.5rem; font-size: 0.92rem; }
.tile-step { font-size: 0.92rem; font-weight: 600; color: var(--bad); }
.tile-foot { margin-top: auto; padding-top: 0.3rem; font-size: 0.88rem; color: var(--soft); }
.number { font-variant-numeric: tabular-nums; color: var(--soft); }
.status { display: inline-flex; align-items: center; gap: 0.35rem; font-weight: 700; white-space: nowrap; }
.status svg { flex: none; } .status path { fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.status.succeeded { color: var(--good); } .status.failed { color: var(--bad); } .status.running { color: var(--run); } .status.canceled { color: var(--off); }
@media (prefers-reduced-motion: no-preference) { .status.running svg { animation: turn 3s linear infinite; } @keyframes turn { to { rotate: 1turn; } } }
summary { cursor: pointer; min-height: 44px; display: inline-flex; align-items: center; color: var(--accent); font-weight: 650; font-size: 0.94rem; }
summary::before { content: "+"; width: 1.1rem; font-weight: 800; } [open] > summary::before { content: "–"; }
.lines > li { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline; padding: 0.5rem 0; border-top: 1px solid var(--line); font-size: 0.94rem; }
.lines .status { width: 6.5rem; align-self: center; } .line-what { flex: 1 1 14rem; }
.pair { display: grid; gap: 0.5rem; }
.items > li { padding: 0.65rem 0; border-top: 1px solid var(--line); }
.items > li:first-child { border-top: 0; padding-top: 0; }
.item { display: flex; flex-wrap: wrap; gap: 0.4rem 0.9rem; align-items: center; justify-content: space-between; }
.item > div { flex: 1 1 13rem; }
.items .soft { margin-top: 0.15rem; }
.kind { display: inline-block; font-size: 0.8rem; font-weight: 700; padding: 0 0.55rem; border-radius: 999px; background: var(--off-paper); color: var(--off); margin-inline-end: 0.25rem; }
.kind.bug { background: var(--bad-paper); color: var(--bad); } .kind.feature { background: var(--run-paper); color: var(--run); }
.state { font-weight: 700; font-size: 0.92rem; }
.move { display: flex; gap: 0.4rem; }
.move .small { padding-inline: 0.8rem; }
select, input { min-height: 40px; font: inherit; font-size: 0.94rem; color: inherit; background: var(--tint); border: 1px solid var(--edge); border-radius: 12px; padding: 0.25rem 0.7rem; min-width: 0; }
.add { display: grid; grid-template-columns: 1fr auto; gap: 0.3rem 0.5rem; margin-top: 0.5rem; border-top: 1px solid var(--line); padding-top: 0.75rem; }
.add label { grid-column: 1 / -1; font-size: 0.92rem; font-weight: 650; }
.empty { border: 2px dashed var(--line); border-radius: 16px; padding: 0.9rem 1.1rem; color: var(--soft); }
.empty form { margin-top: 0.6rem; } .empty b { color: var(--ink); }
.connection form, .connection button { width: 100%; }
.missing { padding-inline: 0.25rem; }
.connection dl { display: grid; gap: 0.6rem; }
.connection dt { font-size: 0.88rem; color: var(--soft); }
.connection dd .soft { display: block; }
.allowed li { display: flex; justify-content: space-between; gap: 1rem; padding: 0.35rem 0; border-top: 1px solid var(--line); }
.allowed b { white-space: nowrap; }
.allowed .given b { color: var(--good); } .allowed .withheld { color: var(--soft); }
.message { max-width: 42rem; margin: clamp(1rem, 6vh, 4rem) auto 0; padding: clamp(1.5rem, 5vw, 2.75rem); border-top: 6px solid var(--coral); }
.message .acts { margin-top: 1.5rem; }
.prose { max-width: 42rem; margin: 0 auto; }
.prose h2 { font-size: 1.1rem; margin-top: 1.5rem; } .prose h2 + p { margin-top: 0.35rem; }
@media (min-width: 60rem) {
  .hero { grid-template-columns: 1fr 1.1fr; gap: 3.5rem; }
  .hero .tiles { grid-template-columns: 1fr 1fr; }
  .pair { grid-template-columns: 1.45fr 1fr; gap: 1.25rem; }
}
@media (min-width: 68rem) { .board { grid-template-columns: minmax(0, 1fr) 19rem; } .connection { position: sticky; top: 1rem; } }
@media (forced-colors: active) { .tile, .notice { border: 1px solid CanvasText; } }
`;

export const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="10" fill="#241747"/><g transform="translate(6 6) scale(.875)"><rect x="2" y="2" width="13" height="13" rx="4" fill="#b9a3ff"/><rect x="17" y="2" width="13" height="13" rx="6.500" fill="#ff6a4d"/><rect x="2" y="17" width="13" height="13" rx="4" fill="#6d5f96"/><rect x="17" y="17" width="13" height="13" rx="4" fill="#b9a3ff"/></g></svg>`;
