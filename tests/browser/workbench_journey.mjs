// The way through the workbench: cases found, filtered, searched, several handled at once, one opened; and measures over all cases.

import assert from 'node:assert/strict';
import { waitFor } from '../harness/suite.mjs';
import { readCase } from './cases.mjs';
import { settled } from './harness.mjs';

export const rows = (page) => page.locator('[role=row][data-index]');
export const row = (page, text) => rows(page).filter({ hasText: text });

async function only(page, text) {
  await row(page, text).first().waitFor();
  await waitFor(async () => await rows(page).count() === 1, { what: 'one row' });
}

// Goes to a row with the keys of the list, or nowhere.
async function toRow(visitor, text) {
  if (!visitor.byKeyboard) return;
  const { page } = visitor;
  const wanted = row(page, text);
  for (let presses = 0; !await page.evaluate(() => document.activeElement?.matches('[role=row]')); presses += 1) {
    assert.ok(presses < 100, 'Tab leads to no row');
    await page.keyboard.press('Tab');
  }
  const [at, now] = [Number(await wanted.getAttribute('data-index')), Number(await page.evaluate(() => document.activeElement.dataset.index))];
  for (let step = 0; step < Math.abs(at - now); step += 1) await page.keyboard.press(at > now ? 'j' : 'k');
  await page.waitForFunction((index) => document.activeElement?.dataset.index === index, String(at));
}
async function choose(visitor, text) {
  await toRow(visitor, text);
  await (visitor.byKeyboard ? visitor.page.keyboard.press('x') : row(visitor.page, text).getByRole('checkbox').check());
  await visitor.page.locator('[role=row][aria-selected=true]', { hasText: text }).waitFor();
}
async function openRow(visitor, text) {
  await toRow(visitor, text);
  await (visitor.byKeyboard ? visitor.page.keyboard.press('Enter') : row(visitor.page, text).getByRole('link').first().click());
}

async function filtered(visitor, { all, school }) {
  const { page, t } = visitor;
  await visitor.click(page.getByRole('button', { name: t('cases.filter.title'), exact: true }));
  await visitor.whole();
  await visitor.pick(page.getByRole('combobox', { name: t('cases.filter.unit') }), 'Centrum');
  await page.waitForURL(/unit=centrumskolan/);
  await only(page, school);
  // The link shows a colleague the same.
  await page.reload();
  await settled(page);
  await only(page, school);
  await visitor.click(page.getByRole('button', { name: `${t('cases.filter.remove')} ${t('cases.chip.unit', { unit: 'Centrumskolan' })}` })
    .or(page.getByRole('list', { name: t('cases.filter.in_force') }).getByRole('button').first()).first());
  await row(page, all).first().waitFor();
  assert.doesNotMatch(page.url(), /unit=/);
}

async function searched(visitor, { all, word }) {
  const { page, t } = visitor;
  const search = page.getByRole('searchbox', { name: t('cases.search') });
  await visitor.fill(search, word);
  await page.waitForURL(new RegExp(`q=${word}`));
  await waitFor(async () => await page.locator('mark').count() > 0, { what: 'what was found' });
  assert.equal((await page.locator('mark').first().textContent()).toLowerCase(), word);
  await visitor.whole();
  await visitor.fill(search, 'finnsinteståndigt');
  await visitor.heading('cases.none.search', { values: { query: 'finnsinteståndigt' } }).waitFor();
  await visitor.whole();
  await visitor.click(visitor.button('cases.none.clear_search'));
  await row(page, all).first().waitFor();
}

// Two of one's own at once: taken on, noted in, closed, and that is undone.
async function several(visitor, mine) {
  const { dialog, page, t, web: { suite } } = visitor;
  const bar = page.getByRole('region', { name: t('cases.bulk.title') });
  const count = mine.length;
  for (const { number } of mine) await choose(visitor, number);
  await bar.getByText(t('cases.selected', { count })).waitFor();
  await visitor.whole();
  await visitor.click(visitor.button('cases.bulk.acknowledge', { of: bar }));
  await visitor.click(visitor.submit('cases.bulk.acknowledge'));
  await visitor.toast('cases.bulk.done.acknowledge', { count });
  for (const { number } of mine) await choose(visitor, number);
  await visitor.click(visitor.button('cases.bulk.note', { of: bar }));
  await visitor.click(visitor.submit('cases.bulk.note'));
  await dialog.getByRole('link', { name: t('cases.bulk.need_text') }).waitFor();
  await visitor.whole();
  await visitor.fill(visitor.field('cases.bulk.text', { of: dialog }), 'Samma för alla.');
  await visitor.click(visitor.submit('cases.bulk.note'));
  await visitor.toast('cases.bulk.done.note', { count });
  for (const { number } of mine) await choose(visitor, number);
  await visitor.click(visitor.button('cases.bulk.close', { of: bar }));
  await visitor.select(visitor.field('cases.closing.resolution', { of: dialog }), 'RESOLUTION_NO_DEVIATION');
  await visitor.fill(visitor.field('cases.closing.outcome', { of: dialog }), 'Det var en övning.');
  await visitor.whole();
  await visitor.click(visitor.submit('cases.bulk.close'));
  const told = page.locator('.toast', { hasText: t('cases.bulk.done.close', { count }) });
  await told.waitFor();
  for (const { number } of mine) {
    const { state, notes } = await readCase(suite, number);
    assert.equal(state, 'CASE_STATE_CLOSED');
    assert.ok(notes.some(({ text }) => text === 'Samma för alla.'));
  }
  await visitor.click(visitor.button('cases.bulk.undo', { of: told }));
  await visitor.toast('cases.bulk.undone', { count });
  assert.notEqual((await readCase(suite, mine[0].number)).state, 'CASE_STATE_CLOSED');
}

// `all` is one of the newest cases, `school` the only one of the school, `word` stands in some; `mine` are two assigned to who looks.
export async function workbenchJourney(visitor, { all, school, word, mine }) {
  const { page, t } = visitor;
  await visitor.go('/cases?view=all&order=newest');
  await page.getByRole('heading', { level: 1, name: t('shell.nav.cases') }).waitFor();
  await row(page, mine[0].number).waitFor();
  await visitor.whole();
  await filtered(visitor, { all, school });
  await searched(visitor, { all, word });
  await several(visitor, mine);
  await visitor.click(page.getByRole('navigation', { name: t('cases.views.title') }).getByRole('link', { name: t('cases.views.mine') }));
  await page.waitForURL(/view=mine/);
  await row(page, mine[0].number).waitFor();
  await visitor.whole();
  await openRow(visitor, mine[0].number);
  await page.waitForURL(`**/cases/${mine[0].number}`);
  await page.locator('#notes').waitFor();
  await visitor.click(page.getByRole('navigation', { name: t('case.steps') }).getByRole('link', { name: t('case.back') }));
  await page.waitForURL(/\/cases\?.*view=mine/);
  await row(page, mine[0].number).waitFor();
}

// `late` is a measure that is overdue, `done` one that is done; both are of `number`.
export async function measuresJourney(visitor, { late, done, number }) {
  const { page, t } = visitor;
  await visitor.go('/measures?view=all');
  await page.getByRole('heading', { level: 1, name: t('shell.nav.measures') }).waitFor();
  await row(page, late).waitFor();
  await visitor.whole();
  await visitor.click(page.getByRole('button', { name: t('cases.filter.title'), exact: true }));
  await visitor.check(page.getByRole('checkbox', { name: t.term('MEASURE_STATE_DONE') }));
  await page.waitForURL(/state=DONE/);
  await only(page, done);
  await visitor.whole();
  await visitor.click(page.getByRole('list', { name: t('cases.filter.in_force') }).getByRole('button').first());
  await row(page, late).waitFor();
  await openRow(visitor, late);
  await page.waitForURL(`**/cases/${number}#measures`);
  await waitFor(async () => await page.evaluate(() => document.activeElement.id) === 'measures', { what: 'the focus on the measures' });
}
