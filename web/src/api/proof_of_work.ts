// What a call without an account takes: the solution of a challenge (docs/decisions/0012-anonymous-reporting.md).

import { api, call, type Schema } from './client';

export type ProofOfWork = Schema<'intake.v1.ProofOfWork'>;

// Fetches a challenge of the municipality and solves it. `onProgress` tells from 0 to 1 how much of what it takes on
// average has been tried.
export async function proveWork(tenant: string, onProgress?: (share: number) => void): Promise<ProofOfWork> {
  const { challenge, difficulty } = await call(api.POST('/v1/tenants/{tenant}/challenges', { params: { path: { tenant } }, body: {}, credentials: 'omit' }));
  const worker = new Worker(new URL('./proof_worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<ProofOfWork>((done, failed) => {
      worker.addEventListener('message', ({ data }: MessageEvent<{ tries?: number; solution?: ProofOfWork }>) => {
        if (data.solution) done(data.solution);
        else onProgress?.(Math.min(0.99, (data.tries ?? 0) / 2 ** difficulty));
      });
      worker.addEventListener('error', (event) => failed(new Error(event.message)));
      worker.postMessage({ challenge, difficulty });
    });
  } finally {
    worker.terminate();
  }
}
