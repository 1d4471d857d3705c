// Why a regime says what it says: the rules' own lines, such as `availability is 2, below 3`, in words.

import { formatDate, formatDuration, formatNumber } from '../../i18n/format';
import { t } from '../../i18n/i18n.svelte';
import { choiceWords, factName, factValue, isFact, yesNo } from './answer_words';
import { ruleBook, type RegimeVersion } from './rule_book.svelte';

// `5 h 30 min`.
function length(text: string): string {
  const [, hours, minutes] = /^(?:(\d+) h)? ?(?:(\d+) min)?$/.exec(text) ?? [];
  return formatDuration(Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
}

const nameOf = (name: string) => (isFact(name) ? factName(name) : ruleBook.ask(name));
function valueOf(name: string, value: string): string {
  if (isFact(name)) return factValue(name, value);
  return ruleBook.question(name)?.kind === 'ANSWER_KIND_CHOICE' ? choiceWords(name, value.split(', ')) : yesNo(value);
}
// A question mark ends what is asked; what is named is followed by a colon.
const said = (name: string, value: string) => (nameOf(name).endsWith('?') ? t('duties.reason.said', { what: nameOf(name), value }) : t('duties.reason.is', { what: nameOf(name), value }));

const states = { 'is reached': 'duties.reason.reached', 'is not reached': 'duties.reason.not_reached', 'is not known': 'duties.reason.not_known' } as const;

// Each form that a line can have (services/escalation/evaluate.cc), and its words.
function forms(version: RegimeVersion | undefined): [RegExp, (...parts: string[]) => string][] {
  return [
    [/^threshold (\S+) (is reached|is not reached|is not known)$/, (code, how) => t(states[how as keyof typeof states], { code: code!, title: version?.thresholds.find((one) => one.code === code)?.title ?? '' })],
    [/^no rule holds on (\S+)$/, (day) => t('duties.reason.no_rule', { day: formatDate(`${day}T12:00:00Z`) })],
    [/^the case was closed: nothing had gone wrong$/, () => t('duties.reason.no_deviation')],
    [/^(\S+) is unknown$/, (name) => t('duties.reason.unknown', { what: nameOf(name!) })],
    [/^(\S+) is not answered$/, (name) => t('duties.reason.unanswered', { what: nameOf(name!) })],
    [/^(\S+) is (.+), (more than|not more than) (.+)$/, (name, value, how, limit) => t(how === 'more than' ? 'duties.reason.more' : 'duties.reason.not_more', { what: nameOf(name!), value: length(value!), limit: length(limit!) })],
    [/^(\S+) is (\S+), (at least|below) (\S+)$/, (name, value, how, limit) => t(how === 'at least' ? 'duties.reason.at_least' : 'duties.reason.below', {
      what: nameOf(name!), value: isFact(name!) ? factValue(name!, value!) : formatNumber(value), limit: isFact(name!) ? factValue(name!, limit!) : formatNumber(limit) })],
    [/^(\S+) is (.+)$/, (name, value) => said(name!, valueOf(name!, value!))],
  ];
}

export function reasonWords(line: string, version: RegimeVersion | undefined): string {
  for (const [form, words] of forms(version)) {
    const found = form.exec(line);
    if (found) return words(...found.slice(1));
  }
  return line;
}
