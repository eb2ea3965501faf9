/** The style sheet of the demo's page, light and dark. */
export const PAGE_STYLE = `
  :root {
    color-scheme: light dark;
    --ground: light-dark(#f6f5f1, #161819);
    --card: light-dark(#ffffff, #1e2122);
    --ink: light-dark(#22231f, #e8e7e2);
    --quiet: light-dark(#5c5c54, #a9aaa3);
    --line: light-dark(#8f8c82, #767b7c);
    --accent: light-dark(#17634f, #74cfb0);
    --warn: light-dark(#7d5200, #ecbc5c);
    font: 16px/1.6 system-ui, sans-serif;
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: break-word; }
  header, main { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem; }
  header { padding-top: 1.5rem; }
  main { padding-bottom: 3rem; }
  h1 { margin: 0 0 0.5rem; font-size: 1.6rem; line-height: 1.25; }
  h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem; }
  a { color: var(--accent); }
  button { font: inherit; padding: 0.35rem 0.9rem; border: 1px solid var(--line); border-radius: 0.4rem; background: var(--card); color: var(--ink); cursor: pointer; }
  button:hover { border-color: var(--ink); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  code, pre { font: 0.875rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
  dl { display: grid; grid-template-columns: auto 1fr auto; gap: 0.5rem 1rem; align-items: center; margin: 0; }
  dt { font-weight: 600; }
  dd { margin: 0; min-width: 0; }
  dd code { display: block; overflow-x: auto; padding: 0.3rem 0.5rem; border-radius: 0.3rem; background: var(--card); white-space: nowrap; }
  .buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; padding: 0; border: 0; }
  .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; align-items: end; margin: 0 0 0.75rem; }
  form details { margin-top: 0.75rem; }
  label { display: block; font-weight: 600; }
  input, textarea { display: block; width: 100%; margin-top: 0.2rem; font: inherit; font-weight: 400; padding: 0.35rem 0.5rem; border: 1px solid var(--line); border-radius: 0.4rem; background: var(--card); color: var(--ink); }
  textarea { font: 0.875rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
  .hint { margin: 0.75rem 0 0; padding: 0.5rem 0.75rem; border-left: 3px solid var(--warn); background: var(--card); }
  .quiet { color: var(--quiet); }
  ol { margin: 0; padding: 0; list-style: none; }
  li { margin-top: 0.75rem; padding: 0.75rem 1rem; border-radius: 0.5rem; background: var(--card); }
  li p { margin: 0; }
  li pre { margin: 0.5rem 0 0; max-height: 16rem; overflow: auto; white-space: pre-wrap; overflow-wrap: break-word; }
  [hidden] { display: none; }
  @media (max-width: 40rem) { dl { grid-template-columns: 1fr auto; } dt { grid-column: 1 / -1; } }
`;
