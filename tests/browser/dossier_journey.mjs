// The way of whoever writes to an authority: the form in its own words, looked at by somebody else, copied to the authority, and kept.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { waitFor } from '../harness/suite.mjs';

const dossierOf = async ({ web: { suite } }, { duty, stage }, login = suite.person('INFORMATION_SECURITY_OFFICER').login) => {
  const { status, body } = await suite.api('GET', `/v1/duties/${duty}/stages/${stage}/dossier`, undefined, await suite.token(login));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
// What the other does.
async function other({ web: { suite } }, where, command, fields = {}) {
  const login = suite.person('DATA_PROTECTION_OFFICER').login;
  const { etag } = await dossierOf({ web: { suite } }, where, login);
  const { status, body } = await suite.api('POST', `/v1/duties/${where.duty}/stages/${where.stage}/dossier:${command}`, { etag, ...fields }, await suite.token(login));
  assert.equal(status, 200, JSON.stringify(body));
}
const field = ({ page }, id) => page.locator(`#field-${id}`);

async function written(visitor, where) {
  const { page, t } = visitor;
  await page.getByRole('main').getByText(t.term('VALUE_ORIGIN_ORGANISATION')).first().waitFor();
  await visitor.whole();
  // What is missing leads to its field.
  const missing = page.getByRole('main').locator('summary', { hasText: t('dossier.missing.title', { count: (await dossierOf(visitor, where)).missing.length }) });
  await missing.waitFor();
  if (!await missing.evaluate((one) => one.parentElement.open)) await visitor.click(missing);
  await visitor.click(page.getByRole('main').getByRole('link', { name: /^Vad som hände/ }).first());
  await page.locator('#field-course:focus').waitFor();
  await visitor.fill(field(visitor, 'course'), 'Datorn stals ur en bil. Den var krypterad. 19121212-1212 stod på lappen.');
  await visitor.select(field(visitor, 'type'), 'stolen');
  await visitor.fill(field(visitor, 'persons'), '40 personer');
  await visitor.sees('dossier.unsaved', { values: { count: 3 } });
  await visitor.click(visitor.button('dossier.save'));
  await visitor.toast('dossier.saved');
  // A personal number may not be sent.
  await page.locator('#field-course-error').waitFor();
  await visitor.whole();
  await visitor.fill(field(visitor, 'course'), 'Datorn stals ur en bil. Den var krypterad.');
  await visitor.click(visitor.button('dossier.save'));
  const saved = await waitFor(async () => {
    const now = await dossierOf(visitor, where);
    return now.version === 2 && now;
  }, { what: 'the second version' });
  await page.getByText(visitor.t('dossier.unsaved', { count: 1 })).waitFor({ state: 'detached' });
  assert.equal(await page.locator('#field-course-error').count(), 0);
  assert.equal(saved.fields.find((one) => one.field === 'type').value.choices.options[0], 'stolen');
}

async function reviewed(visitor, where) {
  const { page, t } = visitor;
  await visitor.click(visitor.button('dossier.ask'));
  await visitor.toast('dossier.asked');
  await visitor.sees('dossier.four_eyes');
  assert.equal(await visitor.button('dossier.approve').count(), 0);
  await other(visitor, where, 'return', { reason: 'Skriv också vad ni har gjort.' });
  await page.reload();
  await page.getByText('Skriv också vad ni har gjort.').waitFor();
  await page.getByText(t('dossier.returned_by', { who: visitor.web.suite.person('DATA_PROTECTION_OFFICER').name, time: '§' }).split('§')[0].trim()).waitFor();
  await visitor.whole();
}

async function copied(visitor, where) {
  const { page, t } = visitor;
  await visitor.click(visitor.button('dossier.copy.mode'));
  const total = (await dossierOf(visitor, where)).fields.filter(({ value }) => value).length;
  await visitor.sees('dossier.copy.progress', { values: { done: 0, total } });
  await visitor.whole();
  const line = page.getByRole('listitem').filter({ hasText: 'Den var krypterad.' });
  await visitor.click(visitor.button('dossier.copy.copy', { of: line }));
  await visitor.sees('dossier.copy.progress', { values: { done: 1, total } });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Datorn stals ur en bil. Den var krypterad.');
  assert.ok(await line.getByRole('checkbox').isChecked());
  // On to the next.
  assert.match(await page.evaluate(() => document.activeElement.textContent), new RegExp(t('dossier.copy.copy')));
}

// As files, each of what it says it is.
async function fetched(visitor) {
  const { page, t } = visitor;
  for (const [format, ending, begin] of [['pdf', '.pdf', '%PDF-'], ['json', '.json', '{'], ['iodef', '.xml', '<?xml'], ['stix', '.json', '{']]) {
    const coming = page.waitForEvent('download');
    await visitor.click(page.getByRole('link', { name: t(`dossier.download.${format}`) }));
    const file = await coming;
    assert.ok(file.suggestedFilename().endsWith(ending), file.suggestedFilename());
    assert.equal(readFileSync(await file.path()).subarray(0, begin.length).toString(), begin, format);
  }
}

async function kept(visitor, where) {
  const { page, t } = visitor;
  await visitor.click(visitor.button('dossier.receipts.add'));
  await visitor.sees('dossier.receipts.need_file');
  await page.locator('#receipt-file').setInputFiles({ name: 'kvittens.txt', mimeType: 'text/plain', buffer: Buffer.from('IMY-2026-99 är mottagen.\n') });
  await visitor.click(visitor.button('dossier.receipts.add'));
  await visitor.toast('dossier.receipts.added');
  await page.getByRole('link', { name: 'kvittens.txt' }).waitFor();
  await visitor.click(visitor.button('dossier.told'));
  await visitor.fill(visitor.field('case.duties.external', { of: visitor.dialog }), 'IMY-2026-99');
  await visitor.click(visitor.submit('case.duties.submit'));
  await visitor.toast('case.duties.submitted');
  assert.equal((await dossierOf(visitor, where)).state, 'DOSSIER_STATE_SENT');
  await page.getByText(t.term('DOSSIER_STATE_SENT').toLowerCase()).first().waitFor();
  await visitor.whole();
}

// `where` is {duty, stage, number} of a duty that runs.
export async function dossierJourney(visitor, where) {
  const { page } = visitor;
  await visitor.go(`/duties/${where.duty}/${where.stage}`);
  await page.getByRole('heading', { level: 1, name: 'Anmälan' }).waitFor();
  await written(visitor, where);
  await fetched(visitor);
  await reviewed(visitor, where);
  await copied(visitor, where);
  await kept(visitor, where);
}
