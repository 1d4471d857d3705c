// The situation picture: what the forum reads together, on the wall and on paper.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Web, axe, fits, languages, settled, tabTo } from './harness.mjs';
import { waitFor } from '../harness/suite.mjs';
import { figures } from './picture_figures.mjs';

let web;
let officer;
let member;

before(async () => {
  web = await Web.start();
  officer = web.suite.person('INFORMATION_SECURITY_OFFICER').login;
  member = web.suite.person('FORUM_MEMBER').login;
});
after(() => web?.stop());

const titles = { sv: 'Lägesbilden', da: 'Situationsbilledet', en: 'The situation picture' };

async function report(title) {
  const { status, body } = await web.suite.api('POST', '/v1/reports', {
    request_id: randomUUID(), report: { title, category: 'CATEGORY_LOST_DEVICE', unit: 'hemtjanst', personal_data: 'ANSWER_YES' },
  }, await web.suite.token(officer));
  assert.equal(status, 200, JSON.stringify(body));
}

// Shows these figures instead of the suite's own: such as take two years, or many people, to come about.
async function show(page, situation) {
  await page.route((url) => url.pathname === '/v1/situation', (route) => route.fulfill({ json: situation }));
  await page.route((url) => url.pathname === '/v1/situation:watch', (route) => route.fulfill({
    contentType: 'text/event-stream', body: `event: Situation\nid: 1\ndata: ${JSON.stringify(situation)}\n\n`,
  }));
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

for (const language of languages) {
  for (const size of ['phone', 'small', 'desktop']) {
    test(`PictureIsWholeInLanguage_${language}_${size}`, async () => {
      const { page, context } = await web.open({ size, language, login: officer });
      await show(page, figures());
      await page.goto(web.url('/picture'));
      await settled(page);
      assert.equal(await page.locator('h1').textContent(), titles[language]);
      assert.equal(await page.locator('figure').count(), 9);
      assert.doesNotMatch(await page.locator('main').innerText(), /CAUSE_|SECURITY_PROPERTY_|undefined|NaN/);
      await fits(page);
      await axe(page);
      await context.close();
    });
  }
}

test('EachChartSaysInWordsAndAsATableWhatItShows', async () => {
  const { page, context } = await web.open({ login: officer, dark: true });
  await show(page, figures());
  await page.goto(web.url('/picture'));
  await settled(page);
  await page.getByText('Flest öppna ärenden finns i Socialförvaltningen (28)').waitFor();
  for (const summary of await page.locator('figure details summary').all()) await summary.click();
  await page.getByRole('table', { name: 'Orsaker' }).getByRole('row', { name: /Misstag 122/ }).waitFor();
  await axe(page);
  await context.close();
});

test('FigureLeadsToTheCasesBehindIt', async () => {
  const { page, context } = await web.open({ login: officer });
  await show(page, figures());
  await page.goto(web.url('/picture?unit=social'));
  await settled(page);
  const cell = page.getByRole('table', { name: 'Var det händer, och vad som berörs' }).getByRole('row', { name: /Hemtjänsten/ }).getByRole('link', { name: '51' });
  const address = new URL(await cell.getAttribute('href'), web.url('/'));
  assert.equal(address.pathname, '/cases');
  assert.equal(address.searchParams.get('unit'), 'hemtjanst');
  assert.equal(address.searchParams.get('property'), 'CONFIDENTIALITY');
  assert.deepEqual(address.searchParams.getAll('state'), ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'CLOSED']);
  const open = new URL(await page.getByRole('link', { name: 'Öppna ärenden', exact: true }).getAttribute('href'), web.url('/'));
  assert.equal(open.searchParams.get('unit'), 'social');
  await context.close();
});

test('CauseLeadsToTheClosedCasesItCounts', async () => {
  const { page, context } = await web.open({ login: officer });
  await show(page, figures());
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
  const { page, context } = await web.open({ login: officer });
  const made = figures();
  // Nine late steps of eight cases, the last two of the same one, and one that still has time.
  made.indicators.find(({ id }) => id === 'overdue_cases').value = 8;
  const clock = made.clocks[0];
  made.clocks = [...Array.from({ length: 9 }, (_, at) => ({ ...clock, duty_id: `late-${at}`, number: `AVV-2026-00040${Math.min(at, 7)}` })), made.clocks[1]];
  await show(page, made);
  await page.goto(web.url('/picture'));
  await settled(page);
  const tile = page.getByRole('link', { name: 'Anmälan försenad' });
  assert.equal(await tile.getAttribute('href'), '#clocks');
  const clocks = page.locator('#clocks');
  await clocks.getByText('9 steg är försenade, i 8 ärenden.').waitFor();
  assert.equal(await clocks.getByText('Försenad', { exact: true }).filter({ visible: true }).count(), 9);
  assert.equal(await clocks.getByRole('row').count(), 10);
  await clocks.getByRole('button', { name: 'Visa alla 10' }).click();
  assert.equal(await clocks.getByRole('row').count(), 11);
  await context.close();
});

test('ColumnsEndTogetherAndLeaveNoGaps', async () => {
  for (const size of [{ width: 1024, height: 768 }, { width: 1440, height: 900 }, { width: 1920, height: 1080 }]) {
    const { page, context } = await web.open({ login: officer, more: { viewport: size } });
    await show(page, figures());
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
    await show(page, figures());
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

test('WhoSeesNoCasesOfOthersIsLedToNone', async () => {
  const only = web.suite.organisation.people.find(({ roles }) => roles.some(({ role }) => role === 'FORUM_MEMBER') && roles.every(({ role }) => ['FORUM_MEMBER', 'DIRECTOR', 'EMPLOYEE'].includes(role)));
  const { page, context } = await web.open({ login: only?.login ?? web.suite.person('DIRECTOR').login });
  await show(page, figures());
  await page.goto(web.url('/picture'));
  await settled(page);
  assert.equal(await page.locator('main a[href^="/cases"]').count(), 0);
  await axe(page);
  await context.close();
});

test('FiguresOfSmallGroupsAreWithheldAndItIsSaidWhy', async () => {
  const { page, context } = await web.open({ login: officer, language: 'en' });
  await show(page, figures());
  await page.goto(web.url('/picture'));
  await settled(page);
  assert.ok(await page.getByText('fewer than 5', { exact: true }).count() > 0);
  await page.getByText('so that nobody can be singled out').waitFor();
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
  await show(page, figures());
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
    await axe(page);
  }
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Lägesbilden' }).waitFor();
  await context.close();
});

test('OnPaperItHasTablesDateAndName', async () => {
  const { page, context } = await web.open({ login: officer });
  await show(page, figures());
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

test('PartIsChosenByKeyboardAndStandsInTheAddress', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/picture'));
  await settled(page);
  await tabTo(page, 'main [role="combobox"]');
  await page.keyboard.type('Hemtj');
  await page.keyboard.press('Enter');
  await page.waitForURL(/unit=hemtjanst/);
  await page.getByText('Hemtjänsten', { exact: true }).first().waitFor();
  await tabTo(page, 'figure summary');
  await page.keyboard.press('Enter');
  await page.locator('figure details[open]').first().waitFor();
  await context.close();
});
