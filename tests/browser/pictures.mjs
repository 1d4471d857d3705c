// Pictures of all pages: tests/browser/pictures FOLDER [REGEX].

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Web, settled, sizes } from './harness.mjs';

const [folder, only = ''] = process.argv.slice(2);
mkdirSync(resolve(folder), { recursive: true });
const wanted = new RegExp(only);
const web = await Web.start();
const { suite } = web;

// Name, address, whose eyes (a role; none: nobody signed in), and what is done before the picture. `each` gives an address that
// only the data know.
const pages = [
  { name: 'start', path: '/' },
  { name: 'start-officer', path: '/', role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'menu', path: '/', role: 'INFORMATION_SECURITY_OFFICER', act: (page) => page.locator('[aria-label="Utseende"]').click() },
  { name: 'sessions', path: '/sessions', role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'sign-in-first', path: '/sessions' },
  { name: 'not-found', path: '/nowhere' },
  { name: 'picture', path: '/picture', role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'projector', path: '/picture?view=projector&panel=3', role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'administration-who', path: '/administration/who', role: 'ADMINISTRATOR' },
  { name: 'administration-stand-ins', path: '/administration/stand-ins', role: 'ADMINISTRATOR' },
  { name: 'administration-regimes', path: '/administration/regimes', role: 'ADMINISTRATOR' },
  { name: 'administration-events', path: '/administration/events', role: 'ADMINISTRATOR' },
];

const looks = [
  { look: 'desktop', size: 'desktop' }, { look: 'phone', size: 'phone' }, { look: 'dark', size: 'desktop', dark: true },
];

try {
  for (const { look, size, dark = false } of looks) {
    const contexts = new Map();
    for (const { name, path, role, act, each } of pages) {
      if (!wanted.test(`${name}-${look}`)) continue;
      const login = role && suite.person(role).login;
      if (!contexts.has(login)) contexts.set(login, await web.open({ size, dark, login }));
      const { page } = contexts.get(login);
      await page.goto(web.url(each ? await each(suite) : path));
      await settled(page);
      await act?.(page);
      const file = join(resolve(folder), `${name}-${look}.png`);
      await page.screenshot({ path: file, fullPage: true, scale: 'css', animations: 'disabled' });
      console.log(`${file} (${sizes[size].viewport.width} px)`);
    }
    for (const { context } of contexts.values()) await context.close();
  }
} finally {
  await web.stop();
}
