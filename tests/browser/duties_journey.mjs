// The way of whoever answers for what authorities are told: what the laws say of a case, the questions that decide it, the decision
// not to report, and the register.

import assert from 'node:assert/strict';
import { waitFor } from '../harness/suite.mjs';

const part = (visitor, id) => visitor.page.locator(`#${id}`);

async function assessed(visitor, number) {
  const { suite } = visitor.web;
  const { body } = await suite.api('GET', `/v1/cases/${number}/assessment`, undefined, await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login));
  return body;
}
const resultOf = async (visitor, number, regime) => (await assessed(visitor, number)).results.find((result) => result.regime === regime);
// A question of the rules in the visitor's language.
async function question(visitor, id) {
  const { suite } = visitor.web;
  const { body } = await suite.api('GET', '/v1/regimes', undefined, await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login));
  const found = body.questions.find((one) => one.id === id);
  return { text: found.text[visitor.language], option: (option) => found.options.find((one) => one.id === option).label[visitor.language] };
}
// The row of a law, by its title.
const row = (visitor, title) => part(visitor, 'assessment').getByRole('listitem').filter({ has: visitor.page.getByRole('heading', { name: title }) });

async function reasonsOpened(visitor) {
  const { t } = visitor;
  const told = row(visitor, 'Anmälan av personuppgiftsincident');
  await told.getByText(t.term('ASSESSMENT_RESULT_REQUIRED')).waitFor();
  await visitor.click(told.locator('summary'));
  await told.getByText(t('duties.reason.said', { what: t('case.field.personal_data'), value: t.term('ANSWER_YES') })).waitFor();
  await visitor.whole();
}

// A duty that was only possible becomes required; what the answer changed is said, and how long is left.
async function answered(visitor, number) {
  const { page, t } = visitor;
  const risk = await question(visitor, 'high-risk');
  const assessment = part(visitor, 'assessment');
  await visitor.click(row(visitor, 'Information till de registrerade').getByRole('button', { name: risk.text }));
  await page.getByRole('heading', { level: 3, name: risk.text }).and(page.locator(':focus')).waitFor();
  await visitor.whole();
  await visitor.click(visitor.button('duties.asked.yes', { of: assessment }));
  const changed = assessment.getByText(new RegExp(t('duties.change.required_left', { duty: 'Information till de registrerade', time: '§' }).split('§')[0]));
  await changed.waitFor();
  // How long depends on the day: the target is our own and counts office hours.
  assert.match(await changed.textContent(), /\d/);
  await row(visitor, 'Information till de registrerade').getByText(t.term('ASSESSMENT_RESULT_REQUIRED')).waitFor();
  await part(visitor, 'duties').getByRole('heading', { name: 'Information till de registrerade' }).waitFor();
  await visitor.whole();
  assert.equal((await resultOf(visitor, number, 'SE-GDPR-34')).result, 'ASSESSMENT_RESULT_REQUIRED');
}

// It is taken back, and given again in the list of answers.
async function takenBack(visitor, number) {
  const { t } = visitor;
  const assessment = part(visitor, 'assessment');
  await visitor.click(visitor.button('duties.change.undo', { of: assessment }));
  await visitor.toast('duties.change.undone');
  await waitFor(async () => (await resultOf(visitor, number, 'SE-GDPR-34')).result === 'ASSESSMENT_RESULT_MAY_BE', { what: 'the answer to be taken back' });
  await row(visitor, 'Information till de registrerade').getByText(t.term('ASSESSMENT_RESULT_MAY_BE')).waitFor();
}

// Units, each with a time of its own; then several of a list, for the register.
async function unitsAndChoices(visitor, number) {
  const { page, t } = visitor;
  const assessment = part(visitor, 'assessment');
  const units = await question(visitor, 'affected-units');
  const first = assessment.getByRole('heading', { level: 3, name: units.text });
  await first.waitFor();
  await visitor.click(visitor.button('duties.asked.answer', { of: assessment }));
  await visitor.sees('duties.asked.need_unit', { of: assessment });
  for (const unit of ['Socialnämnden', 'Utbildningsn']) await visitor.pick(assessment.getByRole('combobox', { name: t('duties.asked.unit') }), unit);
  await assessment.getByLabel(t('duties.asked.unit_aware')).nth(1).waitFor();
  await visitor.whole();
  await visitor.click(visitor.button('duties.asked.answer', { of: assessment }));
  await waitFor(async () => (await assessed(visitor, number)).results.filter(({ regime }) => regime === 'SE-GDPR-33').length === 2, { what: 'a duty for each' });
  await visitor.sees('duties.change.title', { of: assessment });
  // What nobody knows yet is put aside, and can be come back to.
  for (;;) {
    const current = (await assessment.locator('form h3').textContent()).trim();
    if (current === (await question(visitor, 'breach-effects')).text) break;
    await visitor.click(visitor.button('duties.asked.later', { of: assessment }));
    await page.waitForFunction((text) => document.querySelector('#assessment form h3')?.textContent.trim() !== text, current);
  }
  const effects = await question(visitor, 'breach-effects');
  await visitor.sees('duties.asked.register', { of: assessment });
  await visitor.check(assessment.getByRole('checkbox', { name: effects.option('reputation') }));
  await visitor.whole();
  await visitor.click(visitor.button('duties.asked.answer', { of: assessment }));
  await visitor.sees('duties.change.none', { of: assessment });
  await visitor.click(assessment.locator('summary', { hasText: t('duties.answers.title', { count: 2 }) }));
  await assessment.getByText(effects.option('reputation')).first().waitFor();
  await assessment.getByText(visitor.web.suite.person('INFORMATION_SECURITY_OFFICER').name).first().waitFor();
  await visitor.whole();
}

// What the classification must say as well leads to its field.
async function missingFact(visitor) {
  const { page } = visitor;
  const assessment = part(visitor, 'assessment');
  await visitor.click(visitor.button('duties.missing.go', { of: assessment }).first());
  await page.locator('#classification [id^=classify-]:focus').waitFor();
  await visitor.click(visitor.button('shell.cancel', { of: part(visitor, 'classification') }));
}

async function notTold(visitor, number) {
  const { dialog, t } = visitor;
  const duties = part(visitor, 'duties');
  await visitor.click(visitor.button('case.duties.rule_out', { of: duties }).first());
  await visitor.click(visitor.submit('case.duties.rule_out_submit'));
  await dialog.getByRole('link', { name: t('case.duties.need_because') }).waitFor();
  await visitor.whole();
  await visitor.check(dialog.getByRole('radio', { name: t('case.duties.because_options.small') }));
  await visitor.fill(visitor.field('case.duties.why', { of: dialog }), 'Datorn var krypterad, och nyckeln finns hos it.');
  await visitor.click(visitor.submit('case.duties.rule_out_submit'));
  await visitor.toast('case.duties.ruled_out');
  const log = part(visitor, 'decisions');
  const entry = log.getByRole('listitem').filter({ hasText: 'Datorn var krypterad' });
  await entry.getByText(t.term('DECISION_CAUSE_RULED_OUT')).waitFor();
  await entry.getByText(visitor.web.suite.person('INFORMATION_SECURITY_OFFICER').name).waitFor();
  await visitor.click(entry.locator('summary'));
  await entry.getByText(t('case.field.personal_data')).first().waitFor();
  await visitor.whole();
  const { suite } = visitor.web;
  const { body } = await suite.api('GET', `/v1/duties?case_id=${number}`, undefined, await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login));
  const ruledOut = body.duties.find(({ state }) => state === 'DUTY_STATE_RULED_OUT');
  assert.equal(ruledOut.rule_out_reason, `${t('case.duties.because')} ${t('case.duties.because_options.small')}.\nDatorn var krypterad, och nyckeln finns hos it.`);
}

// `number` is of a case about personal data.
export async function dutiesJourney(visitor, { number }) {
  await visitor.go(`/cases/${number}`);
  await part(visitor, 'assessment').getByRole('heading', { name: 'Anmälan av personuppgiftsincident' }).waitFor();
  await reasonsOpened(visitor);
  await answered(visitor, number);
  await takenBack(visitor, number);
  await unitsAndChoices(visitor, number);
  await missingFact(visitor);
  await notTold(visitor, number);
}

export async function registerJourney(visitor, { number }) {
  const { page, t } = visitor;
  await visitor.go('/breaches');
  await visitor.heading('breaches.title', { level: 1 }).waitFor();
  const entry = page.getByRole('article', { name: number });
  await entry.getByText(t('breaches.persons', { count: 40 })).waitFor();
  await entry.getByText(t('breaches.missing')).first().waitFor();
  await visitor.whole();
  await visitor.select(visitor.field('breaches.period'), 'last_year');
  await visitor.heading('breaches.none.period', { level: 2 }).waitFor();
  await visitor.whole();
  await visitor.click(visitor.button('breaches.none.all'));
  await entry.waitFor();
  await visitor.select(visitor.field('breaches.period'), 'own');
  await visitor.field('breaches.from').waitFor();
  await visitor.click(visitor.summary('breaches.export'));
  await page.getByText('./avvik export breaches').waitFor();
  await visitor.whole();
}

// The clocks that run, and one's own calendar that follows them.
export async function deadlinesJourney(visitor, { number }) {
  const { dialog, page, t } = visitor;
  await visitor.go('/deadlines');
  await visitor.heading('shell.nav.deadlines', { level: 1 }).waitFor();
  const line = page.getByRole('main').getByRole('listitem').filter({ hasText: number }).first();
  await line.getByRole('link', { name: /^Anmälan av personuppgiftsincident/ }).waitFor();
  await visitor.whole();
  await visitor.select(visitor.field('deadlines.by'), 'week');
  await page.getByRole('heading', { level: 2, name: new RegExp(`^${t('deadlines.week')} \\d+`) }).first().waitFor();
  await visitor.whole();
  await visitor.click(visitor.summary('deadlines.feed.title'));
  await page.getByRole('heading', { name: t('deadlines.feed.yours') }).waitFor();
  await visitor.click(visitor.button('deadlines.feed.make'));
  const address = visitor.field('deadlines.feed.address');
  await address.waitFor();
  assert.match(await address.inputValue(), /^http:.*\/v1\/calendar\/.+\.ics$/);
  const { status } = await fetch(await address.inputValue());
  assert.equal(status, 200);
  await visitor.whole();
  await visitor.click(visitor.button('deadlines.feed.done'));
  await address.waitFor({ state: 'detached' });
  await visitor.click(visitor.button('deadlines.feed.revoke').first());
  await visitor.sees('deadlines.feed.revoke_text', { of: dialog });
  await visitor.whole();
  await visitor.click(visitor.submit('deadlines.feed.revoke'));
  await visitor.toast('deadlines.feed.revoked');
  await visitor.sees('deadlines.feed.none');
  await visitor.click(line.getByRole('link').first());
  await page.waitForURL(new RegExp(`/cases/${number}#duty-`));
}
