// The way of whoever has reported: where it stands, questions and answers, additions, what came of it, taking it back; signed in
// and by receipt.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { waitFor } from '../harness/suite.mjs';
import { settled } from './harness.mjs';

// What those who handle cases do meanwhile: `handler` is their token.
export async function ask(suite, number, text, handler) {
  await waitFor(async () => (await suite.api('POST', `/v1/reports/${number}/messages`, { request_id: randomUUID(), text }, handler)).status === 200, { what: 'the question' });
}
export async function close(suite, number, told, handler) {
  await waitFor(async () => (await suite.api('GET', `/v1/cases/${number}`, undefined, handler)).status === 200, { what: `the case ${number}` });
  const { status, body } = await suite.api('POST', `/v1/cases/${number}:close`, { resolution: 'RESOLUTION_REMEDIED', outcome: 'Åtgärdat', outcome_for_reporter: told }, handler);
  assert.equal(status, 200, JSON.stringify(body));
}

// The step that the report has come to.
const step = (visitor, name) => visitor.page.locator('[aria-current="step"]', { hasText: visitor.t(`follow.progress.${name}`) }).waitFor();

async function answer(visitor, text) {
  await visitor.click(visitor.button('follow.dialogue.send'));
  await visitor.sees('follow.dialogue.missing');
  await visitor.whole();
  await visitor.fill(visitor.field('follow.dialogue.label'), text);
  await visitor.click(visitor.button('follow.dialogue.send'));
  await visitor.page.locator('li.mine', { hasText: text }).waitFor({ timeout: 60_000 });
}

// `numbers`: a report that is asked about and closed, and one that is taken back. `handler` is the token of whoever handles them.
export async function myReportsJourney(visitor, { title, number, withdrawn, handler }) {
  const { page, t } = visitor;
  await visitor.go('/my-reports');
  await visitor.heading('my_reports.title', { level: 1 }).waitFor();
  await visitor.whole();
  await visitor.click(page.getByRole('link', { name: title }));
  await visitor.heading('follow.status').waitFor();
  await step(visitor, 'received');
  await page.getByText('Vilket nummer hade telefonen?').waitFor();
  await answer(visitor, 'Det slutar på 12.');
  await visitor.click(visitor.summary('follow.supplement.open'));
  await visitor.fill(visitor.field('follow.supplement.label'), 'Den låg i bilen.');
  await visitor.click(page.locator('details').getByRole('button', { name: t('follow.supplement.send') }));
  await page.locator('.added', { hasText: 'Den låg i bilen.' }).waitFor();
  await visitor.whole();
  await close(visitor.web.suite, number, 'Telefonen är spärrad och tömd.', handler);
  await waitFor(async () => {
    await page.reload();
    await settled(page);
    return await page.getByText('Telefonen är spärrad och tömd.').count() === 1;
  }, { every: 300, what: 'the outcome' });
  await step(visitor, 'done');
  await visitor.heading('follow.outcome').waitFor();
  await visitor.whole();
  await visitor.go(`/my-reports/${withdrawn}`);
  await visitor.click(visitor.button('my_reports.withdraw.open'));
  await visitor.click(visitor.submit('my_reports.withdraw.confirm'));
  await visitor.sees('my_reports.withdraw.missing');
  await visitor.whole();
  await visitor.fill(visitor.field('my_reports.withdraw.reason'), 'Jag hittade den.');
  await visitor.click(visitor.submit('my_reports.withdraw.confirm'));
  await visitor.sees('follow.said.withdrawn');
  await page.getByText('Jag hittade den.').waitFor();
  assert.equal(await visitor.button('my_reports.withdraw.open').count(), 0);
  await visitor.whole();
}

// Nothing of a receipt is anywhere on the device, nor in the address.
export async function keptNothing(page, receipt) {
  const all = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href]));
  assert.ok(!all.replace(/\D/g, '').includes(receipt.replace(/\D/g, '')), all);
}

export async function receiptJourney(visitor, { receipt, number, title, handler }) {
  const { page, t } = visitor;
  const digits = receipt.replace(/\D/g, '');
  const field = page.locator('#receipt');
  const open = page.getByRole('button', { name: t('receipt.open'), exact: true });
  await visitor.go('/');
  await visitor.click(page.getByRole('main').getByRole('link', { name: t('shell.nav.receipt') }));
  await visitor.heading('receipt.title', { level: 1 }).waitFor();
  await settled(page);
  await visitor.whole();
  await field.focus();
  await page.keyboard.type(digits.slice(0, 12));
  assert.equal(await field.inputValue(), receipt.slice(0, 14));
  await visitor.click(open);
  await page.getByRole('link', { name: t('receipt.few', { count: 4 }) }).waitFor();
  await visitor.whole();
  if (visitor.byKeyboard) await field.focus();
  await (visitor.byKeyboard ? page.keyboard.press('End').then(() => page.keyboard.type(digits.slice(12))) : field.fill(receipt.replaceAll(' ', '-')));
  await visitor.click(open);
  await visitor.heading('follow.status').waitFor({ timeout: 60_000 });
  await step(visitor, 'received');
  await page.getByText(number).first().waitFor();
  await page.getByText('När hände det?').waitFor();
  await answer(visitor, 'I tisdags.');
  const { body } = await visitor.web.suite.api('GET', `/v1/reports/${number}/messages`, undefined, handler);
  assert.deepEqual(body.messages.map(({ text }) => text), ['När hände det?', 'I tisdags.']);
  await keptNothing(page, receipt);
  assert.deepEqual(await page.context().cookies(), []);
  await visitor.whole();
  await visitor.click(visitor.button('receipt.leave'));
  await visitor.heading('receipt.title', { level: 1 }).waitFor();
  assert.equal(await field.inputValue(), '');
  assert.equal(await page.getByText(title).count(), 0);
  // Come back to when it is done.
  await close(visitor.web.suite, number, 'Låset är bytt.', handler);
  await visitor.fill(field, receipt);
  await waitFor(async () => {
    await visitor.click(open);
    await visitor.heading('follow.status').waitFor({ timeout: 60_000 });
    if (await page.getByText('Låset är bytt.').count() === 1) return true;
    await visitor.click(visitor.button('receipt.leave'));
    await visitor.fill(field, receipt);
    return false;
  }, { seconds: 60, what: 'the outcome' });
  await step(visitor, 'done');
  await visitor.whole();
}
