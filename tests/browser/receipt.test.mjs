// By receipt: the way back to an anonymous report, of which nothing is kept on the device.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ask, keptNothing, receiptJourney } from './follow_journey.mjs';
import { Web, axe, settled } from './harness.mjs';
import { png } from './report_journey.mjs';
import { inEachCell } from './visitor.mjs';
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
  await opened.page.getByRole('button', { name: 'Öppna', exact: true }).click();
  await opened.page.getByRole('heading', { name: 'Så långt har det kommit' }).waitFor({ timeout: 60_000 });
  return opened;
}
inEachCell('ByReceiptAReportIsReadAnsweredAndLeft', () => ({ web }), async (visitor, { name }) => {
  const title = `Någon lyssnade vid dörren ${name}`;
  const { receipt, number } = await anonymousReport(title);
  const handler = await web.suite.token(officer);
  await ask(web.suite, number, 'När hände det?', handler);
  await receiptJourney(visitor, { receipt, number, title, handler });
});

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
