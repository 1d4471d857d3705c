// Figures of a municipality in its third year, as the API gives them (metrics.v1.Situation), with small groups withheld.

const units = ['social', 'hemtjanst', 'hemsjukvard', 'ifo', 'utbildning', 'centrumskolan', 'it', 'va', '-'];
const fewest = 5;
const few = (count) => count > 0 && count < fewest;
const shown = (count) => (few(count) ? '0' : String(count));

const group = (name, count, open = Math.floor(count / 3)) => ({
  group: name, count: shown(count), open_count: shown(open), suppressed: few(count), open_suppressed: few(open),
});
const indicator = (id, value) => ({ id, value, unit: 'count', observations: String(value), group: '', suppressed: false });

function months() {
  const now = new Date();
  return Array.from({ length: 24 }, (_, at) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 23 + at, 15)).toISOString().slice(0, 7));
}
const trend = (id, unit, valueAt) => ({
  id, unit,
  points: months().map((month, at) => {
    const value = valueAt(at);
    return unit === 'count' && few(value) ? { month, observations: '0', suppressed: true } : { month, value, observations: '9', suppressed: false };
  }),
});

export function figures() {
  const hour = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const heat = [[42, 17, 10, 9], [51, 20, 13, 6], [22, 17, 10, 0], [38, 14, 7, 6], [19, 12, 8, 0], [23, 8, 5, 3], [10, 0, 3, 0], [2, 0, 0, 0], [6, 0, 0, 0]];
  const properties = ['CONFIDENTIALITY', 'ACCURACY', 'AVAILABILITY', 'TRACEABILITY'];
  return {
    as_of_time: new Date().toISOString(),
    indicators: [indicator('reports', 412), indicator('cases', 338), indicator('open_cases', 47), indicator('overdue_cases', 6), indicator('closed_cases', 291),
      indicator('duties', 40), indicator('open_measures', 23), indicator('overdue_measures', 7), indicator('done_measures', 88)],
    by_unit: units.map((unit, at) => group(unit, [84, 61, 33, 29, 28, 22, 14, 4, 6][at])),
    by_system: [group('journal', 40), group('larplattform', 22), group('-', 30)],
    by_kind: [], by_severity: [], by_month: [],
    heat_map: units.flatMap((unit, row) => properties.flatMap((property, at) => (heat[row][at] === 0 ? [] : [{
      unit, property: `SECURITY_PROPERTY_${property}`, count: shown(heat[row][at]), highest_level: few(heat[row][at]) ? 0 : 1 + ((row + at) % 4), suppressed: few(heat[row][at]),
    }]))),
    clocks: [
      { number: 'AVV-2026-000321', duty_id: 'a', regime: 'SE-GDPR-33', stage: 'anmalan', target_time: hour(-5), overdue: true },
      { number: 'AVV-2026-000338', duty_id: 'b', regime: 'SE-GDPR-33', stage: 'anmalan', target_time: hour(50), overdue: false },
    ],
    open_by_age: ['0-1', '2-7', '8-30', '31-90', '91-'].map((age, at) => group(age, [6, 14, 18, 7, 2][at])),
    by_cause: [group('CAUSE_HUMAN_ERROR', 122), group('CAUSE_ROUTINE', 61), group('CAUSE_TECHNICAL_FAULT', 40), group('CAUSE_SUPPLIER', 22), group('CAUSE_UNKNOWN', 3), group('-', 25)],
    report_rates: [['kalix', 1580, 412], ['it', 14, 14], ['social', 620, 207], ['hemtjanst', 180, 61], ['centrumskolan', 65, 2]]
      .map(([unit, employees, reports]) => ({ unit, employees: String(employees), reports: shown(reports), per_100: few(reports) ? 0 : (100 * reports) / employees, suppressed: few(reports) })),
    trends: [trend('reports', 'count', (at) => 6 + at + (at % 5)), trend('cases', 'count', (at) => 5 + at), trend('closed_cases', 'count', (at) => 3 + at),
      trend('time_to_acknowledge_median', 'seconds', (at) => 4000 + 900 * (at % 7)), trend('time_to_close_median', 'seconds', (at) => 86_400 * (4 + (at % 6)))],
    smallest_group: fewest,
  };
}
