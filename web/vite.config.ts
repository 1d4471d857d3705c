import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';
import { unreadTokens } from './scripts/unread_tokens.mjs';

// The page asks at once for what it begins with: the application, and its look.
const atOnce: Plugin = {
  name: 'at-once',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle }) {
      const tags: HtmlTagDescriptor[] = [];
      for (const chunk of Object.values(bundle ?? {})) {
        if (chunk.type !== 'chunk' || chunk.name !== 'app') continue;
        for (const sheet of chunk.viteMetadata?.importedCss ?? []) {
          tags.push({ tag: 'link', attrs: { rel: 'stylesheet', crossorigin: true, href: `/${sheet}` }, injectTo: 'head' });
        }
        tags.push({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${chunk.fileName}` }, injectTo: 'head' });
      }
      return tags;
    },
  },
};

// Few files, so that a page is there after few questions to the server: what comes first, and the application with the page
// on which most people begin.
const groups = [
  { name: 'first', test: /src\/first\/begin\.ts$|vite\/preload-helper/, priority: 3 },
  { name: 'app', test: /src\/main\.ts$|src\/pages\/report\/Report\.svelte$/, priority: 2 },
];

// The gateway sends a strict policy: everything is a file of its own, nothing is inline.
export default defineConfig(({ isSsrBuild }) => ({
  plugins: [svelte(), atOnce],
  publicDir: false,
  json: { namedExports: false },
  css: { postcss: { plugins: [unreadTokens(fileURLToPath(new URL('src', import.meta.url)))] } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { assetFileNames: 'assets/[name]-[hash][extname]', ...(!isSsrBuild && { codeSplitting: { groups } }) } },
  },
  worker: { format: 'es' },
  // `npm run dev` beside a running suite.
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/v1', '/sign-in', '/sign-out'].map((path) =>
      [path, process.env.AVVIK_URL ?? 'http://localhost:8080'])),
  },
}));
