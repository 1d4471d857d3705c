// Nothing of a case that one may not read comes through anywhere: no call of the API, whatever it is for, tells somebody
// outside more than the single read would. Every operation of the OpenAPI document is gone through: one with a case, report,
// duty, notice or measure in its path answers as if that did not exist, to the letter, and so does one with many cases in its body; a list,
// a search, a count and a figure are the same with it as without; a stream stays silent. An operation that fits none of this must be named in
// APART, with the reason.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { listAll, settle } from '../harness/state.mjs';
import { Suite, organisationFile, waitFor } from '../harness/suite.mjs';

// Operations that are not about what somebody may see, and why.
const APART = {
  Intake_SubmitReport: 'tells the reporter of the report made; a repeated request id is the reporter\'s own',
  Triage_ApplyOrganisation: 'is about the organisation',
  Triage_HandOverCases: 'counts what one person has, for those who may hand over; everybody else is refused before',
  Metrics_RebuildFigures: 'is about the figures as a whole',
  EventInbox_ListConsumers: 'counts events of all tenants, for those who run Avvik',
  EventInbox_ListParkedEvents: 'shows ids and errors of parked events, for those who run Avvik',
  EventInbox_ReplayParkedEvents: 'is for those who run Avvik',
  AuditTrail_ListRecords: 'is the trace of what was done, for those who look into it',
  AuditTrail_ListCheckpoints: 'are signatures',
  Receipts_CreateChallenge: 'gives work to whoever asks, and knows of no report',
  Receipts_SubmitAnonymousReport: 'gives the receipt to whoever makes the report',
  Receipts_OpenReceipt: 'is for whoever has the receipt; every other one is as good as none',
  Receipts_ReplyByReceipt: 'is for whoever has the receipt',
  Receipts_OpenUpload: 'is for whoever has the receipt',
  Attachments_UploadByTicket: 'is for whoever has the ticket that a receipt gave',
  OrganisationHistory_ExplainOrganisation: 'is about a case that does not exist',
  OrganisationHistory_GetOrganisationVersion: 'is about the organisation',
  Delivery_GetQueue: 'counts what waits for the mail server, for those who run Avvik',
};
// What a body needs beyond what the document calls required, so that the request is refused for its subject only.
const BODIES = {
  Triage_GrantCaseAccess: { login: 'fatima.haddad' },
  Triage_RevokeCaseAccess: { login: 'fatima.haddad' },
};
// What the answer to a request has of its own.
const VOLATILE = new Set(['as_of_time', 'trace_id']);

let suite;
let api;
let operations;

const as = async (login, method, path, body) => suite.api(method, path, body, await suite.token(login));

function normal(value, reference) {
  const text = JSON.stringify(value, (key, entry) => (VOLATILE.has(key) ? undefined : entry)) ?? '';
  return reference ? text.replaceAll(reference, 'REFERENCE') : text;
}

const resolved = (schema) => (schema.$ref ? api.components.schemas[schema.$ref.split('/').at(-1)] : schema);

// Something the schema allows; where a name is one of `references`, that.
function sample(schema, name, references) {
  if (references[name] !== undefined) return references[name];
  const { type, format, pattern = '', enum: values, properties = {}, required = [], items, minimum } = resolved(schema);
  if (values) return values.at(-1);
  if (type === 'object') {
    return Object.fromEntries(Object.keys(properties).filter((key) => required.includes(key) || references[key] !== undefined)
      .map((key) => [key, sample(properties[key], key, references)]));
  }
  if (type === 'array') return [sample(items, name.replace(/s$/, ''), references)];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (format === 'date-time') return new Date().toISOString();
  if (pattern.includes('[0-9a-fA-F]{8}')) return randomUUID();
  return /^\^-\?\[0-9\]/.test(pattern) ? '1' : 'x';
}

// Whether a part of a path says which case, report, campaign, duty, alarm, notice or measure is meant.
const isReference = (name) => ['case_id', 'report_id', 'campaign_id', 'duty_id', 'alarm_id', 'notice_id', 'measure_id'].includes(name);

// Of an operation on many cases, the schema of its body.
function casesIn(operation) {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const cases = schema && resolved(schema).properties?.cases;
  return cases && resolved(cases.items).properties?.case_id ? schema : undefined;
}

function kindOf({ id, method, path, operation }) {
  if (APART[id]) return 'apart';
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  if (inPath.length > 0) return inPath.some(isReference) ? 'single' : 'unknown';
  if (method !== 'get') return casesIn(operation) ? 'batch' : 'unknown';
  return operation['x-avvik-events'] || JSON.stringify(operation.responses['200']).includes('event-stream') ? 'watch' : 'list';
}

// The requests that a list or figure is asked with: plain, and narrowed to where the secret lies.
function requests({ path, operation }) {
  const names = (operation.parameters ?? []).map((parameter) => parameter.name);
  const narrowed = { unit: 'hemtjanst', 'filter.unit': 'hemtjanst', owner: 'fatima.haddad', breakdown: 'BREAKDOWN_UNIT', query: 'hemligt' };
  const queries = [{}, ...Object.entries(narrowed).filter(([name]) => names.includes(name)).map(([name, value]) => ({ [name]: value }))];
  return queries.map((query) => {
    const all = new URLSearchParams({ ...(names.includes('page_size') ? { page_size: '1000' } : {}), ...query });
    return `${path}${[...all].length ? `?${all}` : ''}`;
  });
}

// Everything that a person can list and count.
async function view(login) {
  const seen = {};
  for (const entry of operations.filter((operation) => kindOf(operation) === 'list')) {
    for (const request of requests(entry)) {
      const { status, body } = await as(login, 'GET', request);
      seen[`${entry.id} ${request}`] = `${status} ${normal(body)}`;
    }
  }
  return seen;
}

async function viewsOf(logins) {
  return Object.fromEntries(await Promise.all(logins.map(async (login) => [login, await view(login)])));
}

// Reports as an employee and waits until everybody has heard of it.
async function report(content) {
  const title = `hemligt ${randomUUID()}`;
  const { status, body } = await as('nils.engman', 'POST', '/v1/reports', {
    request_id: randomUUID(), report: { title, description: `text ${title}`, unit: 'hemtjanst', ...content },
  });
  assert.equal(status, 200, JSON.stringify(body));
  await settle(suite);
  return { ...body, title };
}

// The secret with everything that hangs on it, as an insider sees it.
async function secretOf(made, insider) {
  const token = await suite.token(insider);
  const { status, body: found } = await suite.api('GET', `/v1/cases/${made.number}`, undefined, token);
  assert.equal(status, 200, `${insider} cannot read ${made.number}: ${JSON.stringify(found)}`);
  const { status: decided, body: measure } = await suite.api('POST', `/v1/cases/${made.number}/measures`, {
    request_id: randomUUID(), plan: { title: made.title, kind: 'MEASURE_KIND_CORRECTIVE', owner: 'me' },
  }, token);
  assert.equal(decided, 200, JSON.stringify(measure));
  await settle(suite);
  const of = (entries) => entries.filter((entry) => entry.number === made.number);
  const duties = of(await listAll(suite, '/v1/duties', 'duties', token));
  // A reminder whose time has come begins an alarm.
  await suite.remindNow(made.number);
  const alarms = await waitFor(async () => {
    const begun = of(await listAll(suite, '/v1/alarms', 'alarms', token));
    return begun.length > 0 && begun;
  }, { what: `an alarm of ${made.number}` });
  const notices = await suite.psql('delivery', `SELECT notice_id FROM notice WHERE number = '${made.number}'`);
  assert.ok(duties.length > 0 && notices.length > 0, 'nothing hangs on the case');
  return {
    title: made.title,
    references: {
      case_id: [found.case_id, found.number],
      report_id: [made.report_id, made.number],
      // A campaign has the id of its case.
      campaign_id: [found.case_id, found.number],
      duty_id: duties.map((duty) => duty.duty_id),
      alarm_id: alarms.map((alarm) => alarm.alarm_id),
      notice_id: notices.map((notice) => notice.notice_id),
      measure_id: [measure.measure_id],
    },
    marks: [found.case_id, found.number, measure.measure_id, made.report_id, made.title, ...duties.map((duty) => duty.duty_id),
      ...alarms.map((alarm) => alarm.alarm_id), ...notices.map((notice) => notice.notice_id)],
  };
}

async function sendFile(login, method, path) {
  const response = await fetch(suite.url + path, {
    method,
    headers: {
      authorization: `Bearer ${await suite.token(login)}`, 'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="x.txt"',
    },
    body: 'x',
  });
  return { status: response.status, body: await response.json() };
}

const ABSENT_NUMBER = 'AVV-2020-999999';
const absentFor = (reference) => (reference.startsWith('AVV-') ? ABSENT_NUMBER : randomUUID());

// One operation on something hidden and on something that does not exist.
async function compareSingle({ id, method, path, operation }, login, secret) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const name = inPath.find(isReference);
  const parameter = (wanted) => operation.parameters.find((entry) => entry.name === wanted);
  const rest = inPath.filter((other) => other !== name)
    .reduce((text, other) => text.replace(`{${other}}`, sample(parameter(other).schema, other, {})), path);
  const query = new URLSearchParams(operation.parameters.filter((entry) => entry.in === 'query' && entry.required)
    .map((entry) => [entry.name, sample(entry.schema, entry.name, {})]));
  const content = operation.requestBody?.content;
  const schema = content?.['application/json']?.schema;
  const ask = async (reference) => {
    const target = rest.replace(`{${name}}`, reference) + (query.size ? `?${query}` : '');
    const { status, body: answer } = content && !schema
      ? await sendFile(login, method.toUpperCase(), target)
      : await as(login, method.toUpperCase(), target, schema && { ...sample(schema, '', {}), ...BODIES[id] });
    return { status, answer: normal(answer, reference) };
  };
  for (const reference of secret.references[name]) {
    const pattern = new RegExp(parameter(name).schema.pattern ?? '');
    if (!pattern.test(reference)) continue;
    const hidden = await ask(reference);
    const where = `${id} by ${login} on ${reference}`;
    assert.ok([403, 404].includes(hidden.status), `${where}: ${hidden.status} ${hidden.answer}`);
    assert.deepEqual(hidden, await ask(absentFor(reference)), where);
  }
}

// The same of an operation on many: the hidden case is refused as one that does not exist.
async function compareBatch({ id, path, operation }, login, secret) {
  const schema = casesIn(operation);
  const ask = async (reference) => {
    const { status, body } = await as(login, 'POST', path, { ...sample(schema, '', {}), ...BODIES[id], cases: [{ case_id: reference }] });
    return { status, refused: status === 200 ? body.results.every((result) => result.refusal) : true, answer: normal(body, reference) };
  };
  for (const reference of secret.references.case_id) {
    const hidden = await ask(reference);
    assert.ok([200, 403].includes(hidden.status) && hidden.refused, `${id} by ${login} on ${reference}: ${hidden.status} ${hidden.answer}`);
    assert.deepEqual(hidden, await ask(absentFor(reference)), `${id} by ${login} on ${reference}`);
  }
}

// Every text in a query, whatever it is for (a case, words to search for, the beginning of a suggestion): asked with what
// the secret has, a list is as for what does not exist.
async function compareNarrowed({ id, path, operation }, login, secret) {
  for (const { name, schema } of operation.parameters ?? []) {
    if (resolved(schema).type !== 'string' || resolved(schema).enum) continue;
    const ask = async (value) => {
      const { status, body } = await as(login, 'GET', `${path}?${new URLSearchParams({ [name]: value })}`);
      return `${status} ${normal(body, value)}`;
    };
    for (const reference of secret.references.case_id) {
      assert.equal(await ask(reference), await ask(absentFor(reference)), `${id}?${name} by ${login}`);
    }
    assert.equal(await ask(secret.title), await ask(`hemligt ${randomUUID()}`), `${id}?${name} by ${login}`);
  }
}

async function provesNothing(outsiders, secret, without, withIt) {
  for (const login of outsiders) {
    for (const [request, seen] of Object.entries(withIt[login])) {
      for (const mark of secret.marks) assert.ok(!seen.includes(mark), `${login} sees ${mark} in ${request}`);
      assert.equal(seen, without[login][request], `${request} changed for ${login}`);
    }
    for (const operation of operations) {
      const kind = kindOf(operation);
      if (kind === 'single') await compareSingle(operation, login, secret);
      if (kind === 'batch') await compareBatch(operation, login, secret);
      if (kind === 'list') await compareNarrowed(operation, login, secret);
    }
  }
}

// What a stream sends while `deed` is done, without its times.
async function sentWhile(path, login, deed) {
  const broken = new AbortController();
  const response = await fetch(suite.url + path, {
    headers: { authorization: `Bearer ${await suite.token(login)}` }, signal: broken.signal,
  });
  if (response.status !== 200) {
    await response.text();
    await deed();
    return [];
  }
  let text = '';
  const reading = (async () => {
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) text += part;
  })().catch(() => {});
  const events = () => text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line.startsWith('data:')).map((line) => normal(JSON.parse(line.slice(5))));
  await waitFor(() => events().length > 0, { what: `the first event of ${path}` });
  await deed();
  await new Promise((resume) => { setTimeout(resume, 1500); });
  broken.abort();
  await reading;
  return events();
}

const OTHER_UNITS = ['mikael.rova', 'ingrid.palo', 'johan.sundqvist', 'lars.vikstrom', 'roger.ylipaa', 'stefan.kero', 'peter.strand',
  'sara.larsson', 'frida.holmgren'];

before(async () => {
  suite = await Suite.start({ organisation: 'kalix' });
  // A second municipality, and its people signed in.
  const other = organisationFile('tyreso');
  appendFileSync(join(suite.home, 'organisations'), `${other}\n`);
  const applied = await suite.avvik('organisation', 'apply', other);
  assert.equal(applied.status, 0, applied.stderr);
  // Every service fetches the organisation on its own, and refuses whom it does not know yet.
  for (const list of ['reports', 'cases', 'duties', 'indicators', 'notices']) {
    await waitFor(async () => (await as('anna.berg', 'GET', `/v1/${list}`)).status === 200, { what: `the organisation is known to who answers /v1/${list}` });
  }
  ({ body: api } = await suite.api('GET', '/openapi.json'));
  operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method, path, operation })));
});
after(() => suite?.stop());

test('EveryOperationIsProvedOrApartWithAReason', () => {
  assert.ok(operations.length > 30);
  assert.deepEqual(operations.filter((operation) => kindOf(operation) === 'unknown').map(({ id }) => id), []);
  const ids = new Set(operations.map(({ id }) => id));
  for (const id of Object.keys({ ...APART, ...BODIES })) assert.ok(ids.has(id), `${id} is no operation`);
});

test('ACaseOfAnotherUnitIsAsGoodAsAbsent', async () => {
  const without = await viewsOf(OTHER_UNITS);
  const made = await report({ personal_data: 'ANSWER_YES' });
  const secret = await secretOf(made, 'fatima.haddad');
  await provesNothing(OTHER_UNITS, secret, without, await viewsOf(OTHER_UNITS));
});

test('ARestrictedCaseIsAsGoodAsAbsentAlsoForThoseWhoSeeTheWholeMunicipality', async () => {
  const outsiders = [...OTHER_UNITS, 'anna.berg', 'tomas.niemi', 'birgitta.ahl', 'maria.landstrom', 'susanne.karlbom', 'karin.waara'];
  const without = await viewsOf(outsiders);
  const made = await report({ personal_data: 'ANSWER_YES' });
  const { status, body } = await as('fatima.haddad', 'POST', `/v1/cases/${made.number}:restrict`, { restricted: true, reason: 'En namngiven kollega' });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.sphere, 'SPHERE_RESTRICTED');
  await settle(suite);
  const secret = await secretOf(made, 'fatima.haddad');
  assert.equal((await as('lena.huuva', 'GET', `/v1/cases/${made.number}`)).status, 200, 'the data protection officer');
  await provesNothing(outsiders, secret, without, await viewsOf(outsiders));
});

test('AMatterOfNationalSecurityIsForItsChiefAndThoseWithAPartInIt', async () => {
  const outsiders = [...OTHER_UNITS.filter((login) => login !== 'stefan.kero'), 'anna.berg', 'tomas.niemi', 'lena.huuva', 'birgitta.ahl',
    'maria.landstrom', 'susanne.karlbom', 'karin.waara'];
  const without = await viewsOf(outsiders);
  const made = await report({ national_security: 'ANSWER_YES' });
  const secret = await secretOf(made, 'stefan.kero');
  assert.equal((await as('stefan.kero', 'GET', `/v1/reports/${made.number}`)).status, 200, 'its report');
  await provesNothing(outsiders, secret, without, await viewsOf(outsiders));
});

test('LiveEventsSayNothingOfWhatIsHidden', async () => {
  for (const { path } of operations.filter((operation) => kindOf(operation) === 'watch')) {
    const watched = [['mikael.rova', { personal_data: 'ANSWER_YES' }], ['anna.berg', { national_security: 'ANSWER_YES' }],
      ['frida.holmgren', { personal_data: 'ANSWER_YES' }]];
    for (const [login, content] of watched) {
      const events = await sentWhile(path, login, () => report(content));
      assert.ok(events.length > 0, `${login} may not watch ${path}`);
      for (const event of events) assert.equal(event, events[0], `${path} told ${login}`);
    }
    // The stream is not silent for those who may see.
    const seen = await sentWhile(path, 'anna.berg', () => report({ personal_data: 'ANSWER_YES' }));
    assert.notEqual(seen.at(-1), seen[0], `${path} tells nothing at all`);
  }
});
