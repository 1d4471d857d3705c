// The administrator's way through every part: who would get a case, the organisation and its versions, roles and stand-ins, rules,
// regimes, mails, retention, the mail that goes out and the events that are stuck.

import assert from 'node:assert/strict';
import { settled } from './harness.mjs';

// Goes to a part by the list of parts, which a narrow screen folds.
async function to(visitor, part) {
  const { page, t } = visitor;
  const nav = page.getByRole('navigation', { name: t('administration.title') });
  if (visitor.size === 'phone') await visitor.click(nav.locator('summary'));
  await visitor.click(nav.getByRole('link', { name: t(`administration.parts.${part}.title`), exact: true }));
  await visitor.heading(`administration.parts.${part}.title`, { level: 1 }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await settled(page);
  assert.equal(await page.locator('main [role="alert"]').count(), 0, part);
}
const unfold = ({ page }) => page.locator('main .content details').evaluateAll((all) => { for (const one of all) one.open = true; });

async function whoWouldGetIt(visitor) {
  const { page, t } = visitor;
  await visitor.select(visitor.field('administration.who.category'), 'CATEGORY_LOST_DEVICE');
  await visitor.pick(page.getByRole('combobox', { name: t('administration.who.unit') }), 'Hemtj');
  await visitor.check(visitor.radio('administration.who.personal', t.term('ANSWER_YES')));
  await visitor.click(visitor.button('administration.who.ask'));
  await visitor.sees('administration.who.gets');
  await page.getByRole('heading', { level: 2, name: 'Fatima Haddad' }).waitFor();
  await page.getByRole('table', { name: t('administration.who.ladder') }).getByText('personal-data').waitFor();
  await page.getByRole('table', { name: t('administration.reminders.steps') }).waitFor();
  await visitor.sees('administration.reminders.next');
  await visitor.whole();
}

// Added, seen and ended. `days` are another pair in each cell, since what has been stays.
async function standIn(visitor, { absent, person, first, last }) {
  const { page, t } = visitor;
  await visitor.click(visitor.button('administration.stand_ins.add'));
  await page.getByRole('link', { name: t('administration.stand_ins.faults.person') }).waitFor();
  await visitor.whole();
  await visitor.pick(page.locator('#stand-in-person'), person.name);
  await visitor.pick(page.locator('#stand-in-absent'), absent.name);
  await visitor.fillDay(page.locator('#stand-in-first'), first);
  await visitor.fillDay(page.locator('#stand-in-last'), last);
  await visitor.click(visitor.button('administration.stand_ins.add'));
  await visitor.toast('administration.stand_ins.added', { person: person.name });
  const shown = new Intl.DateTimeFormat(t.locale, { dateStyle: 'long' }).format(new Date(`${first}T12:00:00Z`));
  const row = page.getByRole('row').filter({ hasText: person.name }).filter({ hasText: shown });
  await row.waitFor();
  await visitor.whole();
  await visitor.click(row.getByRole('button', { name: t('administration.stand_ins.end_whose', { person: person.name }) }));
  await row.waitFor({ state: 'detached' });
}

async function organisationTried(visitor) {
  const { page } = visitor;
  const box = page.locator('#organisation-file');
  await visitor.fill(box, 'nothing: that is an organisation');
  await visitor.click(visitor.button('administration.change.try'));
  await page.locator('.ds-validation-message, .content [role=alert]').first().waitFor();
  await visitor.whole();
  await visitor.click(page.getByRole('button', { name: new RegExp(visitor.t('administration.change.take', { version: '§' }).split('§')[0].trim().replace(/[()]/g, '\\$&')) }));
  await visitor.click(visitor.button('administration.change.try'));
  await visitor.sees('administration.change.nothing');
  await visitor.whole();
  await visitor.fill(box, '');
}

// Mail is being refused, and an event of the figures is stuck: what is said of it, and that trying again does not help yet.
async function operation(visitor) {
  const { page, t } = visitor;
  await to(visitor, 'notices');
  await visitor.sees('administration.notices.unwell');
  await page.getByText('451').first().waitFor();
  await visitor.sees('administration.notices.who_sees');
  await visitor.whole();
  await to(visitor, 'events');
  const figures = page.getByRole('region', { name: t('administration.events.services.metrics') });
  await figures.getByText(t('administration.events.parked', { count: 1 })).waitFor();
  const stuck = figures.getByRole('table', { name: t('administration.events.list') }).getByRole('row').nth(1);
  await stuck.getByText('avvik.intake.v1.ReportSubmitted').waitFor();
  await visitor.whole();
  await visitor.click(stuck.getByRole('button', { name: t('administration.events.replay') }));
  await page.getByRole('main').getByText(t('administration.events.replayed', { applied: 0, parked: 1 })).waitFor();
  for (const service of ['intake', 'triage', 'escalation', 'delivery']) {
    await page.getByRole('region', { name: t(`administration.events.services.${service}`) }).getByText(t('administration.events.well')).waitFor();
  }
  await visitor.whole();
}

export async function administrationJourney(visitor, people) {
  const { page, t } = visitor;
  await visitor.go('/administration');
  await visitor.heading('administration.title', { level: 1 }).waitFor();
  await whoWouldGetIt(visitor);
  await to(visitor, 'organisation');
  await page.getByRole('table', { name: t('administration.organisation.units') }).waitFor();
  await visitor.fill(visitor.field('administration.organisation.find'), people.absent.name);
  await page.getByRole('table', { name: t('administration.organisation.people', { count: 1 }) }).getByRole('rowheader', { name: people.absent.name }).waitFor();
  await visitor.whole();
  await to(visitor, 'stand-ins');
  await standIn(visitor, people);
  await to(visitor, 'change');
  await organisationTried(visitor);
  for (const part of ['versions', 'roles', 'rules', 'regimes', 'ladders', 'templates', 'retention']) {
    await to(visitor, part);
    await page.locator('main .content .panel, main .content table').first().waitFor();
    if (part === 'regimes') await page.getByText(t('administration.regimes.in_force')).first().waitFor();
    if (part === 'retention') await page.getByRole('table', { name: t('administration.retention.rules') }).waitFor();
    if (!visitor.byKeyboard) await unfold(visitor);
    if (part === 'regimes' && !visitor.byKeyboard) await visitor.sees('administration.regimes.source');
    await visitor.whole();
  }
  await operation(visitor);
}
