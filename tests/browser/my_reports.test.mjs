// My reports: the list, and one report with its status, dialogue, additions, files, proof, withdrawal and what came of it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { waitFor } from '../harness/suite.mjs';
import { ask, myReportsJourney } from './follow_journey.mjs';
import { Web, axe, fits, languages, settled } from './harness.mjs';
import { png } from './report_journey.mjs';
import { inEachCell } from './visitor.mjs';
import { wordsOf } from './words.mjs';

let web;
let employee;
let other;
let officer;
let token;

before(async () => {
  web = await Web.start();
  const employees = web.suite.organisation.people.filter((person) => person.roles.every(({ role }) => role === 'EMPLOYEE'));
  employee = employees[0].login;
  other = employees[1]?.login ?? web.suite.person('COORDINATOR').login;
  officer = web.suite.person('INFORMATION_SECURITY_OFFICER').login;
  token = await web.suite.token(employee);
});
after(() => web?.stop());

async function report(title, more = {}) {
  const { status, body } = await web.suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title, category: 'CATEGORY_LOST_DEVICE', ...more } }, token);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
async function openMine(path, options = {}) {
  const opened = await web.open({ login: employee, ...options });
  await opened.page.goto(web.url(path));
  await settled(opened.page);
  return opened;
}
// The case that a report opened.
const caseOf = async (number) => {
  const asOfficer = await web.suite.token(officer);
  return waitFor(async () => {
    const { status, body } = await web.suite.api('GET', `/v1/cases/${number}`, undefined, asOfficer);
    return status === 200 && body;
  }, { what: `the case ${number}` });
};

inEachCell('MyReportsAreFollowedAnsweredAndTakenBack', () => ({ web, login: employee }), async (visitor, { name }) => {
  const title = `Telefonen är borta ${name}`;
  const { number } = await report(title);
  const withdrawn = await report(`Tas tillbaka ${name}`);
  const handler = await web.suite.token(officer);
  await ask(web.suite, number, 'Vilket nummer hade telefonen?', handler);
  await myReportsJourney(visitor, { title, number, withdrawn: withdrawn.number, handler });
});

test('EmptyListSaysWhatToDo', async () => {
  for (const language of languages) {
    const { page, context } = await openMine('/my-reports', { language, login: other });
    await page.getByRole('heading', { name: wordsOf(language)('my_reports.empty.title') }).waitFor();
    await axe(page);
    await page.locator('main').getByRole('link').first().click();
    await page.locator('#what').waitFor();
    await context.close();
  }
});

test('DialogueIsReadAndWrittenAndAnUnsentMessageStays', async () => {
  const { number, report_id } = await report('Dialogen');
  await caseOf(number);
  await web.suite.api('POST', `/v1/reports/${report_id}/messages`, { request_id: randomUUID(), text: 'Vilket nummer hade telefonen?' }, await web.suite.token(officer));
  const { page, context } = await openMine(`/my-reports/${number}`, { size: 'phone' });
  await page.getByText('Vilket nummer hade telefonen?').waitFor();
  const field = page.getByLabel('Skriv till dem som tar hand om rapporten');
  await page.getByRole('button', { name: 'Skicka' }).click();
  await page.getByText('Skriv ett meddelande först.').waitFor();
  await axe(page);
  await field.fill('Det slutar på 12.');
  await page.reload();
  await settled(page);
  assert.equal(await field.inputValue(), 'Det slutar på 12.');
  await page.getByRole('button', { name: 'Skicka' }).click();
  await page.locator('li.mine', { hasText: 'Det slutar på 12.' }).waitFor();
  assert.equal(await field.inputValue(), '');
  assert.equal(await page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('avvik.message'))), false);
  await axe(page);
  await fits(page);
  await context.close();
});

test('MessageWhoseAnswerIsLostComesOnce', async () => {
  const { number, report_id } = await report('En gång');
  const { page, context } = await openMine(`/my-reports/${number}`);
  let first = true;
  await page.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || !first) return route.fallback();
    first = false;
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.getByLabel('Skriv till dem som tar hand om rapporten').fill('Bara en gång');
  await page.getByRole('button', { name: 'Skicka' }).click();
  await page.getByText('Det finns ingen kontakt med servern.').waitFor();
  await page.getByRole('button', { name: 'Skicka' }).click();
  await page.locator('li.mine', { hasText: 'Bara en gång' }).waitFor();
  const { body } = await web.suite.api('GET', `/v1/reports/${report_id}/messages`, undefined, token);
  assert.equal(body.messages.length, 1);
  await context.close();
});

test('AdditionsAndFilesAreSentAndAFileIsRemoved', async () => {
  const { number } = await report('Tillägg');
  const { page, context } = await openMine(`/my-reports/${number}`);
  await page.locator('summary', { hasText: 'Lägg till något i rapporten' }).click();
  await page.getByLabel('Vad vill du lägga till?').fill('Den låg i bilen.');
  await page.getByRole('button', { name: 'Lägg till', exact: true }).click();
  await page.locator('.added', { hasText: 'Den låg i bilen.' }).waitFor();
  await page.locator('#files').setInputFiles([{ name: 'bild.png', mimeType: 'image/png', buffer: png },
    { name: 'virus.exe', mimeType: 'application/octet-stream', buffer: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(300)]) }]);
  await page.getByText(/virus\.exe togs inte emot/).waitFor();
  await page.getByRole('button', { name: 'Ta bort bild.png' }).waitFor();
  await axe(page);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Ta bort bild.png' }).click();
  await page.getByRole('button', { name: 'Ta bort bild.png' }).waitFor({ state: 'detached' });
  await context.close();
});

test('ProofIsSavedAndAllIsTakenOut', async () => {
  const { number } = await report('Intyget');
  const { page, context } = await openMine(`/my-reports/${number}`);
  const proof = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Hämta intyget' }).click();
  assert.match(readFileSync(await (await proof).path(), 'utf8'), new RegExp(number));
  await page.goto(web.url('/my-reports'));
  await settled(page);
  const all = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Ta ut allt om mina rapporter' }).click();
  const { reports } = JSON.parse(readFileSync(await (await all).path(), 'utf8'));
  assert.ok(reports.some((one) => one.report.number === number));
  await context.close();
});

test('ReportOfSomebodyElseIsNotShown', async () => {
  const { number } = await report('Någon annans');
  const { page, context } = await openMine(`/my-reports/${number}`, { login: other });
  await page.getByText('Det finns inte, eller så får du inte se det.').waitFor();
  await axe(page);
  await context.close();
});

