// What a part of the page asks of the server: the answer, or why there is none.

import { type ApiError, toApiError } from '../../api/problem';

export class Answer<Value> {
  value = $state.raw<Value | undefined>();
  error = $state.raw<ApiError | undefined>();
  loading = $state(false);

  constructor(private fetchIt: () => Promise<Value>) {}

  // What was shown stays until the new answer has come.
  async load(): Promise<void> {
    this.loading = true;
    try {
      this.value = await this.fetchIt();
      this.error = undefined;
    } catch (error) {
      this.error = toApiError(error);
    } finally {
      this.loading = false;
    }
  }
}
