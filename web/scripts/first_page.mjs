// What the page brings along before the application: the first question of a report, in each language, made of the
// components and messages of the application (src/first).

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

// What the modules of the application take from a browser when they are loaded.
function pretendBrowser() {
  const nothing = () => {};
  const kept = { 'avvik.appearance': JSON.stringify({ name: '-' }) };
  const values = {
    location: new URL('http://localhost/report'),
    window: globalThis,
    addEventListener: nothing,
    localStorage: { getItem: (name) => kept[name] ?? null, setItem: nothing },
    matchMedia: () => ({ matches: false, addEventListener: nothing }),
    document: { documentElement: { dataset: {} }, addEventListener: nothing, adoptedStyleSheets: [] },
    CSSStyleSheet: class { replaceSync() {} },
    BroadcastChannel: class { addEventListener() {} },
    navigator: { onLine: true, languages: [] },
  };
  for (const [name, value] of Object.entries(values)) Object.defineProperty(globalThis, name, { value, configurable: true });
}

// The templates, as HTML. `folder` is where they are built, below node_modules.
export async function firstQuestion(root, folder) {
  await build({
    root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn',
    build: { ssr: 'src/first/made_ahead.ts', outDir: folder, emptyOutDir: true },
  });
  pretendBrowser();
  const { templates } = await import(pathToFileURL(join(folder, 'made_ahead.js')));
  const html = await templates();
  rmSync(folder, { recursive: true });
  return html;
}
