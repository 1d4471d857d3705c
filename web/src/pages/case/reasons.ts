// Codes of the rules in words: why a case is as urgent as it is, why it has the owner it has.

import { organisation } from '../../app/organisation.svelte';
import { t, term } from '../../i18n/i18n.svelte';

// `impact:confidentiality=3`, `category=LOST_DEVICE`; the municipality's own adjustments have names of their own and are shown by them.
export function severityReason(code: string): string {
  if (code === 'impact:none') return t('case.why.no_impact');
  const impact = /^impact:(\w+)=(\d)$/.exec(code);
  if (impact) return t('case.why.impact', { property: term(`SECURITY_PROPERTY_${impact[1]!.toUpperCase()}`), level: Number(impact[2]) });
  const [, fact, value] = /^(kind|category|personal_data|ongoing|national_security)=(\w+)$/.exec(code) ?? [];
  if (fact === 'category') return t('case.why.is', { what: t('case.report.category'), value: term(`CATEGORY_${value}`) });
  if (fact === 'kind') return t('case.why.is', { what: t('case.field.kind'), value: term(`KIND_${value}`) });
  if (fact) return t('case.why.answer', { question: t(`case.field.${fact as 'ongoing'}`), answer: term(`ANSWER_${value}`) });
  return t('case.why.rule', { rule: code });
}

// Whom it is for, such as `unit social`, `system journal`, `the municipality`.
function named(what: string): string {
  const [, kind, id] = /^(unit|system) (\S+)/.exec(what) ?? [];
  return kind === 'unit' ? organisation.unit(id!) : kind === 'system' ? organisation.system(id!) : t('case.why.municipality');
}

// Each form that a rule's reason can have (services/triage/routing.cc), and its words.
const forms: [RegExp, (...parts: string[]) => string][] = [
  [/^unit (\S+) is below (\S+)$/, (unit, above) => t('case.why.below', { unit: organisation.unit(unit!), above: organisation.unit(above!) })],
  [/^(unit|system) (\S+) is not in the organisation/, (kind, id) => (kind === 'unit' ? t('case.why.unknown_unit', { id: id! }) : t('case.why.unknown_system', { id: id! }))],
  [/^unit is (\S+)$/, (unit) => t('case.why.unit_is', { unit: organisation.unit(unit!) })],
  [/^system is (\S+)$/, (system) => t('case.why.system_is', { system: organisation.system(system!) })],
  [/^unit (\S+) is not below/, (unit) => t('case.why.not_below', { unit: organisation.unit(unit!) })],
  [/^system (\S+) is not among/, (system) => t('case.why.not_among', { system: organisation.system(system!) })],
  [/^no unit is named$/, () => t('case.why.no_unit')],
  [/^no system is named$/, () => t('case.why.no_system')],
  [/^category is (\w+)$/, (category) => t('case.why.is', { what: t('case.report.category'), value: term(category) || t('case.classification.not_known') })],
  [/^(personal_data|national_security) is (\w+)$/, (question, answer) => t('case.why.answer', {
    question: t(`case.field.${question as 'personal_data'}`), answer: term(answer) || t('case.classification.not_known') })],
  [/^nobody is (\w+) (?:for|of) (.+)$/, (role, of) => t('case.why.nobody', { role: organisation.role(role), of: named(of!) })],
  [/^(\S+) is (\w+) (?:for|of) (.+)$/, (person, role, of) => t('case.why.holds', { person: organisation.person(person!), role: organisation.role(role), of: named(of!) })],
  [/^the rule names nobody$/, () => t('case.why.names_nobody')],
];

// `unit home-care is below social; siv is SYSTEM_OWNER of system journal`: identifiers become names.
export function routingReason(text: string): string {
  return text.split('; ').map((part) => {
    for (const [form, words] of forms) {
      const found = form.exec(part);
      if (found) return words(...found.slice(1));
    }
    return part;
  }).join('; ');
}
