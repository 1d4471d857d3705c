// What the laws make of a case, and what the last answer changed about that.

import { api, call, type Schema } from '../../api/client';
import { toApiError } from '../../api/problem';
import { announce, toast } from '../../app/announce.svelte';
import { now } from '../../app/now.svelte';
import { t } from '../../i18n/i18n.svelte';
import type { CaseStore } from '../case/case_store.svelte';
import { Resource } from '../case/resource.svelte';
import { hoursAndMinutes } from './hours_left';
import { ruleBook } from './rule_book.svelte';

export type Assessment = Schema<'escalation.v1.Assessment'>;
export type Result = Schema<'escalation.v1.RegimeResult'>;
export type Given = Schema<'escalation.v1.QuestionAnswer'>;
type Change = Schema<'escalation.v1.ResultChange'>;
type Duty = Schema<'escalation.v1.Duty'>;

// What was answered, what it changed, and what takes it back.
export interface Effect { changes: Change[]; duties: Duty[]; results: Result[]; undo: Given }

export const titleOf = ({ regime, entity }: Change, results: Result[]) => {
  const several = new Set(results.filter((result) => result.regime === regime).map((result) => result.entity)).size > 1;
  const name = results.find((result) => result.regime === regime && result.entity === entity)?.entity_name;
  return several && name ? `${ruleBook.title(regime)} (${name})` : ruleBook.title(regime);
};

// The next time that a stage of the duty is to be done.
function target(duty: Duty | undefined): string | undefined {
  return duty?.stages.filter((stage) => !stage.submit_time && stage.target_time).map((stage) => stage.target_time!).sort()[0];
}

export function changeWords(change: Change, { duties, results }: Effect): string {
  const duty = titleOf(change, results);
  if (change.after === 'ASSESSMENT_RESULT_REQUIRED') {
    const until = target(duties.find((one) => one.regime === change.regime && one.entity === change.entity));
    if (!until) return t('duties.change.required', { duty });
    const seconds = (new Date(until).getTime() - now().getTime()) / 1000;
    return t(seconds < 0 ? 'duties.change.required_over' : 'duties.change.required_left', { duty, time: hoursAndMinutes(seconds) });
  }
  if (change.after === 'ASSESSMENT_RESULT_MAY_BE') return t('duties.change.may_be', { duty });
  if (change.after === 'ASSESSMENT_RESULT_HANDLED_ELSEWHERE') return t('duties.change.elsewhere', { duty });
  if (change.after === 'ASSESSMENT_RESULT_NOT_REQUIRED') return t('duties.change.not_required', { duty });
  return t('duties.change.gone', { duty: ruleBook.title(change.regime), entity: change.entity });
}

export class AssessmentStore {
  readonly resource: Resource<Assessment>;
  effect = $state.raw<Effect | undefined>();

  constructor(private store: CaseStore) {
    this.resource = new Resource(async () => {
      const found = await call(api.GET('/v1/cases/{case_id}/assessment', { params: { path: { case_id: store.id } } }));
      ruleBook.learn(found.open_questions.flatMap(({ question }) => question ?? []));
      return found;
    });
  }

  load = () => this.resource.load();

  // Answers a question, or takes the answer back when there is none in it. What is wrong is thrown, for the form to show.
  async answer(given: Given): Promise<void> {
    const before = this.resource.data!;
    const path = { case_id: this.store.id };
    try {
      const after = await call(api.POST('/v1/cases/{case_id}/assessment:answer', { params: { path }, body: { answers: [given], etag: before.etag } }));
      const { duties } = await call(api.GET('/v1/duties', { params: { query: { case_id: this.store.id, page_size: 100 } } }));
      ruleBook.learn(after.open_questions.flatMap(({ question }) => question ?? []));
      const old = before.answers.find(({ answer }) => answer?.question === given.question)?.answer;
      this.resource.data = after;
      this.effect = { changes: after.changes, duties, results: [...after.results, ...before.results], undo: old ?? { question: given.question } };
    } catch (error) {
      const problem = toApiError(error);
      if (problem.changedMeanwhile) await this.load();
      throw problem;
    }
    const { changes } = this.effect;
    announce(changes.length > 0 ? changes.map((change) => changeWords(change, this.effect!)).join(' ') : t('duties.change.none'));
    this.store.version += 1;
  }
  async undo(): Promise<void> {
    const effect = this.effect;
    if (!effect) return;
    await this.answer(effect.undo);
    this.effect = undefined;
    toast(t('duties.change.undone'));
  }
}
