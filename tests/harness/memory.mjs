// What is in the memory of a running process, for tests that look for what should be gone.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const piece = 4 * 1024 * 1024;

// Whether this user may read the memory of processes that forbid it to others: needs CAP_SYS_PTRACE, as root has.
export function mayReadMemory() {
  const capabilities = BigInt(`0x${/^CapEff:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]}`);
  return (capabilities >> 19n & 1n) === 1n;
}

// Everything that the process may write to (heap, stacks, data), piece by piece: {mapping, at, bytes}. Pieces overlap by
// `overlap` bytes, so that nothing is cut in two.
function* writable(pid, overlap) {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const buffer = Buffer.alloc(piece);
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, name] = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
      for (let at = parseInt(from, 16); at < parseInt(to, 16); at += piece - overlap) {
        const size = Math.min(piece, parseInt(to, 16) - at);
        let read = 0;
        // A mapping that went meanwhile.
        try { read = readSync(memory, buffer, 0, size, at); } catch { break; }
        yield { mapping: `${line.slice(0, 30)} ${name || 'anonymous'}`, at, bytes: buffer.subarray(0, read) };
      }
    }
  } finally {
    closeSync(memory);
  }
}

// Where the texts are in the process's memory: {text, mapping, at, around}.
export function findInMemory(pid, texts) {
  const overlap = Math.max(...texts.map((text) => Buffer.byteLength(text)));
  const found = [];
  for (const { mapping, at, bytes } of writable(pid, overlap)) {
    for (const text of texts) {
      for (let place = bytes.indexOf(text); place >= 0; place = bytes.indexOf(text, place + 1)) {
        const around = bytes.subarray(Math.max(0, place - 120), place + 200).toString('latin1').replace(/[^ -~]+/g, '·');
        found.push({ text, mapping, at: at + place, around });
      }
    }
  }
  return found;
}
