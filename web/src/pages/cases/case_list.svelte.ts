// The cases of the workbench: what has come of them, which are selected, and where one stands. Kept while a case is looked at,
// so that the next one is a key away and the way back leads to the same place.

import { api, call, type Schema } from '../../api/client';
import { Paged } from '../../api/paged.svelte';
import { orderOf, toQuery, type Filters, type ListQuery } from './filters';

type Case = Schema<'triage.v1.Case'>;
// What a row shows: a hundred thousand of them stay in the memory of a phone.
export type Row = Pick<Case, 'case_id' | 'number' | 'title' | 'state' | 'unit' | 'system' | 'owner' | 'due_time' | 'update_time' | 'open_time' | 'sphere' | 'etag' | 'allowed_commands'> & {
  severity: string; reports: number; members: number; measures: number; grouped: boolean; held: boolean; withdrawn: boolean;
};

export function toRow(one: Case): Row {
  const { case_id, number, title, state, unit, system, owner, due_time, update_time, open_time, sphere, etag, allowed_commands } = one;
  return {
    case_id, number, title, state, unit, system, owner, due_time, update_time, open_time, sphere, etag, allowed_commands,
    severity: one.classification?.severity ?? '', reports: Number(one.report_count ?? 1), members: Number(one.member_count ?? 0),
    measures: Number(one.open_measure_count ?? 0), grouped: Boolean(one.group_case_id), held: Boolean(one.hold_time), withdrawn: one.withdrawn,
  };
}

export const fetchCases = (query: ListQuery) => call(api.GET('/v1/cases', { params: { query } }));

export class CaseList {
  readonly query: ListQuery;
  readonly paged: Paged<Row, Schema<'triage.v1.ListCasesResponse'>>;
  // Selected rows by id, in the order they were chosen.
  selected = $state.raw<ReadonlyMap<string, Row>>(new Map());
  active = $state(0);
  top = $state(0);
  // Cases that came after the list was read, by id.
  arrived = $state.raw<ReadonlySet<string>>(new Set());
  #anchor = 0;
  #readAt = Date.now();

  // `key` is the address it belongs to.
  constructor(readonly key: string, filters: Filters, myUnit: string) {
    this.query = toQuery(filters, myUnit);
    let first = true;
    this.paged = new Paged((page_token) => {
      // The first page is what is seen: small, and there at once.
      first = page_token === '';
      return fetchCases({ ...this.query, order_by: orderOf(filters.order), page_token, page_size: first ? 100 : 500 });
    }, (answer) => answer.cases.map(toRow));
  }

  get rows(): Row[] { return this.paged.items; }
  // How long the list is held to be: as many as have come, and some to come.
  get length(): number { return this.paged.complete ? this.rows.length : Math.max(this.rows.length + 50, this.paged.total); }

  async restart(): Promise<void> {
    this.#readAt = Date.now();
    await this.paged.restart();
    this.arrived = new Set();
    const there = new Map(this.rows.map((row) => [row.case_id, row]));
    this.selected = new Map([...this.selected].map(([id, row]) => [id, there.get(id) ?? row]));
  }

  // Takes what changed into the rows that are shown, and counts what is new, without moving anything.
  async refresh(): Promise<void> {
    const { cases } = await fetchCases({ ...this.query, order_by: 'CASE_ORDER_CHANGED', page_size: 20 });
    const places = new Map(this.rows.map((row, at) => [row.case_id, at]));
    const changed = cases.map(toRow).filter((row) => {
      const at = places.get(row.case_id);
      return at !== undefined && this.rows[at]!.etag !== row.etag;
    });
    if (changed.length > 0) this.put(changed);
    // Of a list that has not come whole, only what was opened since is new for certain.
    const since = (row: Case) => Date.parse((this.paged.complete ? row.update_time : row.open_time) ?? '') > this.#readAt - 5000;
    const fresh = cases.filter((row) => !places.has(row.case_id) && since(row)).map((row) => row.case_id);
    if (fresh.length > 0) this.arrived = new Set([...this.arrived, ...fresh]);
  }

  // Cases as they are after a change.
  put(changed: Row[]): void {
    const by = new Map(changed.map((row) => [row.case_id, row]));
    this.paged.items = this.rows.map((row) => by.get(row.case_id) ?? row);
    this.selected = new Map([...this.selected].map(([id, row]) => [id, by.get(id) ?? row]));
  }

  toggle(index: number): void {
    const row = this.rows[index];
    if (!row) return;
    const next = new Map(this.selected);
    if (!next.delete(row.case_id)) next.set(row.case_id, row);
    this.selected = next;
    this.#anchor = index;
  }
  // From the row last chosen to this one.
  selectTo(index: number): void {
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    const next = new Map(this.selected);
    for (const row of this.rows.slice(from, to + 1)) next.set(row.case_id, row);
    this.selected = next;
  }
  selectAll(): void {
    this.selected = new Map(this.rows.map((row) => [row.case_id, row]));
  }
  clear(): void {
    this.selected = new Map();
  }

  // The case before or after one, and how many there are.
  beside(id: string, step: 1 | -1): Row | undefined {
    const at = this.rows.findIndex((row) => row.case_id === id || row.number === id);
    if (at < 0) return undefined;
    if (step > 0 && at + 2 >= this.rows.length) void this.paged.more();
    return this.rows[at + step];
  }
  placeOf(id: string): number {
    return this.rows.findIndex((row) => row.case_id === id || row.number === id);
  }
}

let kept: CaseList | undefined;
// The address of another list that a case was opened from; empty when it was this one.
let elsewhere = '';
export const workbench = {
  get list() { return kept; },
  set list(list: CaseList | undefined) { kept = list; },
  // What one goes through case by case: nothing when one came from another list.
  get steps() { return elsewhere ? undefined : kept; },
  // Where the list stands that one came from.
  get address() { return elsewhere || (kept ? `/cases${kept.key}` : '/cases'); },
  cameFrom(address: string) { elsewhere = address; },
};
