// The way of whoever handles a case, from the first look to what the reporter is told, and of many reports of one thing.

import assert from 'node:assert/strict';
import { act, readCase } from './cases.mjs';
import { settled } from './harness.mjs';

const part = (visitor, id) => visitor.page.locator(`#${id}`);

async function open(visitor, number) {
  await visitor.go(`/cases/${number}`);
  await part(visitor, 'notes').waitFor();
}

async function takenOn(visitor, number, { login }) {
  const { dialog, page, t } = visitor;
  await visitor.click(visitor.button('case.actions.assign', { of: page.locator('.row.actions') }));
  await visitor.whole();
  await visitor.click(visitor.button('case.actions.to_me', { of: dialog }));
  await visitor.click(visitor.submit('case.actions.assign'));
  await dialog.waitFor({ state: 'detached' });
  await visitor.click(visitor.button('case.actions.acknowledge'));
  await visitor.toast('case.actions.acknowledged');
  await page.locator('.summary').getByText(t.term('CASE_STATE_ACKNOWLEDGED')).waitFor();
  assert.equal((await readCase(visitor.web.suite, number)).owner.login, login);
  // Why the rules found whom they found.
  await visitor.click(visitor.summary('case.owner.why'));
  await part(visitor, 'owner').locator('ol li').first().waitFor();
}

async function classified(visitor, number) {
  const { t } = visitor;
  const form = part(visitor, 'classification');
  await visitor.click(visitor.button('case.classification.change', { of: form }));
  await visitor.select(form.getByLabel(t('case.field.kind'), { exact: true }), 'KIND_INCIDENT');
  await visitor.select(form.getByLabel(t.term('SECURITY_PROPERTY_CONFIDENTIALITY')), '3');
  await visitor.check(visitor.radio('case.field.personal_data', t.term('ANSWER_YES'), { of: form }));
  await visitor.sees('case.effect.title', { of: form });
  await visitor.sees('case.effect.personal_data', { of: form });
  await visitor.whole();
  await visitor.click(visitor.button('case.classification.save'));
  await visitor.toast('case.classification.saved');
  const { classification } = await readCase(visitor.web.suite, number);
  assert.equal(classification.kind, 'KIND_INCIDENT');
  assert.equal(classification.personal_data, 'ANSWER_YES');
}

async function dutyRecorded(visitor) {
  const { dialog } = visitor;
  const duties = part(visitor, 'duties');
  await visitor.click(visitor.button('case.duties.submit', { of: duties }).first());
  await visitor.click(visitor.submit('case.duties.submit'));
  await visitor.sees('case.duties.need_number', { of: dialog });
  await visitor.whole();
  await visitor.fill(visitor.field('case.duties.external', { of: dialog }), 'IMY-2026-1234');
  await visitor.click(visitor.submit('case.duties.submit'));
  await visitor.toast('case.duties.submitted');
}

async function measureDone(visitor) {
  const { dialog } = visitor;
  const measures = part(visitor, 'measures');
  await visitor.click(visitor.button('case.measures.decide', { of: measures }));
  await visitor.click(visitor.submit('case.measures.decide'));
  await visitor.sees('case.measures.need_title', { of: dialog });
  await visitor.whole();
  await visitor.fill(visitor.field('case.measures.what', { of: dialog }), 'Byt fönsterkuvert');
  await visitor.click(visitor.submit('case.measures.decide'));
  await visitor.toast('case.measures.decided');
  await visitor.click(visitor.button('case.measures.complete', { of: measures }));
  await visitor.click(visitor.submit('case.measures.complete'));
  await visitor.toast('case.measures.said.complete');
  await visitor.sees('case.measures.ended', { of: measures, values: { count: 1 } });
}

async function written(visitor, number, employee) {
  const { suite } = visitor.web;
  await visitor.fill(visitor.field('case.dialogue.write'), 'Var brevet öppnat?');
  await visitor.click(visitor.button('case.dialogue.send', { of: part(visitor, 'dialogue') }));
  await part(visitor, 'dialogue').locator('li', { hasText: 'Var brevet öppnat?' }).waitFor();
  await visitor.fill(visitor.field('case.notes.write'), 'Ringde registratorn.');
  await visitor.click(visitor.button('case.notes.save'));
  await part(visitor, 'notes').locator('li', { hasText: 'Ringde registratorn.' }).waitFor();
  const { body } = await suite.api('GET', `/v1/reports/${number}/messages`, undefined, await suite.token(employee));
  assert.deepEqual(body.messages.map(({ text }) => text), ['Var brevet öppnat?']);
}

// What happened is told, and who has read; what is alike is found, taken in and out again.
async function lookedAround(visitor, one, like) {
  const { t, web: { suite } } = visitor;
  const timeline = part(visitor, 'timeline');
  await timeline.getByText(t.term('TIMELINE_KIND_NOTED')).first().waitFor();
  const count = await timelineLength(visitor, one);
  if (count > 8) await visitor.click(visitor.button('case.timeline.all', { of: timeline, values: { count } }));
  for (const kind of ['OPENED', 'CLASSIFIED', 'ACKNOWLEDGED', 'MEASURE_DECIDED', 'MEASURE_DONE']) await timeline.getByText(t.term(`TIMELINE_KIND_${kind}`)).first().waitFor();
  await visitor.click(visitor.summary('case.readers.show'));
  await part(visitor, 'readers').getByText('Anna Berg').waitFor();
  const related = part(visitor, 'related');
  await related.getByRole('link', { name: like.title }).waitFor();
  await visitor.click(related.getByRole('button', { name: `${t('case.related.take_in')} ${like.number}` }));
  await visitor.toast('case.related.grouped', { number: like.number });
  const out = related.getByRole('button', { name: `${t('case.related.take_out')} ${like.number}` });
  await out.waitFor();
  await visitor.sees('case.related.members', { of: related, values: { count: 1 } });
  await visitor.whole();
  await visitor.click(out);
  await visitor.toast('case.related.taken_out', { number: like.number });
  await out.waitFor({ state: 'detached' });
  assert.equal((await readCase(suite, like.number)).group_case_id, '');
}
async function timelineLength(visitor, { number }) {
  const { suite } = visitor.web;
  const { body } = await suite.api('GET', `/v1/cases/${number}/timeline`, undefined, await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login));
  return body.entries.length;
}

// What another does meanwhile is shown without a reload, and what was begun stays.
async function anotherChanges(visitor, number, other) {
  const { suite } = visitor.web;
  await visitor.fill(visitor.field('case.notes.write'), 'Påbörjad');
  await act(suite, number, 'note', { text: 'Loggarna är säkrade.', request_id: `${number}-other` }, other.login);
  await visitor.whole();
  const news = visitor.page.getByText(visitor.t('case.news.title', { by: other.name }));
  await news.first().waitFor({ timeout: 30_000 });
  await part(visitor, 'notes').getByText('Loggarna är säkrade.').waitFor();
  assert.equal(await visitor.field('case.notes.write').inputValue(), 'Påbörjad');
  await visitor.whole();
  await visitor.click(visitor.button('case.news.seen'));
  await visitor.fill(visitor.field('case.notes.write'), '');
}

async function closed(visitor, number) {
  const { dialog, page, t, web: { suite } } = visitor;
  await visitor.click(visitor.button('case.actions.close', { of: page.locator('.row.actions') }));
  await visitor.click(visitor.submit('case.actions.close'));
  await dialog.getByRole('link', { name: t('cases.closing.need_outcome') }).waitFor();
  await visitor.whole();
  await visitor.select(visitor.field('cases.closing.resolution', { of: dialog }), 'RESOLUTION_REMEDIED');
  await visitor.select(visitor.field('cases.closing.cause', { of: dialog }), 'CAUSE_ROUTINE');
  await visitor.fill(visitor.field('cases.closing.outcome', { of: dialog }), 'Rutinen är ändrad.');
  await visitor.fill(visitor.field('cases.closing.told', { of: dialog }), 'Tack! Vi packar breven på ett annat sätt nu.');
  await visitor.click(visitor.submit('case.actions.close'));
  await visitor.toast('case.close.done');
  await visitor.sees('case.told_reporter');
  await visitor.whole();
  const { state, resolution, cause, outcome, outcome_for_reporter } = await readCase(suite, number);
  assert.deepEqual([state, resolution, cause, outcome, outcome_for_reporter],
    ['CASE_STATE_CLOSED', 'RESOLUTION_REMEDIED', 'CAUSE_ROUTINE', 'Rutinen är ändrad.', 'Tack! Vi packar breven på ett annat sätt nu.']);
}

// `one` and `like` are cases of similar titles, `employee` who reported them, `other` another who handles cases.
export async function caseJourney(visitor, { one, like, employee, officer, other }) {
  await open(visitor, one.number);
  await visitor.page.getByRole('heading', { level: 1, name: one.title }).waitFor();
  await part(visitor, 'report').getByText('Ett brev om hemtjänst').waitFor();
  await settled(visitor.page);
  await visitor.whole();
  await takenOn(visitor, one.number, { login: officer });
  await classified(visitor, one.number);
  await dutyRecorded(visitor);
  await measureDone(visitor);
  await written(visitor, one.number, employee);
  await lookedAround(visitor, one, like);
  await anotherChanges(visitor, one.number, other);
  await closed(visitor, one.number);
}

// `number` is of a case that several have reported.
export async function campaignJourney(visitor, { number, reports, reporter }) {
  const { dialog, t, web: { suite } } = visitor;
  await open(visitor, number);
  const campaign = part(visitor, 'campaign');
  await visitor.sees('case.campaign.reports', { of: campaign, values: { count: reports.length } });
  await visitor.click(visitor.button('case.campaign.do_answer', { of: campaign }));
  await visitor.click(visitor.submit('case.campaign.send'));
  await dialog.getByRole('link', { name: t('case.need_text') }).waitFor();
  await visitor.whole();
  await visitor.fill(visitor.field('case.campaign.text', { of: dialog }), 'Det är bedrägeri. Svara inte, och radera mejlet.');
  await visitor.click(visitor.submit('case.campaign.send'));
  await visitor.toast('case.campaign.answered');
  await campaign.getByText('Det är bedrägeri.').waitFor();
  await visitor.whole();
  // Everybody who reported is told.
  for (const one of reports) {
    const { body } = await suite.api('GET', `/v1/reports/${one}/answer`, undefined, await suite.token(reporter));
    assert.match(JSON.stringify(body), /Det är bedrägeri/);
  }
}
