// The case that is looked at: as it is, what others do to it meanwhile, and what is sent on top of which version.

import { api, call, type Schema } from '../../api/client';
import { type ApiError, toApiError } from '../../api/problem';
import { announce, toast } from '../../app/announce.svelte';
import { organisation } from '../../app/organisation.svelte';
import { session } from '../../app/session.svelte';
import { t } from '../../i18n/i18n.svelte';
import { changesBetween, type Change } from './changes';

export type Case = Schema<'triage.v1.Case'>;

// What somebody else changed while something was being written here.
export interface Conflict {
  theirs: Case;
  changes: Change[];
  by: string;
  // What is about to be sent: names of fields, and what they are to become.
  mine: { field: string; label: string; value: string }[];
  // Sends it on top of theirs; leaves theirs as it is.
  again: () => Promise<boolean>;
  take: () => void;
}
export interface Wish {
  // What is sent, on top of the case it is given: built anew when that has changed.
  send: (on: Case) => Promise<unknown>;
  // The case it was decided on, when that is not the one shown now.
  base?: Case;
  mine?: Conflict['mine'];
  // Said when it is done.
  done?: string;
  // After the other's change was taken instead.
  take?: () => void;
}

export class CaseStore {
  case = $state.raw<Case | undefined>();
  error = $state.raw<ApiError | undefined>();
  conflict = $state.raw<Conflict | undefined>();
  // Goes up with every change of the case or what belongs to it; the parts read themselves anew.
  version = $state(0);
  // What others changed since it was opened, shown until it is taken note of.
  news = $state.raw<{ by: string; changes: Change[] } | undefined>();
  #busy = 0;

  constructor(readonly reference: string) {}

  get id(): string { return this.case?.case_id ?? this.reference; }

  // The permission, and the case within its reach, or a part in it. The server decides; this keeps from offering what it refuses.
  may(permission: string): boolean {
    const one = this.case;
    if (!one || one.erase_time || !session.may(permission)) return false;
    const me = session.person?.login;
    const mine = [one.owner, ...one.drawn_in, ...one.named].some((party) => party && (party.login === me || session.person?.stands_in_for.includes(party.login)));
    return mine || session.reaches(permission, one.sphere, one.unit, organisation.isBelow) || !organisation.loaded;
  }
  // Also what its state allows.
  can(command: string): boolean {
    return this.may('cases.handle') && (this.case?.allowed_commands.includes(command) ?? false);
  }

  #read(): Promise<Case> {
    return call(api.GET('/v1/cases/{case_id}', { params: { path: { case_id: this.id } } }));
  }

  async load(): Promise<void> {
    this.error = undefined;
    try {
      this.case = await this.#read();
      this.version += 1;
    } catch (error) {
      this.error = toApiError(error);
    }
  }

  // What somebody did here.
  take(next: Case): void {
    // Answers to commands carry no notes in some cases; they are kept then.
    this.case = next;
    this.version += 1;
  }

  // Looks whether others have changed it: in a list, which is not recorded as reading the case, of what was reported at its time,
  // which is hardly ever more than it; what one person reads within an hour is limited.
  async look(): Promise<void> {
    const shown = this.case;
    if (!shown || this.#busy > 0 || this.conflict) return;
    const from = new Date(shown.report_time ?? shown.open_time ?? 0);
    const { cases } = await call(api.GET('/v1/cases', { params: { query: {
      received_from_time: from.toISOString(), received_before_time: new Date(from.getTime() + 1).toISOString(), order_by: 'CASE_ORDER_CHANGED', page_size: 20,
    } } }));
    const now = cases.find(({ case_id }) => case_id === shown.case_id);
    if (!now || now.etag === shown.etag || this.#busy > 0 || this.case !== shown) return;
    const next = await this.#read();
    if (this.case !== shown || this.#busy > 0) return;
    const changes = changesBetween(shown, next);
    this.take(next);
    if (changes.length === 0) return;
    const by = await this.#whoChanged(next);
    this.news = { by, changes };
    announce(t('case.news.title', { by: by || t('case.somebody') }));
  }

  // Who did what was done last, where the history says so.
  async #whoChanged(one: Case): Promise<string> {
    try {
      const { entries } = await call(api.GET('/v1/cases/{case_id}/timeline', { params: { path: { case_id: one.case_id }, query: { page_size: 1000 } } }));
      const last = entries.at(-1);
      return last?.by ? organisation.party(last.by) : '';
    } catch {
      return '';
    }
  }

  // Does something to the case. When another was faster, shows that instead of losing either. Whether it was done; what else is
  // wrong is thrown, for the form to show.
  async act(wish: Wish): Promise<boolean> {
    const base = wish.base ?? this.case!;
    this.#busy += 1;
    try {
      this.take(await this.#whole(await wish.send(base)));
      if (wish.done) toast(wish.done);
      return true;
    } catch (error) {
      const problem = toApiError(error);
      if (!problem.changedMeanwhile) throw problem;
      const theirs = await this.#read();
      const changes = changesBetween(base, theirs);
      const by = await this.#whoChanged(theirs);
      this.case = theirs;
      this.version += 1;
      this.conflict = {
        theirs, changes, by, mine: wish.mine ?? [],
        again: async () => {
          this.conflict = undefined;
          return this.act({ ...wish, base: theirs });
        },
        take: () => {
          this.conflict = undefined;
          wish.take?.();
        },
      };
      announce(t('case.conflict.title', { by: by || t('case.somebody') }), true);
      return false;
    } finally {
      this.#busy -= 1;
    }
  }

  // What a command answers with, when that is the case; else the case read anew.
  async #whole(answer: unknown): Promise<Case> {
    const one = answer as Partial<Case> | undefined;
    return one?.case_id === this.case?.case_id && one?.etag && one.allowed_commands && one.notes && one.number ? one as Case : this.#read();
  }
}
