// The rules and the questions they ask, read once when a page needs their words. Whoever may not read the rules sees the questions
// that an assessment carries.

import { api, call, type Schema } from '../../api/client';
import { session } from '../../app/session.svelte';
import { i18n } from '../../i18n/i18n.svelte';

export type Regime = Schema<'escalation.v1.Regime'>;
export type RegimeVersion = Schema<'escalation.v1.RegimeVersion'>;
export type Question = Schema<'escalation.v1.Question'>;

let regimes = $state.raw(new Map<string, Regime>());
let questions = $state.raw(new Map<string, Question>());
let loading: Promise<void> | undefined;

export const inLanguage = (phrase: Schema<'escalation.v1.Phrase'> | undefined): string => phrase?.[i18n.language] ?? '';

export const ruleBook = {
  load(): Promise<void> {
    if (!session.may('regimes.read')) return Promise.resolve();
    loading ??= call(api.GET('/v1/regimes')).then((answer) => {
      regimes = new Map(answer.regimes.map((regime) => [regime.id, regime]));
      questions = new Map([...questions, ...answer.questions.map((question) => [question.id, question] as const)]);
    }, () => { loading = undefined; });
    return loading;
  },
  learn(found: Question[]): void {
    const fresh = found.filter(({ id }) => !questions.has(id));
    if (fresh.length > 0) questions = new Map([...questions, ...fresh.map((question) => [question.id, question] as const)]);
  },

  question: (id: string) => questions.get(id),
  // The question itself; its id where it is not known.
  ask: (id: string) => inLanguage(questions.get(id)?.text) || id,
  option(question: string, id: string): string {
    return inLanguage(questions.get(question)?.options.find((option) => option.id === id)?.label) || id;
  },
  title: (regime: string) => regimes.get(regime)?.title ?? regime,
  version: (regime: string, version: string) => regimes.get(regime)?.versions.find((one) => one.version === version),
};
