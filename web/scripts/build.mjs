// Builds the application into dist/, with compressed forms beside what compresses. Does nothing when no source has changed.
//
//   node scripts/build.mjs [--force] [--check]     --check also checks types

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { firstQuestion } from './first_page.mjs';

const here = resolve(fileURLToPath(import.meta.url), '../..');
const dist = join(here, 'dist');
// Not in dist: what is there is served.
const stampFile = join(here, 'node_modules/.avvik-built');
// Served as they are, under their own names.
const plain = ['icon.svg', 'privacy.html', 'style.css', 'proof_of_work.js'];

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)).sort();
}

// What the result depends on; the derived types are no part of it.
function stamp() {
  const hash = createHash('sha256');
  const own = ['package-lock.json', 'index.html', 'vite.config.ts', 'svelte.config.js', 'tsconfig.json'].map((name) => join(here, name));
  for (const path of [...own, ...filesBelow(join(here, 'src')), ...filesBelow(join(here, 'static')), ...filesBelow(join(here, 'scripts'))]) {
    if (path.endsWith('.d.ts')) continue;
    hash.update(`${relative(here, path)}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

// Names of classes are made of paths from where one stands: the page and the application have to be made in one place.
process.chdir(here);
function run(...args) {
  execFileSync(process.execPath, args, { stdio: 'inherit' });
}

function compress(path) {
  const content = readFileSync(path);
  const small = [
    ['.br', brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
    ['.gz', gzipSync(content, { level: 9 })],
  ];
  for (const [ending, packed] of small) if (packed.length < content.length) writeFileSync(path + ending, packed);
}

const wanted = stamp();
const check = process.argv.includes('--check');
const built = existsSync(join(dist, 'app.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
if (check || !built || process.argv.includes('--force')) {
  run('scripts/messages.mjs');
  if (check) {
    run('scripts/api_types.mjs');
    run('node_modules/svelte-check/bin/svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human');
  }
}
if (!built || process.argv.includes('--force')) {
  rmSync(stampFile, { force: true });
  run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn');
  // The gateway answers with it for the address of every page.
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const question = await firstQuestion(here, join(here, 'node_modules/.avvik-first'));
  const sheets = [...page.matchAll(/rel="stylesheet"[^>]* href="\/(assets\/[^"]+)"/g)].map(([, href]) => readFileSync(join(dist, href), 'utf8'));
  const plainClass = [...question.matchAll(/svelte-\w+/g)].map(([name]) => name).find((name) => !sheets.some((sheet) => sheet.includes(name)));
  if (plainClass) throw new Error(`the first question has the class ${plainClass}, which no style sheet of the page knows`);
  writeFileSync(join(dist, 'app.html'), page.replace('<!-- first question -->', () => question));
  rmSync(join(dist, 'index.html'));
  for (const name of plain) copyFileSync(join(here, 'static', name), join(dist, name));
  let bytes = 0;
  for (const path of filesBelow(dist)) {
    if (['.html', '.js', '.css', '.svg', '.json'].includes(extname(path)) && statSync(path).size > 500) compress(path);
    bytes += statSync(path).size;
  }
  writeFileSync(stampFile, wanted);
  console.log(`web: ${filesBelow(dist).length} files, ${Math.round(bytes / 1024)} kB with their compressed forms`);
}
