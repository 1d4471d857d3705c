// An older register to import: the real notifications where they are at hand, otherwise a made-up one of the same form.

import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root } from './suite.mjs';

export const realNotifications = resolve(process.env.AVVIK_SHARED_DATA ?? join(root, '../shared/data'), 'breach-notifications.jsonl');

const types = ['Theft', 'Loss', 'Hacking/IT Incident', 'Unauthorized Access/Disclosure', 'Improper Disposal', 'Unknown', 'Other'];
const places = ['Laptop', 'Email', 'Paper/Films', 'Network Server', 'Other Portable Electronic Device', 'Desktop Computer'];

// The path of a made-up register with so many lines.
export function madeUpRegister(lines) {
  const path = join(mkdtempSync(join(tmpdir(), 'avvik-register-')), 'register.jsonl');
  const entries = Array.from({ length: lines }, (_, i) => ({
    organisation: `Vårdcentral ${i % 97} "Ängen", ${i}`,
    organisation_type: 'Healthcare Provider',
    state: 'Norrbotten',
    individuals_affected: i % 5 === 0 ? null : i * 7,
    submitted_on: new Date(Date.UTC(2012 + (i % 10), i % 12, 1 + (i % 28))).toISOString().slice(0, 10),
    breach_type: i % 11 === 0 ? `${types[i % 7]}, ${types[(i + 2) % 7]}` : types[i % 7],
    information_location: places[i % 6],
    business_associate: i % 3 === 0,
    description: i % 4 === 0 ? '' : `Rad ${i}: en pärm "med" uppgifter'; DROP TABLE report; -- å ä ö 😀`,
  }));
  writeFileSync(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return path;
}

// The real notifications, or so many made-up ones.
export function register(lines = 300) {
  return existsSync(realNotifications) ? realNotifications : madeUpRegister(lines);
}
