// Names of units, systems and people by what the API calls them, and the choices to pick them from. Loaded once, when a
// page asks.

import { api, call, type Schema } from '../api/client';
import { i18n, term } from '../i18n/i18n.svelte';

type Organisation = Schema<'organisation.v1.Organisation'>;
export type Party = Schema<'triage.v1.Party'>;
export interface Choice { value: string; label: string; detail?: string }

let known = $state.raw<Organisation | undefined>();
let loading: Promise<void> | undefined;
const units = $derived(new Map((known?.units ?? []).map((unit) => [unit.id, unit])));
const systems = $derived(new Map((known?.systems ?? []).map((system) => [system.id, system])));
const people = $derived(new Map((known?.people ?? []).map((person) => [person.login, person])));
const titles = $derived(new Map((known?.role_titles ?? []).map((title) => [String(title.role), title.title])));

const byLabel = (entries: Choice[]) => entries.sort((a, b) => a.label.localeCompare(b.label, i18n.locale));

export const organisation = {
  get loaded() { return known !== undefined; },
  get tenant() { return known?.tenant ?? ''; },

  // Names are shown as the API calls them until it has come, and where it does not.
  load(): Promise<void> {
    loading ??= call(api.GET('/v1/organisation')).then(({ organisation: whole }) => { known = whole; }, () => { loading = undefined; });
    return loading;
  },

  unit: (id: string) => units.get(id)?.name ?? id,
  system: (id: string) => systems.get(id)?.name ?? id,
  person: (login: string) => people.get(login)?.name ?? login,
  // The municipality's own word for a function, else ours.
  role: (role: string | undefined) => titles.get(String(role)) || term(role),

  // Who has a part: the name, or the function when nobody holds it.
  party(party: Party | undefined): string {
    if (!party) return '';
    return party.name || (party.login ? organisation.person(party.login) : organisation.role(party.role));
  },

  // Whether a unit is another, or lies below it.
  isBelow(unit: string, above: string): boolean {
    for (let at: string | undefined = unit, steps = 0; at && steps < 50; at = units.get(at)?.parent, steps += 1) if (at === above) return true;
    return false;
  },

  get unitChoices(): Choice[] {
    return byLabel([...units.values()].map(({ id, name, parent }) => ({ value: id, label: name, detail: parent ? units.get(parent)?.name : undefined })));
  },
  get systemChoices(): Choice[] {
    return byLabel([...systems.values()].map(({ id, name, unit }) => ({ value: id, label: name, detail: units.get(unit)?.name })));
  },
  get peopleChoices(): Choice[] {
    return byLabel([...people.values()].map(({ login, name, roles, unit }) => ({
      value: login, label: name,
      detail: [...new Set((roles ?? []).map(({ role }) => organisation.role(role)))].join(', ') || (unit ? organisation.unit(unit) : undefined),
    })));
  },
};
