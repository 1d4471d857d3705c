// The way of whoever comes for the first time: the start page, what it looks like, help, signing in and out; and of a language chosen.

import assert from 'node:assert/strict';
import { settled } from './harness.mjs';
import { wordsOf } from './words.mjs';

async function through(visitor, link, title) {
  const { page } = visitor;
  await visitor.click(page.getByRole('contentinfo').getByRole('link', { name: visitor.t(link), exact: true }));
  await visitor.heading(title, { level: 1 }).waitFor();
  await settled(page);
  await visitor.whole();
}

// Another language than the browser's, and back again.
async function anotherLanguage(visitor) {
  const { page, t } = visitor;
  const other = visitor.language === 'da' ? 'en' : 'da';
  const choose = async (from, language) => {
    await visitor.click(page.getByRole('button', { name: new RegExp(`^${wordsOf(from)('shell.language')} `) }));
    await visitor.click(page.locator(`button[lang="${language}"]`));
    await page.locator(`html[lang="${language}"]`).waitFor();
    await page.getByRole('heading', { level: 1, name: wordsOf(language)('start.title') }).waitFor();
  };
  await choose(visitor.language, other);
  await page.reload();
  await settled(page);
  await page.getByRole('heading', { level: 1, name: wordsOf(other)('start.title') }).waitFor();
  await choose(other, visitor.language);
  await page.getByRole('heading', { level: 1, name: t('start.title') }).waitFor();
}

export async function startJourney(visitor, { login, name }) {
  const { page, t } = visitor;
  await visitor.go('/');
  await visitor.heading('start.title', { level: 1 }).waitFor();
  assert.match(await page.title(), /Kalix kommun/);
  await visitor.whole();
  await anotherLanguage(visitor);
  await through(visitor, 'shell.privacy', 'privacy.title');
  await through(visitor, 'shell.accessibility', 'accessibility.title');
  await visitor.go('/nowhere/at/all');
  await visitor.sees('shell.not_found.text');
  await visitor.whole();
  await visitor.go('/sessions');
  await visitor.sees('shell.sign_in_first.heading');
  await visitor.whole();
  await visitor.click(visitor.button('shell.sign_in', { of: page.getByRole('main') }));
  // The provider's own page.
  await page.locator(`button[value="${login}"], input[value="${login}"]`).first().click();
  await visitor.heading('shell.sessions', { level: 1 }).waitFor();
  await page.getByText(t('sessions.current')).waitFor();
  await visitor.whole();
  await visitor.click(page.getByRole('banner').locator('a.home'));
  await page.getByRole('heading', { level: 1, name: t('start.welcome_back', { name: name.split(' ')[0] }) }).waitFor();
  await page.getByRole('heading', { name: t('start.first.title') }).or(page.getByRole('heading', { name: t('start.first.all_done') })).waitFor();
  await visitor.click(page.getByRole('button', { name: t('shell.you', { name }) }));
  await visitor.whole();
  await visitor.click(visitor.button('shell.sign_out'));
  await page.locator('button[name="logout"]').click();
  await page.waitForURL(visitor.web.url('/'));
  await visitor.heading('start.title', { level: 1 }).waitFor();
}
