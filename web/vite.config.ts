import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The gateway sends a strict policy: everything is a file of its own, nothing is inline.
export default defineConfig({
  plugins: [svelte()],
  publicDir: false,
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { assetFileNames: 'assets/[name]-[hash][extname]' } },
  },
  worker: { format: 'es' },
  // `npm run dev` beside a running suite.
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/v1', '/sign-in', '/sign-out'].map((path) =>
      [path, process.env.AVVIK_URL ?? 'http://localhost:8080'])),
  },
});
