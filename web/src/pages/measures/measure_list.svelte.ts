// The measures of the list: what has come of them, and where one stands. Kept while a case is looked at, so that the way back
// leads to the same place.

import { api, call, type Schema } from '../../api/client';
import { Paged } from '../../api/paged.svelte';
import type { MeasureQuery } from './measure_filters';

export type Measure = Schema<'triage.v1.Measure'>;
export const fetchMeasures = (query: MeasureQuery) => call(api.GET('/v1/measures', { params: { query } }));

export class MeasureList {
  readonly paged: Paged<Measure, Schema<'triage.v1.ListMeasuresResponse'>>;
  active = $state(0);
  top = $state(0);

  // `key` is the address it belongs to.
  constructor(readonly key: string, query: MeasureQuery) {
    // The first page is what is seen: small, and there at once.
    this.paged = new Paged((page_token) => fetchMeasures({ ...query, page_token, page_size: page_token ? 500 : 100 }), (answer) => answer.measures);
  }

  get rows(): Measure[] { return this.paged.items; }
  get length(): number { return this.paged.complete ? this.rows.length : Math.max(this.rows.length, this.paged.total); }
}

let kept: MeasureList | undefined;
export const lists = {
  get kept() { return kept; },
  set kept(list: MeasureList | undefined) { kept = list; },
};
