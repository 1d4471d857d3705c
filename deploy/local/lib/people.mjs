// The people of the organisation files (schema: proto/avvik/organisation/v1/organisation.proto), as far as signing in
// needs them. The files are read again when they change, so that an organisation may be edited or added while people
// are signed in.

import { readFileSync, statSync } from 'node:fs';
import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { log } from './log.mjs';

// Reads one organisation file: {tenant, name, people: [{login, name, email, language, unit, roles, tenant}]} where
// each role is {role, title, unit} with the municipality's own word as its title. Throws an Error `file:line: reason`.
export function readOrganisation(file) {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const broken = (node, reason) =>
    new Error(`${file}:${node?.range ? lines.linePos(node.range[0]).line : 1}: ${reason}`);
  if (document.errors.length > 0) {
    const [error] = document.errors;
    throw new Error(`${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`);
  }
  const root = document.contents;
  if (!isMap(root)) throw broken(root, 'an organisation is a mapping');

  const text = (map, key, required = false) => {
    const node = map.get(key, true);
    if (node === undefined && !required) return '';
    if (node === undefined) throw broken(map, `${key} is missing`);
    if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') {
      throw broken(node, `${key} must be a text`);
    }
    return node.value;
  };
  const list = (map, key) => {
    const node = map.get(key, true);
    if (node === undefined) return [];
    if (!isSeq(node)) throw broken(node, `${key} must be a list`);
    const stray = node.items.find((item) => !isMap(item));
    if (stray) throw broken(stray, `${key} must be a list of mappings`);
    return node.items;
  };

  const tenant = text(root, 'tenant', true);
  const titles = new Map(list(root, 'role_titles').map((item) => [text(item, 'role', true), text(item, 'title', true)]));
  const units = new Map(list(root, 'units').map((item) => [text(item, 'id', true), text(item, 'name', true)]));
  const people = list(root, 'people').map((item) => ({
    login: text(item, 'login', true),
    name: text(item, 'name', true),
    email: text(item, 'email', true),
    language: text(item, 'language'),
    unit: units.get(text(item, 'unit')) ?? text(item, 'unit'),
    roles: list(item, 'roles').map((assignment) => {
      const role = text(assignment, 'role', true);
      return { role, title: titles.get(role) ?? readable(role), unit: text(assignment, 'unit') };
    }),
    tenant,
  }));
  return { tenant, name: text(root, 'name', true), people };
}

function readable(role) {
  return role.charAt(0) + role.slice(1).toLowerCase().replaceAll('_', ' ');
}

// The people of the organisation files that a list file names, one path a line. Where two files have the same login,
// the file named last has it.
export class People {
  #listFile;
  #stamp = '';
  #organisations = [];
  #byLogin = new Map();

  // Throws when the list or one of its files cannot be read.
  constructor(listFile) {
    this.#listFile = listFile;
    this.#read();
  }

  // The person with this login, or undefined.
  find(login) {
    this.#refresh();
    return this.#byLogin.get(login);
  }

  organisations() {
    this.#refresh();
    return this.#organisations;
  }

  #files() {
    return readFileSync(this.#listFile, 'utf8').split('\n').filter((line) => line !== '');
  }

  #currentStamp() {
    return [this.#listFile, ...this.#files()].map((file) => `${file} ${statSync(file).mtimeMs}`).join('\n');
  }

  #read() {
    const stamp = this.#currentStamp();
    const organisations = this.#files().map(readOrganisation);
    const byLogin = new Map();
    for (const person of organisations.flatMap((organisation) => organisation.people)) {
      const other = byLogin.get(person.login);
      if (other) log.warning('login_taken_over', { login: person.login, from: other.tenant, to: person.tenant });
      byLogin.set(person.login, person);
    }
    this.#stamp = stamp;
    this.#organisations = organisations;
    this.#byLogin = byLogin;
  }

  // A file that has become unreadable changes nothing: who could sign in still can.
  #refresh() {
    try {
      if (this.#currentStamp() !== this.#stamp) this.#read();
    } catch (error) {
      log.error('organisation_not_read', { reason: error.message });
    }
  }
}
