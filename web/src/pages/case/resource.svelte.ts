// What a part of the page shows, read by itself: a part that cannot be had leaves the others as they are.

import { type ApiError, toApiError } from '../../api/problem';

export class Resource<Data> {
  data = $state.raw<Data | undefined>();
  error = $state.raw<ApiError | undefined>();
  loading = $state(false);
  #round = 0;

  constructor(private fetchIt: () => Promise<Data>) {}

  // What was there stays until the new has come.
  load = async (): Promise<void> => {
    const mine = this.#round += 1;
    this.loading = true;
    try {
      const data = await this.fetchIt();
      if (mine !== this.#round) return;
      this.data = data;
      this.error = undefined;
    } catch (error) {
      if (mine === this.#round) this.error = toApiError(error);
    } finally {
      if (mine === this.#round) this.loading = false;
    }
  };
}
