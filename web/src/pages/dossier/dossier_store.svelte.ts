// What is written to an authority, what is typed on top of it, and what becomes of it.

import { api, call, type Schema } from '../../api/client';
import { type ApiError, toApiError } from '../../api/problem';
import { toast } from '../../app/announce.svelte';
import { t } from '../../i18n/i18n.svelte';
import { type Field, isWrong, same, type Typed, typedOf, valueOf } from './field_value';

export type Dossier = Schema<'escalation.v1.Dossier'>;
export type Duty = Schema<'escalation.v1.Duty'>;

export class DossierStore {
  dossier = $state.raw<Dossier | undefined>();
  duty = $state.raw<Duty | undefined>();
  error = $state.raw<ApiError | undefined>();
  // By field; what nobody has touched is not in it.
  typed = $state<Record<string, Typed>>({});
  // Somebody else saved meanwhile: what is typed stands on top of theirs.
  conflict = $state(false);

  constructor(readonly dutyId: string, readonly stage: string) {}

  get path() { return { duty_id: this.dutyId, stage: this.stage }; }
  get changed(): Field[] {
    return (this.dossier?.fields ?? []).filter((field) => this.typed[field.field] && !same(this.typed[field.field]!, typedOf(field.kind, field.value)));
  }
  get wrong(): Field[] { return this.changed.filter((field) => isWrong(field.kind, this.typed[field.field]!)); }
  get blocking() { return (this.dossier?.problems ?? []).filter(({ blocks }) => blocks); }
  typedFor(field: Field): Typed { return this.typed[field.field] ?? typedOf(field.kind, field.value); }

  async load(version = 0): Promise<void> {
    this.error = undefined;
    try {
      [this.dossier, this.duty] = await Promise.all([
        call(api.GET('/v1/duties/{duty_id}/stages/{stage}/dossier', { params: { path: this.path, query: version ? { version } : {} } })),
        call(api.GET('/v1/duties/{duty_id}', { params: { path: { duty_id: this.dutyId } } })),
      ]);
    } catch (error) {
      this.error = toApiError(error);
    }
  }

  // Sends something on the version that is shown. A version that changed meanwhile is read, and what is typed stays.
  async #act(send: (etag: string) => Promise<Dossier>, done: string): Promise<void> {
    try {
      this.dossier = await send(this.dossier!.etag);
    } catch (error) {
      const problem = toApiError(error);
      if (problem.changedMeanwhile) {
        await this.load();
        this.conflict = true;
      }
      throw problem;
    }
    this.conflict = false;
    if (done) toast(done);
  }

  async save(): Promise<void> {
    const values = this.changed.map((field) => ({ field: field.field, value: valueOf(field.kind, this.typed[field.field]!) }));
    await this.#act((etag) => call(api.POST('/v1/duties/{duty_id}/stages/{stage}/dossier:save', { params: { path: this.path }, body: { values, etag } })), t('dossier.saved'));
    this.typed = {};
  }
  askForReview = () => this.#act((etag) => call(api.POST('/v1/duties/{duty_id}/stages/{stage}/dossier:askForReview', { params: { path: this.path }, body: { etag } })), t('dossier.asked'));
  approve = (reason: string) => this.#act((etag) => call(api.POST('/v1/duties/{duty_id}/stages/{stage}/dossier:approve', { params: { path: this.path }, body: { etag, override_reason: reason } })), t('dossier.approved'));
  giveBack = (reason: string) => this.#act((etag) => call(api.POST('/v1/duties/{duty_id}/stages/{stage}/dossier:return', { params: { path: this.path }, body: { etag, reason } })), t('dossier.returned'));
  tick = (field: string, ticked: boolean) => this.#act(() => call(api.POST('/v1/duties/{duty_id}/stages/{stage}/dossier:tick', {
    params: { path: this.path }, body: { version: this.dossier!.version, fields: [field], untick: !ticked } })), '');
}
