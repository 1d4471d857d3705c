// The way of whoever reports: without a name, then signed in with it, then in confidence.

import assert from 'node:assert/strict';
import { settled, signInAs } from './harness.mjs';

export const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

// What the device keeps of drafts.
export const kept = (page) => page.evaluate(async () => {
  const texts = [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => /report|message/.test(key));
  const files = await new Promise((done) => {
    const opening = indexedDB.open('avvik', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('files', { keyPath: 'id' });
    opening.onsuccess = () => {
      const request = opening.result.transaction('files').objectStore('files').count();
      request.onsuccess = () => { opening.result.close(); done(request.result); };
    };
  });
  return { texts, files };
});

const when = (visitor, answer) => visitor.radio('report.when.label', visitor.t(`report.when.${answer}`));
const kind = (visitor, answer) => visitor.radio('report.kind.label', visitor.t(`report.kind.${answer}`));
const who = (visitor, answer) => visitor.radio('report.who.label', visitor.t(`report.who.${answer}`));

async function send(visitor) {
  await visitor.click(visitor.button('report.send'));
  await visitor.heading('report.done.title', { level: 1 }).waitFor({ timeout: 60_000 });
  await visitor.page.waitForFunction(() => document.activeElement?.tagName === 'H1');
}

async function anonymously(visitor) {
  const { page, t } = visitor;
  await visitor.go('/report');
  await visitor.whole();
  // Nothing is sent while something is missing, and it is said where.
  await visitor.click(visitor.button('report.send'));
  const missing = page.getByRole('link', { name: t('report.what.missing') });
  await missing.waitFor();
  await visitor.whole();
  await visitor.click(missing);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'what');
  await visitor.fill(visitor.field('report.what.label'), 'Ett brev låg i fel fack. Det gällde en annan person.');
  await visitor.check(when(visitor, 'today'));
  await visitor.fill(visitor.field('report.place.where'), 'Receptionen');
  await visitor.check(kind(visitor, 'misdirected'));
  await visitor.sees('report.advice.misdirected.first');
  await visitor.check(who(visitor, 'anonymous'));
  await visitor.sees('report.who.own_words');
  await visitor.whole();
  await send(visitor);
  const receipt = (await page.locator('[data-receipt]').innerText()).replace(/\s+/g, ' ').trim();
  assert.match(receipt, /^\d{4} \d{4} \d{4} \d{4}$/);
  await visitor.sees('report.done.nothing_kept');
  await visitor.whole();
  assert.deepEqual(await kept(page), { texts: [], files: 0 });
  assert.deepEqual(await page.context().cookies(), []);
  await visitor.check(page.getByRole('checkbox', { name: t('report.done.saved') }));
}

async function withName(visitor) {
  const { page, t } = visitor;
  await visitor.fill(visitor.field('report.what.label'), 'Min telefon är borta');
  await visitor.check(when(visitor, 'earlier'));
  await visitor.fillDay(visitor.field('report.when.date'), '2026-03-02');
  await visitor.pick(page.getByRole('combobox', { name: t('report.place.where') }), 'hemtj');
  await visitor.pick(page.getByRole('combobox', { name: t('report.place.system') }), 'jour');
  await visitor.check(kind(visitor, 'lost'));
  await page.locator('#files').setInputFiles({ name: 'bild.png', mimeType: 'image/png', buffer: png });
  await page.getByText('bild.png').waitFor();
  await visitor.click(visitor.summary('report.more.title'));
  await visitor.check(visitor.radio('report.more.personal', t.term('ANSWER_YES')));
  await visitor.fill(visitor.field('report.more.affected'), '12');
  await visitor.check(visitor.radio('report.more.ongoing', t.term('ANSWER_NO')));
  await visitor.check(who(visitor, 'named'));
  await visitor.whole();
  await send(visitor);
  await page.getByText(/AVV-\d{4}-\d{6}/).first().waitFor();
  await visitor.sees('report.done.next_2_named');
  await page.locator('main .done').first().waitFor();
  await visitor.whole();
  assert.deepEqual(await kept(page), { texts: [], files: 0 });
}

async function inConfidence(visitor) {
  const { page, t } = visitor;
  await visitor.click(visitor.button('report.done.another'));
  await visitor.fill(visitor.field('report.what.label'), 'En kollega läser journaler av nyfikenhet');
  await visitor.check(who(visitor, 'confidential'));
  await visitor.sees('report.who.confidential_text');
  await send(visitor);
  const number = (await page.getByText(/AVV-\d{4}-\d{6}/).first().textContent()).trim();
  await visitor.click(visitor.link('report.done.follow'));
  await page.waitForURL(`**/my-reports/${number}`);
  await visitor.heading('follow.status').waitFor();
  await page.getByText(t.term('CONFIDENTIALITY_CONFIDENTIAL')).or(page.getByText(t('report.who.confidential'))).first().waitFor();
  await settled(page);
  await visitor.whole();
}

export async function reportJourney(visitor, login) {
  await anonymously(visitor);
  await signInAs(visitor.page, visitor.web.url('/report'), login);
  await withName(visitor);
  await inConfidence(visitor);
}
