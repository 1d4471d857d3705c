// The situation picture as it is now: read once, then sent by the server whenever it has changed.

import { api, call, type Schema } from '../../api/client';
import { type ApiError, toApiError } from '../../api/problem';
import { watch } from '../../api/watch';

export type Situation = Schema<'metrics.v1.Situation'>;

// A part of the municipality and a time, as it stands in the address.
export interface Part {
  unit: string;
  // Months, `2026-11`.
  from: string;
  to: string;
}

const none = {
  indicators: [], by_unit: [], by_system: [], by_kind: [], by_severity: [], by_month: [], heat_map: [], clocks: [], open_by_age: [], by_cause: [],
  report_rates: [], trends: [], smallest_group: 0,
} satisfies Partial<Situation>;

// So long without contact, and it is said. A stream that the server ends in order is there again sooner.
const patience = 3_000;
// The server sends something every 15 seconds.
const silence = 45_000;

export class LiveSituation {
  now = $state.raw<Situation | undefined>();
  error = $state.raw<ApiError | undefined>();
  // No contact: what is shown holds for `now.as_of_time`.
  lost = $state(false);
  #troubledSince = 0;
  #lastMessage = 0;

  // Follows the figures of a part. Returns what ends it; for $effect.
  follow(part: Part): () => void {
    const query = Object.fromEntries(Object.entries({ 'filter.unit': part.unit, 'filter.from_month': part.from, 'filter.to_month': part.to }).filter(([, value]) => value));
    let ended = false;
    let latest = '';
    const take = (situation: Situation) => {
      this.#troubledSince = 0;
      this.#lastMessage = Date.now();
      this.lost = false;
      // An answer may be overtaken by an event.
      if (ended || (situation.as_of_time ?? '') < latest) return;
      latest = situation.as_of_time ?? '';
      this.error = undefined;
      // A server of the version before leaves out what it does not know yet.
      this.now = { ...none, ...situation };
    };
    this.error = undefined;
    this.#troubledSince = 0;
    this.#lastMessage = Date.now();
    call(api.GET('/v1/situation', { params: { query } })).then(take, (error: unknown) => { if (!ended) this.error = toApiError(error); });
    const unwatch = watch<Situation>(`/v1/situation:watch?${new URLSearchParams(query)}`, 'Situation', {
      onMessage: take,
      onState: (state, problem) => {
        if (state === 'interrupted') this.#troubledSince ||= Date.now();
        if (state === 'live' || state === 'connecting') this.#lastMessage = Date.now();
        if (state === 'refused' && problem) this.error = problem;
      },
    });
    const timer = setInterval(() => {
      const offline = !navigator.onLine;
      const troubled = this.#troubledSince > 0 && Date.now() - this.#troubledSince > patience;
      this.lost = !document.hidden && (offline || troubled || Date.now() - this.#lastMessage > silence);
    }, 1000);
    return () => {
      ended = true;
      clearInterval(timer);
      unwatch();
    };
  }
}
