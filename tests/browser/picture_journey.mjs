// The forum's way through the situation picture: read, in words and as tables, down to the cases, on the wall, a part of it, on paper.

import assert from 'node:assert/strict';
import { waitFor } from '../harness/suite.mjs';
import { settled } from './harness.mjs';
import { rows } from './workbench_journey.mjs';
import { situation } from './two_years.mjs';

const slides = ['now', 'trends', 'heat', 'age', 'causes', 'culture'];
const shown = (visitor, count) => new Intl.NumberFormat(visitor.t.locale).format(Number(count));

async function read(visitor, figures) {
  const { page, t } = visitor;
  const open = figures.indicators.find(({ id }) => id === 'open_cases').value;
  const tile = page.getByRole('list', { name: t('picture.headline.title') }).getByRole('listitem').first();
  assert.equal(await tile.locator('.figure').textContent(), shown(visitor, open));
  assert.equal(await page.locator('figure').count(), 9);
  await visitor.whole();
  for (const summary of visitor.byKeyboard ? await page.locator('figure summary').first().all().then(([one]) => [one]) : await page.locator('figure summary').all()) await visitor.click(summary);
  await page.locator('figure details[open]').first().waitFor();
  if (visitor.byKeyboard) return;
  const cause = figures.by_cause.find(({ group }) => group === 'CAUSE_HUMAN_ERROR');
  await page.getByRole('table', { name: t('picture.causes.title') }).getByRole('row', { name: `${t.term('CAUSE_HUMAN_ERROR')} ${shown(visitor, cause.count)}` }).waitFor();
  assert.equal(await page.getByRole('table', { name: t('picture.trends.title') }).getByRole('row').count(), 25);
  await visitor.whole();
}

// A figure leads to as many cases as it says.
async function downToTheCases(visitor, figures) {
  const { page, t } = visitor;
  const cell = figures.heat_map.filter(({ unit, property }) => unit === 'hemtjanst' && property === 'SECURITY_PROPERTY_CONFIDENTIALITY')[0];
  const line = page.getByRole('table', { name: t('picture.heat.title') }).getByRole('row', { name: /Hemtjänsten/ });
  await visitor.click(line.getByRole('link', { name: shown(visitor, cell.count), exact: true }).first());
  await page.waitForURL(/\/cases\?.*property=CONFIDENTIALITY/);
  await settled(page);
  await rows(page).first().waitFor();
  await waitFor(async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) === Number(cell.count) + 1, { what: `${cell.count} cases` });
  await visitor.whole();
  await page.goBack();
  await visitor.heading('picture.title', { level: 1 }).waitFor();
  await settled(page);
}

async function onTheWall(visitor) {
  const { page } = visitor;
  await visitor.click(visitor.button('picture.projector.open'));
  for (const slide of slides) {
    if (slide !== slides[0]) await visitor.click(visitor.button('picture.projector.next'));
    await visitor.heading(`picture.projector.slides.${slide}`, { level: 1 }).waitFor();
    await visitor.whole();
  }
  assert.equal(await page.locator('header nav, footer').count(), 0);
  await visitor.click(visitor.button('picture.projector.leave'));
  await visitor.heading('picture.title', { level: 1 }).waitFor();
}

async function aPart(visitor, officer) {
  const { page, t, web: { suite } } = visitor;
  await visitor.pick(page.getByRole('combobox', { name: t('picture.filter.unit') }), 'Hemtj');
  await page.waitForURL(/unit=hemtjanst/);
  const { indicators } = await situation(suite, officer, '?filter.unit=hemtjanst');
  const open = shown(visitor, indicators.find(({ id }) => id === 'open_cases').value);
  await waitFor(async () => await page.locator('.tiles .figure').first().textContent() === open, { what: 'the figures of the part' });
  await visitor.whole();
}

async function onPaper(visitor) {
  const { page, t } = visitor;
  await page.emulateMedia({ media: 'print' });
  await page.getByRole('table', { name: t('picture.causes.title') }).waitFor();
  await page.locator('main .printed').waitFor();
  assert.equal(await page.locator('nav, header a, footer, button').filter({ visible: true }).count(), 0);
  await page.emulateMedia({ media: null });
}

export async function pictureJourney(visitor, officer) {
  const figures = await situation(visitor.web.suite, officer);
  await visitor.go('/picture');
  await visitor.heading('picture.title', { level: 1 }).waitFor();
  await read(visitor, figures);
  await downToTheCases(visitor, figures);
  await onTheWall(visitor);
  await aPart(visitor, officer);
  await onPaper(visitor);
}
