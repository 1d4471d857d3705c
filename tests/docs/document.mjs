// What the documents are checked by: their rows, their links, and the tests in the tree.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../harness/suite.mjs';

export const read = (path) => readFileSync(join(root, path), 'utf8');

// The rows of all tables of a document, as cells; header rows and rulers are left out.
export function rows(text) {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    if (!line.startsWith('|') || /^\|[\s|:-]+\|$/.test(line) || /^\|[\s|:-]+\|$/.test(lines[at + 1] ?? '')) return [];
    return [line.slice(1, line.lastIndexOf('|')).split(/(?<!\\)\|/).map((cell) => cell.trim())];
  });
}

// The links of a text within the repository: {text, path} with the path from the root.
export function links(text, document) {
  return [...text.matchAll(/\[(?:`([^`]+)`|([^\]`]+))\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
    .map(([, code, words, target]) => ({ text: code ?? words, code: code !== undefined, path: normalize(join(dirname(document), target)) }));
}

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

// Whether a file holds the test of that name.
export function holdsTest(path, name) {
  if (!existsSync(join(root, path))) return false;
  const call = path.endsWith('.cc')
    ? new RegExp(`\\bTEST(_F|_P)?\\(\\s*\\w+,\\s*${quoted(name)}\\s*\\)`)
    : new RegExp(`\\btest\\(\\s*(['"\`])${quoted(name)}\\1`);
  return call.test(read(path));
}

export const isTestFile = (path) => /(_test\.cc|\.test\.mjs)$/.test(path);
