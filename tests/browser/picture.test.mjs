// The situation picture: what the forum reads together, on the wall and on paper.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { waitFor } from '../harness/suite.mjs';
import { Web, axe, fits, settled } from './harness.mjs';
import { pictureJourney } from './picture_journey.mjs';
import { situation, twoYears } from './two_years.mjs';
import { inEachCell } from './visitor.mjs';
import { wordsOf } from './words.mjs';

let web;
let officer;
let member;

before(async () => {
  web = await Web.start();
  officer = web.suite.person('INFORMATION_SECURITY_OFFICER').login;
  member = web.suite.person('FORUM_MEMBER').login;
});
after(() => web?.stop());

async function report(title) {
  const { status, body } = await web.suite.api('POST', '/v1/reports', {
    request_id: randomUUID(), report: { title, category: 'CATEGORY_LOST_DEVICE', unit: 'hemtjanst', personal_data: 'ANSWER_YES' },
  }, await web.suite.token(officer));
  assert.equal(status, 200, JSON.stringify(body));
}

// Runs first: the municipality has nothing yet.
test('EmptyMunicipalityIsToldWhatWillCome', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/picture'));
  await settled(page);
  await page.getByRole('heading', { name: 'Här kommer bilden att växa fram' }).waitFor();
  await axe(page);
  await context.close();
});

test('NewReportIsSeenWithoutReloading', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/picture'));
  await settled(page);
  await report('Förlorad telefon');
  const open = page.locator('.tiles li .figure').first();
  await open.waitFor();
  const before = Number(await open.textContent());
  await report('Förlorad surfplatta');
  await waitFor(async () => Number(await open.textContent()) === before + 1, { what: 'the new case in the picture' });
  await page.locator('#clocks').getByRole('table').waitFor();
  await axe(page);
  await context.close();
});

// From here on it has two years behind it.
test('OlderRegisterMakesThePicture', async () => {
  const before = (await situation(web.suite, officer)).indicators.find(({ id }) => id === 'reports').value;
  const created = await twoYears(web.suite);
  const { trends, indicators, by_cause, report_rates } = await situation(web.suite, officer);
  const reports = trends.find(({ id }) => id === 'reports').points;
  assert.equal(reports.length, 24);
  assert.ok(reports.every(({ value }) => value > 0), JSON.stringify(reports));
  assert.equal(reports.reduce((sum, { value }) => sum + value, 0), created + before);
  assert.ok(indicators.find(({ id }) => id === 'overdue_cases').value > 0);
  assert.ok(by_cause.length >= 5 && report_rates.length > 5);
});

inEachCell('PictureIsReadDownToTheCasesOnTheWallAndOnPaper', () => ({ web, login: officer }), (visitor) => pictureJourney(visitor, officer));

test('CauseLeadsToTheClosedCasesItCounts', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/picture'));
  await settled(page);
  const causes = page.getByRole('figure', { name: 'Orsaker' });
  assert.equal(await causes.getByText('Ingen orsak angiven').getByRole('link').count(), 0);
  const asked = [];
  page.on('response', (response) => {
    const url = new URL(response.url());
    if (url.pathname === '/v1/cases' && response.ok()) asked.push(url.searchParams);
  });
  await causes.getByRole('link', { name: 'Misstag', exact: true }).click();
  await page.waitForURL(/\/cases\?.*cause=HUMAN_ERROR/);
  await settled(page);
  const chip = page.getByRole('list', { name: 'Filter som gäller' }).getByRole('button', { name: /Misstag/ });
  await chip.waitFor();
  await waitFor(() => asked.length > 0, { what: 'the list' });
  assert.deepEqual(asked.at(-1).getAll('causes'), ['CAUSE_HUMAN_ERROR']);
  assert.deepEqual(asked.at(-1).getAll('states'), ['CASE_STATE_CLOSED']);
  await axe(page);
  await chip.click();
  await waitFor(() => asked.at(-1).getAll('causes').length === 0, { what: 'the list without the cause' });
  await context.close();
});

test('OverdueLeadsToTheStepsItCountsAllOfThem', async () => {
  const { clocks } = await situation(web.suite, officer);
  const late = clocks.filter(({ overdue }) => overdue);
  const cases = new Set(late.map(({ number }) => number)).size;
  assert.ok(late.length > 6, `${late.length} late of ${clocks.length}`);
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/picture'));
  await settled(page);
  assert.equal(await page.getByRole('link', { name: 'Anmälan försenad' }).getAttribute('href'), '#clocks');
  const table = page.locator('#clocks');
  const t = wordsOf('sv');
  await table.getByText(late.length > cases ? t('picture.clocks.late_of', { count: cases, late: late.length }) : t('picture.clocks.late', { count: late.length })).waitFor();
  assert.equal(await table.getByText('Försenad', { exact: true }).filter({ visible: true }).count(), late.length);
  const shown = Math.max(6, late.length);
  assert.equal(await table.getByRole('row').count(), 1 + shown);
  if (clocks.length > shown) {
    await table.getByRole('button', { name: `Visa alla ${clocks.length}` }).click();
    assert.equal(await table.getByRole('row').count(), 1 + clocks.length);
  }
  await context.close();
});

test('ColumnsEndTogetherAndLeaveNoGaps', async () => {
  for (const size of [{ width: 1024, height: 768 }, { width: 1440, height: 900 }, { width: 1920, height: 1080 }]) {
    const { page, context } = await web.open({ login: officer, more: { viewport: size } });
    await page.goto(web.url('/picture'));
    await settled(page);
    const columns = await page.locator('.columns.two > .column').evaluateAll((all) => all.map((column) => {
      const boxes = [...column.children].map((child) => child.getBoundingClientRect());
      return { end: Math.round(boxes.at(-1).bottom), gaps: boxes.slice(1).map((box, at) => Math.round(box.top - boxes[at].bottom)) };
    }));
    assert.equal(columns.length, 2, JSON.stringify(size));
    assert.equal(columns[0].end, columns[1].end, JSON.stringify(size));
    assert.ok(columns.every(({ gaps }) => gaps.length >= 2 && gaps.every((gap) => gap <= 20)), JSON.stringify(columns));
    await fits(page);
    await context.close();
  }
});

test('SlidesFillTheWallAndShowAllAtOnce', async () => {
  for (const viewport of [{ width: 1280, height: 720 }, { width: 1920, height: 1080 }]) {
    const { page, context } = await web.open({ login: member, more: { viewport, reducedMotion: 'reduce' } });
    for (let panel = 1; panel <= 6; panel += 1) {
      await page.goto(web.url(`/picture?view=projector&panel=${panel}`));
      await page.locator('.slide .panel').first().waitFor();
      await page.waitForTimeout(100);
      const { tall, end } = await page.evaluate(() => ({
        tall: document.documentElement.scrollHeight, end: Math.max(...[...document.querySelectorAll('.slide .panel')].map((one) => one.getBoundingClientRect().bottom)),
      }));
      assert.ok(tall <= viewport.height + 1, `slide ${panel} is ${tall} tall at ${viewport.height}`);
      assert.ok(end > 0.78 * viewport.height, `slide ${panel} ends at ${end} of ${viewport.height}`);
    }
    await context.close();
  }
});

test('WhoSeesNoCasesOfOthersIsLedToNoneAndSmallGroupsAreWithheld', async () => {
  const director = web.suite.person('DIRECTOR').login;
  const { by_unit, smallest_group } = await situation(web.suite, director);
  assert.equal(smallest_group, 5);
  assert.ok(by_unit.some(({ suppressed }) => suppressed) && by_unit.some(({ suppressed }) => !suppressed), JSON.stringify(by_unit));
  const { page, context } = await web.open({ login: director, language: 'en' });
  await page.goto(web.url('/picture'));
  await settled(page);
  assert.equal(await page.locator('main a[href^="/cases"]').count(), 0);
  assert.ok(await page.getByText('fewer than 5', { exact: true }).count() > 0);
  await page.getByText('so that nobody can be singled out').waitFor();
  await axe(page);
  await context.close();
});

test('LostConnectionIsSaidWithTheTimeOfTheFigures', async () => {
  const { page, context } = await web.open({ login: officer, language: 'en' });
  await page.goto(web.url('/picture'));
  await settled(page);
  await context.setOffline(true);
  await page.getByText('The connection to the server is lost').waitFor();
  await page.getByText(/The figures are from .* 20\d\d/).waitFor();
  await axe(page);
  await context.setOffline(false);
  await page.getByText('The connection to the server is lost').waitFor({ state: 'detached' });
  await context.close();
});

test('OnTheWallItIsLargeAndTurnsOnlyWhenAsked', async () => {
  const { page, context } = await web.open({ login: member, more: { reducedMotion: 'reduce' } });
  await page.clock.install();
  await page.goto(web.url('/picture?view=projector'));
  await page.getByRole('heading', { level: 1, name: 'Läget just nu' }).waitFor();
  assert.equal(await page.locator('header nav, footer').count(), 0);
  await waitFor(() => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize) > 16), { what: 'larger type' });
  await axe(page);
  await page.clock.runFor(60_000);
  assert.equal(await page.locator('h1').textContent(), 'Läget just nu');
  await page.getByRole('button', { name: 'Bläddra automatiskt' }).click();
  await page.clock.runFor(15_500);
  await page.getByRole('heading', { level: 1, name: 'Hur det har utvecklats' }).waitFor();
  await page.getByRole('button', { name: 'Stanna' }).click();
  await page.clock.runFor(60_000);
  assert.equal(await page.locator('h1').textContent(), 'Hur det har utvecklats');
  for (const name of ['Var det händer', 'Vad som är öppet', 'Orsaker och åtgärder', 'Hur gärna vi rapporterar']) {
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Lägesbilden' }).waitFor();
  await context.close();
});

test('OnPaperItHasTablesDateAndName', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/picture'));
  await settled(page);
  await page.emulateMedia({ media: 'print' });
  await page.getByRole('table', { name: 'Orsaker' }).waitFor();
  await page.getByText(/^Kalix kommun · .* 20\d\d$/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Skriv ut' }).isVisible(), false);
  assert.equal(await page.getByRole('combobox', { name: 'Del av kommunen' }).isVisible(), false);
  // As wide as A4 between its margins: nothing sticks out, no link to elsewhere is left, each chart has its table.
  await page.setViewportSize({ width: 688, height: 1016 });
  await fits(page);
  assert.equal(await page.locator('nav, header a, footer, button').filter({ visible: true }).count(), 0);
  const charts = await page.locator('figure').all();
  assert.equal(charts.length, 9);
  for (const chart of charts) {
    assert.equal(await chart.getByRole('table').filter({ visible: true }).count(), 1, await chart.getByRole('heading').textContent());
    const { height, inside } = await chart.evaluate((one) => ({ height: one.getBoundingClientRect().height, inside: getComputedStyle(one).breakInside }));
    // Kept whole, and no taller than a page.
    assert.equal(inside, 'avoid');
    assert.ok(height < 1016, `${height} of ${await chart.getByRole('heading').textContent()}`);
  }
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('table', { name: 'Orsaker' }).waitFor({ state: 'hidden' });
  // Also when it is printed at once.
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.getByRole('table', { name: 'Orsaker' }).isVisible(), true);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.getByRole('table', { name: 'Orsaker' }).waitFor({ state: 'hidden' });
  await context.close();
});
