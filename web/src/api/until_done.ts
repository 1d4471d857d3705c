// Repeats what fails for a reason that passes, such as a lost connection. What is repeated must carry its request_id.

import { ApiError, toApiError } from './problem';

export class Stopped extends Error {}

interface Options {
  // Told why it waits, and `undefined` when it tries again.
  onWait?: (why: ApiError | undefined) => void;
  signal?: AbortSignal;
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener('online', end);
    signal?.addEventListener('abort', end);
  });
}

export async function untilDone<Result>(work: () => Promise<Result>, { onWait, signal }: Options = {}): Promise<Result> {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 20_000)) {
    let why: ApiError;
    try {
      if (signal?.aborted) throw new Stopped();
      if (navigator.onLine) return await work();
      why = new ApiError({ status: 0, reason: 'OFFLINE' });
    } catch (error) {
      // Also what a worker says that could not be fetched.
      why = navigator.onLine || error instanceof ApiError || error instanceof Stopped ? toApiError(error) : new ApiError({ status: 0, reason: 'OFFLINE' });
      if (!why.passing) throw why;
    }
    onWait?.(why);
    await pause(Math.max(wait, why.retryAfter * 1000), signal);
    onWait?.(undefined);
  }
}
