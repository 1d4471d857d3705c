// Codes of the rules in words: why a case is as urgent as it is, why it has the owner it has.

import { organisation } from '../../app/organisation.svelte';
import { t, term } from '../../i18n/i18n.svelte';

// `impact:confidentiality=3`; the municipality's own adjustments have names of their own and are shown by them.
export function severityReason(code: string): string {
  if (code === 'impact:none') return t('case.why.no_impact');
  const impact = /^impact:(\w+)=(\d)$/.exec(code);
  if (impact) return t('case.why.impact', { property: term(`SECURITY_PROPERTY_${impact[1]!.toUpperCase()}`), level: Number(impact[2]) });
  return t('case.why.rule', { rule: code });
}

// `unit home-care is below social`, `siv is SYSTEM_OWNER of system journal`: identifiers become names.
export function routingReason(text: string): string {
  return text.split('; ').map((part) => {
    let found = /^unit (\S+) is below (\S+)$/.exec(part);
    if (found) return t('case.why.below', { unit: organisation.unit(found[1]!), above: organisation.unit(found[2]!) });
    found = /^(\S+) is (\w+) (?:for|of) (unit|system) (\S+)$/.exec(part);
    if (found) return t('case.why.holds', { person: organisation.person(found[1]!), role: organisation.role(found[2]), of: found[3] === 'unit' ? organisation.unit(found[4]!) : organisation.system(found[4]!) });
    found = /^nobody is (\w+)/.exec(part);
    if (found) return t('case.why.nobody', { role: organisation.role(found[1]) });
    if (part === 'no system is named') return t('case.why.no_system');
    return part;
  }).join('; ');
}
