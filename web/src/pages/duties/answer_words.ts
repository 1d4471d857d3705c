// Answers to the rules' questions, and facts of a case, in words.

import type { Schema } from '../../api/client';
import { organisation } from '../../app/organisation.svelte';
import { formatDateTime, formatDuration, formatList, formatNumber } from '../../i18n/format';
import { t, term } from '../../i18n/i18n.svelte';
import { ruleBook } from './rule_book.svelte';

type Answer = Schema<'escalation.v1.QuestionAnswer'>;

const unitWords = ({ unit, aware_time: aware }: Schema<'escalation.v1.UnitHit'>) => (aware ? `${organisation.unit(unit)} (${formatDateTime(aware)})` : organisation.unit(unit));

// Options are sentences of their own.
export const choiceWords = (question: string, choices: string[]) => choices.map((choice) => ruleBook.option(question, choice)).join(' · ');

export function answerWords(answer: Answer | undefined): string {
  if (!answer) return '';
  if (answer.choices?.length) return choiceWords(answer.question, answer.choices);
  if (answer.units?.length) return formatList(answer.units.map(unitWords));
  if (answer.number !== undefined) return formatNumber(answer.number);
  if (answer.minutes !== undefined) return formatDuration(Number(answer.minutes) * 60);
  return term(answer.yes_no);
}

const answers: Record<string, string> = { yes: 'ANSWER_YES', no: 'ANSWER_NO' };
export const yesNo = (word: string) => term(answers[word]) || word;

// What a fact of the case is called: `personal_data`, `availability`.
export function factName(fact: string): string {
  if (fact === 'impact') return t('duties.reason.impact');
  if (fact === 'category') return t('duties.reason.category');
  if (fact === 'entity') return t('duties.reason.entity');
  if (fact === 'no_deviation') return t('duties.reason.no_deviation_fact');
  if (['confidentiality', 'accuracy', 'availability', 'traceability'].includes(fact)) return term(`SECURITY_PROPERTY_${fact.toUpperCase()}`);
  return t(`case.field.${fact as 'personal_data'}`);
}
const facts = new Set(['personal_data', 'national_security', 'ongoing', 'information_system', 'risk_unlikely', 'kind', 'severity', 'category', 'entity', 'affected_persons', 'impact', 'no_deviation',
  'confidentiality', 'accuracy', 'availability', 'traceability']);
export const isFact = (name: string) => facts.has(name);

const enums: Record<string, string> = { kind: 'KIND_', category: 'CATEGORY_', severity: 'SEVERITY_', entity: 'UNIT_TYPE_' };
export function factValue(fact: string, value: string): string {
  if (enums[fact]) return term(enums[fact] + value);
  return /^\d+$/.test(value) ? formatNumber(value) : yesNo(value);
}

// A line of what a decision was made on, such as `personal_data=yes` or `breach-remedies=locked,police`.
export function lineWords(line: string): { what: string; value: string } {
  const at = line.indexOf('=');
  const [name, value] = [line.slice(0, at), line.slice(at + 1)];
  if (isFact(name)) return { what: factName(name), value: factValue(name, value) };
  const question = ruleBook.question(name);
  const kind = question?.kind;
  const words = kind === 'ANSWER_KIND_DURATION' ? formatDuration(Number(value) * 60) : kind === 'ANSWER_KIND_NUMBER' ? formatNumber(value)
    : kind === 'ANSWER_KIND_CHOICE' ? choiceWords(name, value.split(','))
      : kind === 'ANSWER_KIND_UNITS' ? formatList(value.split(',').map((unit) => organisation.unit(unit))) : yesNo(value);
  return { what: ruleBook.ask(name), value: words };
}
