// The state of a whole suite after a job: when it has come to rest, and what it then holds, without what chance decides
// (ids, times, the order of numbers), so that two runs of the same job can be compared to the row.

import { waitFor } from './suite.mjs';

// Which services hear which others.
export const hears = {
  intake: ['triage'],
  triage: ['intake', 'escalation'],
  escalation: ['triage'],
  metrics: ['intake', 'triage', 'escalation', 'delivery'],
  delivery: ['intake', 'triage', 'escalation'],
};

// Every entry of a list, page by page.
export async function listAll(suite, path, key, token) {
  const entries = [];
  let pageToken = '';
  do {
    const query = new URLSearchParams({ page_size: '1000', ...(pageToken ? { page_token: pageToken } : {}) });
    const { status, body } = await suite.api('GET', `${path}?${query}`, undefined, token);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    entries.push(...(body[key] ?? []));
    pageToken = body.next_page_token;
  } while (pageToken);
  return entries;
}

// Waits until every service has heard everything that was told, nothing is parked, and no notice waits.
export async function settle(suite, { seconds = 60 } = {}) {
  const officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  await waitFor(async () => {
    const heads = {};
    for (const source of ['intake', 'triage', 'escalation', 'delivery']) {
      const [row] = await suite.psql(source,
        'SELECT coalesce(max(position), 0) AS head, count(*) FILTER (WHERE position IS NULL) AS unpublished FROM event_log');
      if (row.unpublished > 0) throw new Error(`${source} has ${row.unpublished} events to publish`);
      heads[source] = row.head;
    }
    for (const [service, sources] of Object.entries(hears)) {
      const { status, body } = await suite.api('GET', `/v1/services/${service}/consumers`, undefined, officer);
      if (status !== 200) throw new Error(`consumers of ${service}: ${status}`);
      for (const source of sources) {
        const consumer = body.consumers.find((entry) => entry.source === source);
        const position = Number(consumer?.position ?? 0);
        if (position !== heads[source]) throw new Error(`${service} has heard ${position} of ${heads[source]} from ${source}`);
        if (Number(consumer?.parked_events ?? 0) > 0) throw new Error(`${service} has parked events of ${source}`);
      }
    }
    const { body: queue } = await suite.api('GET', '/v1/notices:queue', undefined, officer);
    if (Number(queue.waiting) > 0) throw new Error(`${queue.waiting} notices wait`);
    return true;
  }, { seconds, every: 200, what: 'rest' });
}

const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

// What the suite holds, keyed by the reports' keys in the register they came from.
export async function holdings(suite) {
  const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  const reports = await listAll(suite, '/v1/reports', 'reports', token);
  const cases = await listAll(suite, '/v1/cases', 'cases', token);
  const duties = await listAll(suite, '/v1/duties', 'duties', token);
  const notices = await listAll(suite, '/v1/notices', 'notices', token);
  const { body: figures } = await suite.api('GET', '/v1/indicators', undefined, token);

  const keyOfNumber = new Map(reports.map((report) => [report.number, report.origin?.key ?? report.title]));
  // What the register gave no time counts from its arrival, which differs from run to run.
  const timeless = new Set(reports.filter((r) => Date.parse(r.reported_time) >= suite.started)
    .map((r) => r.number));
  const time = (number, at) => (timeless.has(number) && at ? 'counted from its arrival' : at);
  const nameless = (party) => [party?.login, party?.role, party?.unit];
  return {
    reports: reports.map((r) => [r.origin?.key, r.title, r.category, r.unit, r.system, r.personal_data, r.affected_persons,
      time(r.number, r.reported_time), r.state]).sort(byText),
    cases: cases.map((c) => [keyOfNumber.get(c.number), c.title, c.state, c.unit, c.category, c.classification?.kind,
      c.classification?.severity, c.classification?.impacts, nameless(c.owner), (c.drawn_in ?? []).map(nameless),
      time(c.number, c.aware_time)]).sort(byText),
    duties: duties.map((d) => [keyOfNumber.get(d.number), d.regime, d.entity, d.state,
      d.stages.map((s) => [s.stage, s.state, time(d.number, s.target_time)])]).sort(byText),
    notices: notices.map((n) => [keyOfNumber.get(n.number), n.template, n.recipient, n.language, n.state]).sort(byText),
    // Times to acknowledge and close depend on when the machine got round to it; counts and shares do not.
    figures: figures.indicators.filter((i) => i.unit !== 'seconds').map((i) => [i.id, i.value, i.group]).sort(byText),
    numbers: reports.map((r) => r.number).sort(),
  };
}

// The rows in which two suites' holdings differ, a line each: empty when they are the same, to the row.
export function differences(one, other) {
  return Object.keys(one).flatMap((table) => {
    const count = new Map();
    for (const row of one[table]) count.set(JSON.stringify(row), (count.get(JSON.stringify(row)) ?? 0) + 1);
    for (const row of other[table]) count.set(JSON.stringify(row), (count.get(JSON.stringify(row)) ?? 0) - 1);
    return [...count].filter(([, n]) => n !== 0).map(([row, n]) => `${table} ${n > 0 ? '-' : '+'}${Math.abs(n)} ${row}`);
  }).slice(0, 40);
}
