// What is written to an authority: the form filled in, looked at by somebody else, copied, sent and kept.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitFor } from '../harness/suite.mjs';
import { newCase } from './cases.mjs';
import { dossierJourney } from './dossier_journey.mjs';
import { Web, axe, settled } from './harness.mjs';
import { inEachCell } from './visitor.mjs';

let web;
let suite;
let officer;

const asked = async (path, login = officer) => (await suite.api('GET', path, undefined, await suite.token(login))).body;
async function runningDuty() {
  const { number } = await newCase(suite, { title: 'En bärbar dator är stulen', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40' });
  const { duties } = await waitFor(async () => {
    const found = await asked(`/v1/duties?case_id=${number}`);
    return found.duties?.length > 0 && found;
  }, { what: 'the duty' });
  return { number, duty: duties[0].duty_id, stage: 'anmalan' };
}
const more = { permissions: ['clipboard-read', 'clipboard-write'] };

before(async () => {
  web = await Web.start();
  ({ suite } = web);
  officer = suite.person('INFORMATION_SECURITY_OFFICER').login;
});
after(() => web?.stop());

inEachCell('DossierIsWrittenReviewedCopiedAndKept', () => ({ web, login: officer, more }), async (visitor) => {
  await dossierJourney(visitor, await runningDuty());
});

test('SomebodyElseApprovesAndTheRestIsRead', async () => {
  const where = await runningDuty();
  const post = async (command, body, login = officer) => {
    const { etag } = await asked(`/v1/duties/${where.duty}/stages/${where.stage}/dossier`, login);
    const { status, body: answer } = await suite.api('POST', `/v1/duties/${where.duty}/stages/${where.stage}/dossier:${command}`, { etag, ...body }, await suite.token(login));
    assert.equal(status, 200, JSON.stringify(answer));
  };
  const { fields } = await asked(`/v1/duties/${where.duty}/stages/${where.stage}/dossier`);
  const filled = { FIELD_KIND_YES_NO: () => ({ yes_no: 'ANSWER_NO' }), FIELD_KIND_CHOICE: ({ options }) => ({ choices: { options: [options[0].id] } }), FIELD_KIND_CHOICES: ({ options }) => ({ choices: { options: [options[0].id] } }),
    FIELD_KIND_TIME: () => ({ time: new Date().toISOString() }), FIELD_KIND_NUMBER: () => ({ number: '40' }) };
  await post('save', { values: fields.filter(({ required }) => required).map((one) => ({ field: one.field, value: (filled[one.kind] ?? (() => ({ text: 'Skrivet' })))(one) })) });
  await post('askForReview', {});
  const { page, context } = await web.open({ login: suite.person('DATA_PROTECTION_OFFICER').login, dark: true });
  await page.goto(web.url(`/duties/${where.duty}/${where.stage}`));
  await settled(page);
  await page.getByRole('button', { name: 'Godkänn' }).click();
  await axe(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Godkänn' }).click();
  await page.locator('.toast', { hasText: 'Den är godkänd' }).first().waitFor();
  await page.getByText(/^Godkänd av Lena Huuva/).waitFor();
  assert.equal(await page.locator('#field-course').evaluate((one) => one.tagName), 'DIV');
  await axe(page);
  await context.close();
});

test('WhatAnotherSavedMeanwhileLosesNothing', async () => {
  const where = await runningDuty();
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url(`/duties/${where.duty}/${where.stage}`));
  await settled(page);
  await page.locator('#field-course').fill('Det jag skrev.');
  const login = suite.person('DATA_PROTECTION_OFFICER').login;
  const { status } = await suite.api('POST', `/v1/duties/${where.duty}/stages/${where.stage}/dossier:save`, { values: [{ field: 'persons', value: { text: 'Det den andra skrev' } }] }, await suite.token(login));
  assert.equal(status, 200);
  await page.getByRole('button', { name: 'Spara utkastet' }).click();
  await page.getByText(/Någon annan har sparat en ny version/).waitFor();
  assert.equal(await page.locator('#field-course').inputValue(), 'Det jag skrev.');
  assert.equal(await page.locator('#field-persons').inputValue(), 'Det den andra skrev');
  await page.getByRole('button', { name: 'Spara utkastet' }).click();
  await page.locator('.toast', { hasText: 'Utkastet är sparat' }).first().waitFor();
  await context.close();
});
