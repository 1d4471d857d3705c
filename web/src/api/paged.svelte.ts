// A list that comes in pages: what has come so far, and more when it is asked for.
//
//   const cases = new Paged((page_token) => call(api.GET('/v1/cases', { params: { query: { page_token, page_size: 200 } } })), (page) => page.cases);
//   await cases.restart();          // the first page; a change of the filter starts anew
//   await cases.more();             // the next one
//   cases.items, cases.total, cases.loading, cases.error, cases.complete

import { type ApiError, toApiError } from './problem';

interface Page {
  next_page_token: string;
  total_size?: string;
}

export class Paged<Item, Answer extends Page> {
  items = $state.raw<Item[]>([]);
  total = $state(0);
  loading = $state(false);
  complete = $state(false);
  error = $state.raw<ApiError | undefined>();
  #token = '';
  // A page that was asked for before the last restart is not taken.
  #round = 0;

  constructor(private fetchPage: (pageToken: string) => Promise<Answer>, private itemsOf: (answer: Answer) => Item[]) {}

  async restart(): Promise<void> {
    this.#round += 1;
    this.#token = '';
    this.complete = false;
    this.loading = false;
    await this.#fetch(true);
  }

  async more(): Promise<void> {
    if (!this.loading && !this.complete) await this.#fetch(false);
  }

  // Until `count` items have come or there are no more.
  async upTo(count: number): Promise<void> {
    while (!this.complete && !this.error && this.items.length < count) {
      const before = this.items.length;
      await this.more();
      if (this.items.length === before) return;
    }
  }

  async #fetch(anew: boolean): Promise<void> {
    const round = this.#round;
    this.loading = true;
    this.error = undefined;
    try {
      const answer = await this.fetchPage(this.#token);
      if (round !== this.#round) return;
      const items = this.itemsOf(answer);
      this.items = anew ? items : [...this.items, ...items];
      this.#token = answer.next_page_token;
      this.complete = answer.next_page_token === '';
      this.total = Number(answer.total_size ?? this.items.length);
    } catch (error) {
      if (round === this.#round) this.error = toApiError(error);
    } finally {
      if (round === this.#round) this.loading = false;
    }
  }
}
