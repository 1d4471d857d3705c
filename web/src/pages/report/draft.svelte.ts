// What is being written: kept on this device at every change, checked as the server checks it, and made a report of the API.

import type { Schema } from '../../api/client';
import { newRequestId } from '../../api/client';
import type { ApiError } from '../../api/problem';
import { appearance } from '../../app/appearance.svelte';
import { session } from '../../app/session.svelte';
import { typed } from '../../first/first';
import { i18n, t } from '../../i18n/i18n.svelte';
import { forgetDraft, keepDraft, keptDraft } from './kept';
import { type Kind, looks } from './kinds';
import { occurred, type When } from './when';

export type Report = Schema<'intake.v1.Report'>;
export type As = 'named' | 'confidential' | 'anonymous';
export type Field = 'what' | 'when' | 'where' | 'system' | 'kind' | 'who' | 'affected';
export type Errors = Partial<Record<Field, string>>;

const mostWords = 19_000;
const titleLength = 120;

interface Kept {
  requestId: string;
  time: number;
  what: string;
  when: When;
  said: string;
  date: string;
  clock: string;
  where: string;
  system: string;
  kind: '' | Kind;
  category: string;
  as: As;
  personal: string;
  affected: string;
  ongoing: string;
  security: string;
}

const usualAs = (): As => (session.person || !appearance.anonymousReporting ? 'named' : 'anonymous');
const empty = (): Kept => ({
  requestId: newRequestId(), time: 0, what: '', when: '', said: '', date: '', clock: '', where: '', system: '', kind: '', category: '',
  as: usualAs(), personal: '', affected: '', ongoing: '', security: '',
});

// The beginning of the first line, broken at a space where it is too long.
export function titleOf(what: string): string {
  const line = what.trim().split('\n', 1)[0]!.trim();
  const points = [...line];
  if (points.length <= titleLength) return line;
  const cut = points.slice(0, titleLength).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > 0 ? cut.slice(0, space) : cut).trimEnd()} …`;
}

const answers: Record<string, string> = { yes: 'ANSWER_YES', no: 'ANSWER_NO' };
// The field of the form that a field of the request comes from.
const fieldOf: Record<string, Field> = {
  'report.title': 'what', 'report.description': 'what', 'report.occurred_time': 'when', 'report.unit': 'where', 'report.system': 'system',
  'report.category': 'kind', 'report.affected_persons': 'affected', 'report.confidentiality': 'who',
};

export class Draft {
  values = $state<Kept>(empty());
  // When what was found on the device was last changed; undefined when nothing was.
  foundFrom = $state<Date | undefined>();
  keeps = $state(true);

  constructor() {
    const kept = keptDraft<Kept>();
    if (!kept) {
      forgetDraft();
      this.values.what = typed();
      return;
    }
    this.values = { ...empty(), ...kept };
    if (this.values.as === 'anonymous' && !appearance.anonymousReporting) this.values.as = 'named';
    this.foundFrom = new Date(kept.time);
  }

  get begun(): boolean {
    const { what, when, where, system, kind, personal, affected, ongoing, security } = this.values;
    return [what, when, where, system, kind, personal, affected, ongoing, security].some((value) => value !== '');
  }
  get anonymous(): boolean { return this.values.as === 'anonymous'; }

  // For $effect: whatever changes is kept, with or without files beside it.
  keep(files: boolean): void {
    const values = $state.snapshot(this.values);
    if (this.begun || files) this.keeps = keepDraft(values);
    else forgetDraft();
  }
  clear(): void {
    forgetDraft();
    this.values = empty();
    this.foundFrom = undefined;
  }
  // As another report than what was sent by the old id.
  renew(): void {
    this.values.requestId = newRequestId();
  }

  occurred(): Date | undefined {
    const { when, said, date, clock } = this.values;
    return occurred({ when, said, date, time: clock }, appearance.timeZone);
  }

  check(): Errors {
    const { what, when, date, where, system, as, affected, personal } = this.values;
    const errors: Errors = {};
    if (what.trim() === '') errors.what = t('report.what.missing');
    else if ([...what].length > mostWords) errors.what = t('report.what.long');
    if (when === 'earlier' && !date) errors.when = t('report.when.date_missing');
    else if ((this.occurred()?.getTime() ?? 0) > Date.now() + 60_000) errors.when = t('report.when.future');
    if (where.length > 200) errors.where = t('report.place.long');
    if (system.length > 200) errors.system = t('report.place.long');
    if (personal === 'yes' && affected.trim() !== '' && !/^\d{1,10}$/.test(affected.replace(/\s/g, ''))) errors.affected = t('report.more.affected_wrong');
    if (as !== 'anonymous' && !session.person) errors.who = t('report.who.sign_in_missing');
    return errors;
  }
  // What the server says of fields, in the form's words; the rest is left to the error itself.
  refusals(error: ApiError): Errors {
    const errors: Errors = {};
    const words: Record<Field, string> = {
      what: t('report.what.refused'), when: t('report.when.future'), where: t('report.place.unknown'), system: t('report.place.unknown'),
      kind: t('report.kind.refused'), affected: t('report.more.affected_wrong'), who: error.message,
    };
    for (const path of error.fields.keys()) {
      const field = fieldOf[path];
      if (field) errors[field] = words[field];
    }
    return errors;
  }

  // `unitIds` and `systemIds` are what the organisation knows; other words go below the text.
  report(unitIds: ReadonlySet<string>, systemIds: ReadonlySet<string>): Report {
    const { what, where, system, kind, category, as, personal, affected, ongoing, security } = this.values;
    const title = titleOf(what);
    const lines = [what.trim() === title ? '' : what.trim()];
    const known = { unit: unitIds.has(where) ? where : '', system: systemIds.has(system) ? system : '' };
    const words = [!known.unit && where.trim() && `${t('report.place.where')}: ${where.trim()}`, !known.system && system.trim() && `${t('report.place.system')}: ${system.trim()}`];
    const below = words.filter(Boolean).join('\n');
    if (below) lines.push(below);
    const confidentiality = { named: 'CONFIDENTIALITY_NAMED', confidential: 'CONFIDENTIALITY_CONFIDENTIAL', anonymous: 'CONFIDENTIALITY_ANONYMOUS' }[as];
    return {
      title, description: lines.filter(Boolean).join('\n\n'), confidentiality, language: i18n.language, unit: known.unit, system: known.system,
      ...(kind && { category: category || looks[kind].category }),
      ...(this.occurred() && { occurred_time: this.occurred()!.toISOString() }),
      personal_data: answers[personal] ?? 'ANSWER_UNSPECIFIED', ongoing: answers[ongoing] ?? 'ANSWER_UNSPECIFIED', national_security: answers[security] ?? 'ANSWER_UNSPECIFIED',
      ...(personal === 'yes' && affected.trim() && { affected_persons: affected.replace(/\s/g, '') }),
    } as Report;
  }
}
