// By receipt: the way back to an anonymous report, of which nothing is kept on the device. With it the two pages about the service.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Web, axe, fits, languages, settled, tabTo } from './harness.mjs';
import { waitFor } from '../harness/suite.mjs';
import { solve } from '../../web/static/proof_of_work.js';

let web;
let tenant;
let officer;

before(async () => {
  web = await Web.start();
  ({ tenant } = web.suite.organisation);
  officer = web.suite.person('INFORMATION_SECURITY_OFFICER').login;
});
after(() => web?.stop());

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const words = {
  sv: { open: 'Öppna', status: 'Så långt har det kommit', leave: 'Lämna och glöm', title: 'Läs med kvitto', few: 'Det fattas 4 siffror.' },
  da: { open: 'Åbn', status: 'Så langt er det kommet', leave: 'Forlad og glem', title: 'Læs med kvittering', few: 'Der mangler 4 cifre.' },
  en: { open: 'Open', status: 'How far it has come', leave: 'Leave and forget', title: 'Read by receipt', few: '4 digits are missing.' },
};

async function anonymousReport(title) {
  const challenge = (await web.suite.api('POST', `/v1/tenants/${tenant}/challenges`, {})).body;
  const proof_of_work = await solve(challenge.challenge, challenge.difficulty);
  const { status, body } = await web.suite.api('POST', `/v1/tenants/${tenant}/anonymous-reports`, { request_id: randomUUID(), report: { title }, proof_of_work });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
async function openPage(options) {
  const opened = await web.open(options);
  await opened.page.goto(web.url('/receipt'));
  await settled(opened.page);
  return opened;
}
async function openReceipt(receipt, options = {}) {
  const opened = await openPage(options);
  await opened.page.locator('#receipt').fill(receipt);
  await opened.page.getByRole('button', { name: words[options.language ?? 'sv'].open, exact: true }).click();
  await opened.page.getByRole('heading', { name: words[options.language ?? 'sv'].status }).waitFor({ timeout: 60_000 });
  return opened;
}
const keptNothing = async (page, receipt) => {
  const all = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href]));
  assert.ok(!all.replace(/\D/g, '').includes(receipt.replace(/\D/g, '')), all);
};

for (const language of languages) {
  for (const size of ['phone', 'desktop']) {
    test(`ReportIsOpenedAndLeft_${language}_${size}`, async () => {
      const { receipt, number } = await anonymousReport('Någon lyssnade vid dörren');
      const { page, context } = await openPage({ language, size });
      await axe(page);
      await fits(page);
      await page.locator('#receipt').pressSequentially(receipt.replace(/\D/g, '').slice(0, 12));
      assert.equal(await page.locator('#receipt').inputValue(), receipt.slice(0, 14));
      await page.getByRole('button', { name: words[language].open, exact: true }).click();
      await page.getByRole('link', { name: words[language].few }).waitFor();
      await axe(page);
      await page.locator('#receipt').fill(receipt.replaceAll(' ', '-'));
      await page.getByRole('button', { name: words[language].open, exact: true }).click();
      await page.getByRole('heading', { name: words[language].status }).waitFor({ timeout: 60_000 });
      await page.getByText(number).first().waitFor();
      await axe(page);
      await fits(page);
      await keptNothing(page, receipt);
      assert.deepEqual(await context.cookies(), []);
      await page.getByRole('button', { name: words[language].leave }).click();
      await page.getByRole('heading', { level: 1, name: words[language].title }).waitFor();
      assert.equal(await page.locator('#receipt').inputValue(), '');
      assert.equal(await page.getByText('Någon lyssnade vid dörren').count(), 0);
      await context.close();
    });
  }
}

test('MistakesAreTold', async () => {
  const { page, context } = await openPage();
  const button = page.getByRole('button', { name: 'Öppna', exact: true });
  for (const [typed, told] of [['', 'Skriv kvittots 16 siffror.'], ['12345678901234567', 'Det är 1 siffra för mycket.'], ['AVV-2026-000001', 'Ett kvitto består bara av siffror.'],
    ['1111 2222 3333 4444', 'Det finns ingen rapport med det kvittot. Kontrollera siffrorna.']]) {
    await page.locator('#receipt').fill(typed);
    await button.click();
    await page.getByRole('link', { name: told }).waitFor({ timeout: 60_000 });
    await axe(page);
  }
  await context.close();
});

test('DialogueGoesBothWays', async () => {
  const { receipt, number } = await anonymousReport('Fråga mig gärna');
  const asOfficer = await web.suite.token(officer);
  await waitFor(async () => (await web.suite.api('POST', `/v1/reports/${number}/messages`, { request_id: randomUUID(), text: 'När hände det?' }, asOfficer)).status === 200, { what: 'the question' });
  const { page, context } = await openReceipt(receipt, { size: 'phone' });
  await page.getByText('När hände det?').waitFor();
  await page.getByLabel('Skriv till dem som tar hand om rapporten').fill('I tisdags.');
  await page.getByRole('button', { name: 'Skicka' }).click();
  await page.locator('li.mine', { hasText: 'I tisdags.' }).waitFor({ timeout: 60_000 });
  const { body } = await web.suite.api('GET', `/v1/reports/${number}/messages`, undefined, asOfficer);
  assert.deepEqual(body.messages.map(({ text }) => text), ['När hände det?', 'I tisdags.']);
  await axe(page);
  await fits(page);
  await keptNothing(page, receipt);
  await context.close();
});

test('FileIsSentByTicketAndLosesItsTraces', async () => {
  const { receipt } = await anonymousReport('Med bild');
  const { page, context } = await openReceipt(receipt);
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  await page.locator('#files').setInputFiles({ name: 'bild.png', mimeType: 'image/png', buffer: png });
  await page.locator('section li', { hasText: 'bild.png' }).locator('.tag').waitFor({ timeout: 60_000 });
  assert.ok(addresses.every((address) => !address.includes(receipt.replace(/\D/g, ''))));
  await axe(page);
  await context.close();
});

test('LeavingThePageForgets', async () => {
  const { receipt } = await anonymousReport('Glöms');
  const { page, context } = await openReceipt(receipt);
  await page.locator('header a.home').click();
  await page.goBack();
  await settled(page);
  assert.equal(await page.getByText('Glöms').count(), 0);
  assert.equal(await page.locator('#receipt').inputValue(), '');
  await context.close();
});

test('OutcomeIsTold', async () => {
  const { receipt, number } = await anonymousReport('Avslutas');
  const asOfficer = await web.suite.token(officer);
  await waitFor(async () => (await web.suite.api('GET', `/v1/cases/${number}`, undefined, asOfficer)).status === 200, { what: 'the case' });
  const closed = await web.suite.api('POST', `/v1/cases/${number}:close`, { resolution: 'RESOLUTION_REMEDIED', outcome: 'Låsbyte beställt', outcome_for_reporter: 'Låset är bytt.' }, asOfficer);
  assert.equal(closed.status, 200, JSON.stringify(closed.body));
  await new Promise((resume) => { setTimeout(resume, 3000); });
  const { page, context } = await openReceipt(receipt);
  await page.getByText('Låset är bytt.').waitFor();
  await axe(page);
  await context.close();
});

test('ReadingByKeyboardAlone', async () => {
  const { receipt } = await anonymousReport('Med tangentbordet');
  const { page, context } = await openPage();
  await tabTo(page, '#receipt');
  await page.keyboard.type(receipt);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: words.sv.status }).waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await tabTo(page, 'textarea');
  await page.keyboard.type('Svar');
  await tabTo(page, 'button[type="submit"]');
  await page.keyboard.press('Enter');
  await page.locator('li.mine', { hasText: 'Svar' }).waitFor({ timeout: 60_000 });
  await context.close();
});

for (const language of languages) {
  test(`AccessibilityAndPersonalData_${language}`, async () => {
    for (const size of ['small', 'desktop']) {
      const { page, context } = await web.open({ language, size });
      for (const path of ['/accessibility', '/privacy']) {
        await page.goto(web.url(path));
        await settled(page);
        await axe(page);
        await fits(page);
      }
      await context.close();
    }
  });
}
