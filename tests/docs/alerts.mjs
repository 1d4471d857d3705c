// deploy/observability/alerts.yaml: the alarms, and the series they look at.

import { parse } from 'yaml';
import { read } from './document.mjs';

// The alarms of the file, each with its selectors: {metric, labels: [{name, operator, value}]}.
export function alarms() {
  return parse(read('deploy/observability/alerts.yaml')).groups.flatMap((group) => group.rules).map((rule) => ({
    ...rule,
    selectors: [...rule.expr.matchAll(/\b(avvik_\w+)(?:\{((?:"[^"]*"|[^"}])*)\})?/g)].map(([, metric, inside = '']) => ({
      metric,
      labels: [...inside.matchAll(/(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g)].map(([, name, operator, value]) => ({ name, operator, value })),
    })),
  }));
}

// Whether a series, by its labels, is one that a selector takes.
export const takes = (selector, series) => selector.labels.every(({ name, operator, value }) => {
  const is = operator.includes('~') ? new RegExp(`^(?:${value})$`).test(series[name] ?? '') : (series[name] ?? '') === value;
  return operator.startsWith('!') ? !is : is;
});
