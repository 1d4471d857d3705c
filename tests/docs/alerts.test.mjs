// deploy/observability/alerts.yaml: every alarm looks at something that is counted, and says what to do.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../harness/suite.mjs';
import { alarms, takes } from './alerts.mjs';
import { read } from './document.mjs';

const code = ['common', 'services'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true })
  .map((path) => `${folder}/${path}`).filter((path) => /\.(cc|h)$/.test(path) && !path.endsWith('_test.cc'))).map(read).join('\n');
const protos = readdirSync(join(root, 'proto'), { recursive: true }).map((path) => `proto/${path}`)
  .filter((path) => path.endsWith('.proto')).map(read).join('\n');

test('EveryAlarmSaysWhatItMeansAndWhatToDo', () => {
  assert.ok(alarms().length > 8);
  for (const { alert, expr, labels, annotations } of alarms()) {
    assert.match(alert, /^Avvik[A-Z]\w+$/);
    assert.match(expr, / > [\d.]+$/, alert);
    assert.ok(['warning', 'critical'].includes(labels.severity), alert);
    for (const words of [annotations.summary, annotations.action]) assert.match(words, /^[A-Z].{20,}\.$/, alert);
  }
});

test('EveryAlarmLooksAtWhatIsCounted', () => {
  const codes = new Set('CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND PERMISSION_DENIED UNAUTHENTICATED'.split(' '));
  for (const { alert, selectors } of alarms()) {
    assert.ok(selectors.length > 0, alert);
    for (const { metric, labels } of selectors) {
      assert.ok(code.includes(`"${metric}"`), `${alert}: ${metric}`);
      for (const { name, operator, value } of labels) {
        assert.ok(code.includes(`{"${name}", `), `${alert}: ${name}`);
        // A route is a path of the API as it is declared.
        if (name === 'route' && operator === '=') assert.ok(protos.includes(`"${value}"`), `${alert}: ${value}`);
        if (name === 'code') assert.ok(/^[\d|.]+$/.test(value) || codes.has(value), `${alert}: ${value}`);
      }
    }
  }
});

test('SelectorsAreReadAsPrometheusReadsThem', () => {
  const [denied] = alarms().find(({ alert }) => alert === 'AvvikAccessDenied').selectors;
  assert.equal(denied.metric, 'avvik_http_requests_total');
  assert.ok(takes(denied, { code: '404', route: '/v1/cases/{case_id}' }));
  assert.ok(!takes(denied, { code: '200', route: '/v1/cases/{case_id}' }));
  assert.ok(!takes(denied, { code: '404', route: 'files' }));
});
