// Measures over all cases: whose, how late, found and opened by keyboard.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { waitFor } from '../harness/suite.mjs';
import { newCase } from './cases.mjs';
import { Web, axe, fits, settled, tabTo } from './harness.mjs';
import { inEachCell } from './visitor.mjs';
import { measuresJourney, row, rows } from './workbench_journey.mjs';

let web;
let suite;
let officer;
let other;
let one;

const day = 86_400_000;
async function decide(number, plan) {
  const { status, body } = await suite.api('POST', `/v1/cases/${number}/measures`, { request_id: randomUUID(), plan: { kind: 'MEASURE_KIND_CORRECTIVE', ...plan } }, await suite.token(officer));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
const until = (days) => new Date(Date.now() + days * day).toISOString();

before(async () => {
  web = await Web.start();
  ({ suite } = web);
  officer = suite.person('INFORMATION_SECURITY_OFFICER').login;
  other = suite.person('IT_SECURITY_OFFICER').login;
  one = await newCase(suite, { title: 'Journaler mejlade till fel kommun' });
  const school = await newCase(suite, { title: 'Elevlista på webbplatsen', unit: 'centrumskolan' });
  await decide(one.number, { title: 'Byt kuvert', owner: officer });
  await decide(one.number, { title: 'Gå igenom adressregistret', owner: officer, due_time: until(10), kind: 'MEASURE_KIND_PREVENTIVE' });
  await decide(school.number, { title: 'Ta bort listan ur sökmotorerna', owner: other, due_time: until(2), kind: 'MEASURE_KIND_CONTAINMENT' });
  const late = await decide(one.number, { title: 'Ring mottagaren', owner: officer, due_time: until(1) });
  const done = await decide(school.number, { title: 'Ta ned sidan', owner: other });
  await suite.psqlDo('triage', `SET avvik.tenant = '*'; UPDATE measure SET due_at = now() - interval '3 days' WHERE id = '${late.measure_id}'`);
  await suite.api('POST', `/v1/measures/${done.measure_id}:complete`, { note: 'Nedtagen.', etag: done.etag }, await suite.token(officer));
});
after(() => web?.stop());

const whats = (page) => page.locator('[role=row][data-index] .what').allTextContents();

async function list(page, query = '?view=all') {
  await page.goto(web.url(`/measures${query}`));
  await settled(page);
}

inEachCell('MeasuresAreFoundAndLeadToTheirCase', () => ({ web, login: officer }), (visitor) => measuresJourney(visitor, { late: 'Ring mottagaren', done: 'Ta ned sidan', number: one.number }));

test('DarkHasContrast', async () => {
  const { page, context } = await web.open({ dark: true, login: officer });
  await list(page);
  await row(page, 'Ring mottagaren').waitFor();
  await axe(page);
  await context.close();
});

test('WhatIsOverdueComesFirstAndIsCounted', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/'));
  await settled(page);
  await page.getByRole('navigation', { name: 'Sidor' }).getByRole('link', { name: 'Åtgärder' }).click();
  await page.getByRole('heading', { level: 1, name: 'Åtgärder' }).waitFor();
  const views = page.getByRole('navigation', { name: 'Vems åtgärder' });
  await views.getByRole('link', { name: /Alla jag får se/ }).click();
  await page.waitForURL(/view=all/);
  await row(page, 'Ta bort listan').waitFor();
  assert.deepEqual(await whats(page), ['Ring mottagaren', 'Ta bort listan ur sökmotorerna', 'Gå igenom adressregistret', 'Byt kuvert']);
  await row(page, 'Ring mottagaren').getByText('3 dygn för sent').waitFor();
  await row(page, 'Byt kuvert').getByText('Ingen tid satt').waitFor();
  await views.getByRole('link', { name: /Alla jag får se\s*4\s*1 över tiden/ }).waitFor();
  await views.getByRole('link', { name: /Mina\s*3\s*1 över tiden/ }).click();
  await page.waitForURL(/view=mine/);
  await row(page, 'Ta bort listan').waitFor({ state: 'detached' });
  assert.deepEqual(await whats(page), ['Ring mottagaren', 'Gå igenom adressregistret', 'Byt kuvert']);
  await page.goBack();
  await row(page, 'Ta bort listan').waitFor();
  await context.close();
});

test('FiltersStandInTheAddressAndAreTakenAway', async () => {
  const { page, context } = await web.open({ login: officer });
  await list(page);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await axe(page);
  await page.getByRole('checkbox', { name: 'Klar' }).check();
  await page.waitForURL(/state=DONE/);
  await row(page, 'Ta ned sidan').waitFor();
  await waitFor(async () => await rows(page).count() === 1, { what: 'one row' });
  // The link shows a colleague the same.
  await page.reload();
  await settled(page);
  await row(page, 'Ta ned sidan').waitFor();
  await page.getByRole('button', { name: /Ta bort filtret:\s*Klar/ }).click();
  await row(page, 'Ring mottagaren').waitFor();
  await list(page, '?view=all&overdue=yes');
  assert.deepEqual(await whats(page), ['Ring mottagaren']);
  await list(page, '?view=all&unit=centrumskolan');
  assert.deepEqual(await whats(page), ['Ta bort listan ur sökmotorerna']);
  await list(page, `?view=all&unit=centrumskolan&owner=${officer}`);
  await page.getByRole('heading', { level: 2, name: 'Ingen åtgärd passar filtren' }).waitFor();
  await axe(page);
  await page.locator('.panel').getByRole('button', { name: 'Ta bort alla filter' }).click();
  await row(page, 'Ring mottagaren').waitFor();
  await context.close();
});

test('ByKeyboardAloneAMeasureLeadsToItsCaseAndBack', async () => {
  const { page, context } = await web.open({ login: officer });
  await list(page);
  await row(page, 'Ring mottagaren').waitFor();
  await tabTo(page, '[role=row][data-index="0"]');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.waitForFunction(() => document.activeElement.dataset.index === '2');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/cases/${one.number}#measures`);
  await waitFor(async () => await page.evaluate(() => document.activeElement.id) === 'measures', { what: 'the focus on the measures' });
  await page.keyboard.press('u');
  await page.waitForURL(/\/measures\?view=all/);
  await page.waitForFunction(() => document.activeElement.dataset.index === '2');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Tangenter' }).waitFor();
  await axe(page);
  await context.close();
});

test('NothingToDoSaysWhatToDo', async () => {
  const { page, context } = await web.open({ login: suite.person('COORDINATOR', 'samhallsbyggnadsnamnden').login, size: 'phone' });
  for (const [view, name] of [['mine', 'Du har inget att göra här'], ['unit', 'Ingen åtgärd väntar i din verksamhet']]) {
    await list(page, `?view=${view}`);
    await page.getByRole('heading', { level: 2, name }).waitFor();
    await fits(page);
    await axe(page);
  }
  await page.getByRole('link', { name: 'Till ärendena' }).click();
  await page.getByRole('heading', { level: 1, name: 'Ärenden' }).waitFor();
  await context.close();
});

test('WhatFailsIsSaidAndTriedAgain', async () => {
  const { page, context } = await web.open({ login: officer });
  await context.route(/\/v1\/measures(\?|$)/, (route) => route.abort());
  await list(page);
  await page.getByText('Det finns ingen kontakt med servern').first().waitFor();
  await axe(page);
  await context.unroute(/\/v1\/measures(\?|$)/);
  await page.getByRole('button', { name: /Försök igen/ }).click();
  await row(page, 'Ring mottagaren').waitFor();
  await context.close();
});

test('EmployeeHasNoListOfMeasures', async () => {
  const { page, context } = await web.open({ login: suite.person('EMPLOYEE').login });
  assert.equal(await page.getByRole('navigation', { name: 'Sidor' }).getByRole('link', { name: 'Åtgärder' }).count(), 0);
  await page.goto(web.url('/measures'));
  await settled(page);
  assert.equal(await rows(page).count(), 0);
  await axe(page);
  await context.close();
});
