// A condition of the rules as sentences: one, or several of which all or any must hold.

import type { Schema } from '../../api/client';
import { formatDuration, formatNumber } from '../../i18n/format';
import { i18n, t, term } from '../../i18n/i18n.svelte';
import { factName } from '../duties/answer_words';
import { ruleBook, type RegimeVersion } from '../duties/rule_book.svelte';

type Condition = Schema<'escalation.v1.Condition'>;
export type Sentence = { text: string } | { all: boolean; parts: Sentence[] };

const either = (words: string[]) => new Intl.ListFormat(i18n.locale, { type: 'disjunction' }).format(words);
// What is asked ends with a question mark and is followed by its answer.
const said = (what: string, value: string) => t(what.endsWith('?') ? 'administration.condition.said' : 'administration.condition.is', { what, value });
const yesNo = (yes: boolean) => term(yes ? 'ANSWER_YES' : 'ANSWER_NO');
const among = (what: string, values: string[], not: boolean) => t(not ? 'administration.condition.is_not' : 'administration.condition.is', { what, value: either(values) });
const atLeast = (what: string, value: string, not: boolean) => t(not ? 'administration.condition.below' : 'administration.condition.at_least', { what, value });

function leaf(condition: Condition, not: boolean, version: RegimeVersion): string {
  const { fact, kind_in: kinds, category_in: categories, entity_in: types, impact, severity_at_least: severity, affected_persons_at_least: persons, submitted, yes, number, lasts, choice } = condition;
  if (fact) return said(factName(fact), yesNo(!not));
  if (kinds) return among(factName('kind'), kinds.of.map((kind) => term(`KIND_${kind}`)), not);
  if (categories) return among(factName('category'), categories.of.map((category) => term(`CATEGORY_${category}`)), not);
  if (types) return among(factName('entity'), types.of.map((type) => term(`UNIT_TYPE_${type}`)), not);
  if (impact) return atLeast(factName(impact.split('>=')[0] === 'any' ? 'impact' : impact.split('>=')[0]!), impact.split('>=')[1] ?? '', not);
  if (severity) return atLeast(factName('severity'), term(`SEVERITY_${severity}`), not);
  if (persons) return atLeast(factName('affected_persons'), formatNumber(persons), not);
  if (submitted) return t(not ? 'administration.condition.not_submitted' : 'administration.condition.submitted', { stage: version.stages.find(({ id }) => id === submitted)?.title ?? submitted });
  if (yes) return said(ruleBook.ask(yes), yesNo(!not));
  if (number) return atLeast(ruleBook.ask(number.question), formatNumber(number.at_least), not);
  if (lasts) return t(not ? 'administration.condition.not_more' : 'administration.condition.more_than', { what: ruleBook.ask(lasts.question), value: formatDuration(lasts.more_than_hours * 3600) });
  if (choice) return not ? t('administration.condition.is_not', { what: ruleBook.ask(choice.question), value: either(choice.of.map((id) => ruleBook.option(choice.question, id))) })
    : said(ruleBook.ask(choice.question), either(choice.of.map((id) => ruleBook.option(choice.question, id))));
  return t(not ? 'administration.condition.no_thresholds' : 'administration.condition.thresholds');
}

// What must hold; with `not` what must not.
export function sentenceOf(condition: Condition, version: RegimeVersion, not = false): Sentence {
  if (condition.not) return sentenceOf(condition.not, version, !not);
  if (condition.known) {
    const inner = sentenceOf(condition.known, version, not);
    return 'text' in inner && !not ? { text: t('administration.condition.known', { what: inner.text }) } : inner;
  }
  const list = condition.all ?? condition.any;
  if (!list) return { text: leaf(condition, not, version) };
  // What is not all of them is at least one of their opposites.
  const all = Boolean(condition.all) !== not;
  const parts = list.of.map((part) => sentenceOf(part, version, not)).flatMap((part) => ('all' in part && part.all === all ? part.parts : [part]));
  return parts.length === 1 ? parts[0]! : { all, parts };
}
