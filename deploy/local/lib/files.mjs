// Files that only their owner reads, made once.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Writes a file that only its owner reads, whole or not at all.
export function writePrivate(path, content) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

// The content of a file, made by `make()` when it is missing.
export function keptFile(path, make) {
  if (!existsSync(path)) writePrivate(path, make());
  return readFileSync(path, 'utf8');
}

// The secret called `name` in `folder`: 256 random bits in hexadecimal, no line end.
export function secret(folder, name) {
  return keptFile(join(folder, `${name}.secret`), () => randomBytes(32).toString('hex')).trim();
}
