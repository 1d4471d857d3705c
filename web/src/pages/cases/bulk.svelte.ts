// Many cases changed at once: sent in parts, each case's result kept, and taken back where the API can.

import { api, call, newRequestId, type Schema } from '../../api/client';
import { toApiError } from '../../api/problem';
import { toRow, type CaseList, type Row } from './case_list.svelte';
import { bodyOf, type Closing } from './closing';

export type BulkAction = 'assign' | 'acknowledge' | 'close' | 'note';
export interface Wish { owner: string; text: string; closing: Closing }
export interface Result { row: Row; done: boolean; reason: string; message: string; after?: Row }

// Small enough that progress is seen, and one part takes no second.
const part = 25;

export class Bulk {
  results = $state.raw<Result[]>([]);
  total = $state(0);
  running = $state(false);
  #note = newRequestId();

  get done(): Result[] { return this.results.filter((result) => result.done); }
  get refused(): Result[] { return this.results.filter((result) => !result.done); }

  async run(list: CaseList, action: BulkAction, rows: Row[], wish: Wish): Promise<void> {
    this.results = [];
    this.total = rows.length;
    this.running = true;
    for (let from = 0; from < rows.length; from += part) {
      const these = rows.slice(from, from + part);
      let found: Result[];
      try {
        found = resultsOf(these, await this.#send(action, these, wish));
      } catch (error) {
        const problem = toApiError(error);
        found = these.map((row) => ({ row, done: false, reason: problem.reason || String(problem.status), message: problem.message }));
      }
      this.results = [...this.results, ...found];
      list.put(found.flatMap(({ after }) => after ?? []));
    }
    this.running = false;
  }

  #send(action: BulkAction, rows: Row[], wish: Wish): Promise<Schema<'triage.v1.BatchChangeCasesResponse'>> {
    const cases = rows.map(({ case_id, etag }) => ({ case_id, etag }));
    switch (action) {
      case 'assign': return call(api.POST('/v1/cases:batchAssign', { body: { cases, owner: wish.owner } }));
      case 'acknowledge': return call(api.POST('/v1/cases:batchAcknowledge', { body: { cases } }));
      case 'close': return call(api.POST('/v1/cases:batchClose', { body: { cases, ...bodyOf(wish.closing) } }));
      case 'note': return call(api.POST('/v1/cases:batchNote', { body: { cases, text: wish.text, request_id: this.#note } }));
    }
  }
}

function resultsOf(rows: Row[], answer: Schema<'triage.v1.BatchChangeCasesResponse'>): Result[] {
  return rows.map((row, at) => {
    const result = answer.results[at];
    return {
      row, done: Boolean(result?.case), reason: result?.refusal?.reason || (result?.refusal?.code ?? ''), message: result?.refusal?.message ?? '',
      after: result?.case ? toRow(result.case) : undefined,
    };
  });
}

// Gives assigned cases back to whom they belonged to, and opens closed ones again. Those who had no owner are routed by the rules.
// How many could not be taken back.
export async function undo(list: CaseList, action: BulkAction, done: Result[], why: string): Promise<number> {
  let failed = 0;
  for (const { row, after } of done) {
    const path = { case_id: row.case_id };
    try {
      const answer = action === 'close'
        ? await call(api.POST('/v1/cases/{case_id}:reopen', { params: { path }, body: { reason: why, etag: after?.etag ?? '' } }))
        : await call(api.POST('/v1/cases/{case_id}:assign', { params: { path }, body: { owner: row.owner?.login ?? '', etag: after?.etag ?? '' } }));
      list.put([toRow(answer)]);
    } catch {
      failed += 1;
    }
  }
  return failed;
}
