// Each of the five example organisations handles a lost laptop with personal data in its own way.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listAll, settle } from '../harness/state.mjs';
import { Suite, root } from '../harness/suite.mjs';

const organisations = readdirSync(join(root, 'deploy/organisations')).filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', '')).sort();

const authorities = { SE: 'Integritetsskyddsmyndigheten', DK: 'Datatilsynet' };
const regimes = { SE: 'SE-GDPR-33', DK: 'DK-GDPR-33' };
const greetings = { sv: /tagit emot/i, da: /modtaget/i, en: /received/i };

test('ThereAreFiveOrganisations', () => assert.equal(organisations.length, 5));

for (const name of organisations) {
  test(`LostLaptopIn ${name} finds its owner, its duty and its language`, async () => {
    const suite = await Suite.start({ organisation: name });
    try {
      const reporter = suite.person('EMPLOYEE');
      const employee = await suite.token(reporter.login);
      const officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
      const { body: { organisation } } = await suite.api('GET', '/v1/organisation', undefined, officer);
      const coordinator = organisation.people.find((person) => person.roles.some((held) => held.role === 'COORDINATOR' && held.unit));
      const { unit } = coordinator.roles.find((held) => held.role === 'COORDINATOR' && held.unit);

      const { status, body: report } = await suite.api('POST', '/v1/reports', {
        request_id: randomUUID(),
        report: { title: 'Laptop', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', unit, affected_persons: 40 },
      }, employee);
      assert.equal(status, 200, JSON.stringify(report));
      await settle(suite);

      const { body: found } = await suite.api('GET', `/v1/cases/${report.number}`, undefined, officer);
      assert.equal(found.owner.login, coordinator.login);
      assert.equal(found.owner.role, 'COORDINATOR');
      assert.equal(found.classification.kind, 'KIND_INCIDENT');
      assert.ok(found.drawn_in.some((party) => party.role === 'DATA_PROTECTION_OFFICER'));
      const { body: explained } = await suite.api('GET', `/v1/cases/${report.number}:explain`, undefined, officer);
      assert.equal(explained.owner.login, coordinator.login);
      assert.ok(explained.steps.some((step) => step.effect === 'ROUTING_EFFECT_OWNER' && step.reason !== ''));

      const duties = await listAll(suite, '/v1/duties', 'duties', officer);
      const gdpr = duties.filter((duty) => duty.regime === regimes[organisation.country]);
      assert.equal(gdpr.length, 1);
      assert.ok(gdpr[0].receiver.name.includes(authorities[organisation.country]), gdpr[0].receiver.name);
      assert.equal(gdpr[0].state, 'DUTY_STATE_REQUIRED');
      assert.equal(Date.parse(gdpr[0].stages[0].target_time) - Date.parse(found.aware_time), 72 * 3600 * 1000);

      const language = reporter.language || organisation.languages[0];
      const mails = suite.mails();
      const answer = mails.find((mail) => mail.to.includes(reporter.email));
      assert.ok(answer, 'the reporter got no answer');
      assert.match(answer.content, new RegExp(`Content-Language: ${language}`, 'i'));
      assert.match(answer.content, greetings[language]);
      assert.ok(mails.some((mail) => mail.to.includes(coordinator.email)), 'the owner got no notice');
    } finally {
      await suite.stop();
    }
  });
}
