// My reports: the list, and one report with its status, dialogue, additions, files, proof, withdrawal and what came of it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Web, axe, fits, languages, settled, tabTo } from './harness.mjs';
import { waitFor } from '../harness/suite.mjs';

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

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const words = {
  sv: { title: 'Mina rapporter', status: 'Så långt har det kommit', received: 'Mottagen', empty: 'Du har inte rapporterat något än' },
  da: { title: 'Mine indberetninger', status: 'Så langt er det kommet', received: 'Modtaget', empty: 'Du har ikke indberettet noget endnu' },
  en: { title: 'My reports', status: 'How far it has come', received: 'Received', empty: 'You have not reported anything yet' },
};

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

for (const language of languages) {
  for (const size of ['phone', 'desktop']) {
    test(`ListAndReportAreShown_${language}_${size}`, async () => {
      const { number } = await report(`Telefonen är borta ${language} ${size}`);
      const { page, context } = await openMine('/my-reports', { language, size });
      assert.equal(await page.locator('h1').textContent(), words[language].title);
      await axe(page);
      await fits(page);
      await page.getByRole('link', { name: `Telefonen är borta ${language} ${size}` }).click();
      await page.getByRole('heading', { name: words[language].status }).waitFor();
      await page.getByText(number).first().waitFor();
      await page.locator('[aria-current="step"]', { hasText: words[language].received }).waitFor();
      await settled(page);
      await axe(page);
      await fits(page);
      await context.close();
    });
  }
}

test('EmptyListSaysWhatToDo', async () => {
  for (const language of languages) {
    const { page, context } = await openMine('/my-reports', { language, login: other });
    await page.getByRole('heading', { name: words[language].empty }).waitFor();
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

test('ReportIsTakenBackWithAReason', async () => {
  const { number } = await report('Tas tillbaka');
  const { page, context } = await openMine(`/my-reports/${number}`, { size: 'phone' });
  await page.getByRole('button', { name: 'Ta tillbaka rapporten' }).click();
  await axe(page);
  await page.getByRole('button', { name: 'Ta tillbaka', exact: true }).click();
  await page.getByText('Skriv varför, gärna kort.').waitFor();
  await axe(page);
  await page.getByLabel('Varför tar du tillbaka den?').fill('Jag hittade den.');
  await page.getByRole('button', { name: 'Ta tillbaka', exact: true }).click();
  await page.getByText('Du har tagit tillbaka rapporten.').waitFor();
  await page.getByText('Jag hittade den.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Ta tillbaka rapporten' }).count(), 0);
  await axe(page);
  await fits(page);
  await context.close();
});

test('WhatCameOfItIsTold', async () => {
  const { number } = await report('Avslutas');
  const asOfficer = await web.suite.token(officer);
  await caseOf(number);
  const closed = await web.suite.api('POST', `/v1/cases/${number}:close`, { resolution: 'RESOLUTION_REMEDIED', outcome: 'Spärrad via MDM', outcome_for_reporter: 'Telefonen är spärrad och tömd.' }, asOfficer);
  assert.equal(closed.status, 200, JSON.stringify(closed.body));
  const { page, context } = await openMine(`/my-reports/${number}`);
  await waitFor(async () => {
    await page.reload();
    await settled(page);
    return await page.getByText('Telefonen är spärrad och tömd.').count() === 1;
  }, { what: 'the outcome' });
  await page.locator('[aria-current="step"]', { hasText: 'Klar' }).waitFor();
  await axe(page);
  await context.close();
});

test('ReportOfSomebodyElseIsNotShown', async () => {
  const { number } = await report('Någon annans');
  const { page, context } = await openMine(`/my-reports/${number}`, { login: other });
  await page.getByText('Det finns inte, eller så får du inte se det.').waitFor();
  await axe(page);
  await context.close();
});

test('FollowingByKeyboardAlone', async () => {
  const { number } = await report('Med tangentbordet');
  const { page, context } = await openMine('/my-reports');
  await tabTo(page, `a[href="/my-reports/${number}"]`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: words.sv.status }).waitFor();
  await tabTo(page, 'textarea');
  await page.keyboard.type('Hej från tangentbordet');
  await tabTo(page, 'button[type="submit"]');
  await page.keyboard.press('Enter');
  await page.locator('li.mine', { hasText: 'Hej från tangentbordet' }).waitFor();
  await context.close();
});
