// Whatever dies during an import, the end state is the same, to the row.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '../harness/register.mjs';
import { differences, holdings, settle } from '../harness/state.mjs';
import { Suite, services, waitFor } from '../harness/suite.mjs';

const file = register();

async function importWith(disturb) {
  const suite = await Suite.start();
  try {
    // Who may import is known to all before anything is disturbed.
    await settle(suite);
    const running = suite.avvik('import', 'reports', file, '--json');
    let done = false;
    running.finally(() => { done = true; });
    if (disturb) await disturb(suite, () => done);
    const imported = await running;
    assert.equal(imported.status, 0, imported.stderr);
    await suite.ready();
    await settle(suite, { seconds: 120 });
    // A killed mail worker may hand the same message over twice; a mailbox tells the repeat by its Message-ID.
    const mails = suite.mails().filter((mail) => !mail.repeated).map((mail) => mail.message_id);
    assert.equal(new Set(mails).size, mails.length);
    return { state: await holdings(suite), mails: mails.length };
  } finally {
    await suite.stop();
  }
}

let undisturbed;

test('UndisturbedImportIsTheYardstick', async () => {
  undisturbed = await importWith();
  assert.ok(undisturbed.state.reports.length > 0);
});

test('KillingEachServiceInTurnDuringAnImportChangesNothing', async () => {
  const killed = await importWith(async (suite, done) => {
    for (const service of [...services, ...services]) {
      if (done() && service === services[0]) break;
      await suite.killService(service);
    }
  });
  assert.deepEqual(differences(undisturbed.state, killed.state), []);
  assert.equal(killed.mails, undisturbed.mails);
});

test('WipingRedisDuringAnImportChangesNothing', async () => {
  const wiped = await importWith(async (suite, done) => {
    for (let i = 0; i < 5 || (!done() && i < 50); i += 1) {
      await suite.redisCli('FLUSHALL');
      await new Promise((resume) => { setTimeout(resume, 150); });
    }
  });
  assert.deepEqual(differences(undisturbed.state, wiped.state), []);
  assert.equal(wiped.mails, undisturbed.mails);
});

test('ForgingEventsDuringAnImportChangesNothing', async () => {
  const forged = await importWith(async (suite, done) => {
    for (let i = 0; i < 5 || (!done() && i < 50); i += 1) {
      for (const service of ['intake', 'triage', 'escalation']) {
        const stream = `avvik:events:${service}`;
        const last = await suite.redisCli('XREVRANGE', stream, '+', '-', 'COUNT', '1');
        // In the place of what is told next, and as an entry without a proof.
        if (last) await suite.redisCli('XADD', stream, `${parseInt(last, 10) + 1}-0`, 't', 'x', 'e', 'made up');
      }
    }
    await waitFor(() => services.some((service) => suite.log(service).some(({ event }) => event === 'event_forged')), { what: 'a forged event in a log' });
  });
  assert.deepEqual(differences(undisturbed.state, forged.state), []);
  assert.equal(forged.mails, undisturbed.mails);
});

test('KillingRedisAndPostgresDuringAnImportChangesNothing', async () => {
  const killed = await importWith(async (suite) => {
    await suite.killService('redis');
    await suite.killService('postgres', 'SIGQUIT');
  });
  assert.deepEqual(differences(undisturbed.state, killed.state), []);
  assert.equal(killed.mails, undisturbed.mails);
});
