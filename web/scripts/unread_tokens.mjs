// A design system declares many more custom properties than one application reads, each of them on the root, so that every
// element inherits them. What no rule and no source reads is left out of what the browser is sent.

import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';

const token = /--ds-[\w-]+/g;

function namedIn(folder) {
  const names = new Set();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !['.svelte', '.ts', '.css'].includes(extname(entry.name))) continue;
    for (const [name] of readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(token)) names.add(name);
  }
  return names;
}

// A plugin of PostCSS. `sources` is the folder in which every token that is named counts as read.
export function unreadTokens(sources) {
  return {
    postcssPlugin: 'unread-tokens',
    OnceExit(sheet) {
      const named = namedIn(sources);
      for (let removed = true; removed;) {
        removed = false;
        const read = new Set(named);
        sheet.walkDecls(({ value }) => { for (const [name] of value.matchAll(token)) read.add(name); });
        sheet.walkDecls(/^--ds-/, (declaration) => {
          if (read.has(declaration.prop)) return;
          declaration.remove();
          removed = true;
        });
      }
    },
  };
}
