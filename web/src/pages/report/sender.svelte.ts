// Sends a report: once, however often the connection breaks, and then its files.

import { api, call, type Schema } from '../../api/client';
import { type ApiError, toApiError } from '../../api/problem';
import { proveWork } from '../../api/proof_of_work';
import { Stopped, untilDone } from '../../api/until_done';
import { upload } from '../../api/upload';
import { appearance } from '../../app/appearance.svelte';
import { rememberHere } from '../../app/device';
import type { Report } from './draft.svelte';
import type { SendFile } from './files.svelte';
import { underWay } from './kept';

export interface UnderWay {
  requestId: string;
  report: Report;
  anonymous: boolean;
}

export interface Sent {
  number: string;
  // Of a report without a name, the way back; of others the id.
  receipt: string;
  reportId: string;
  proof?: Schema<'intake.v1.FilingProof'>;
}

export class Sender {
  stage = $state<'idle' | 'sending' | 'done'>('idle');
  // How much of the work is done; undefined when there is none.
  share = $state<number | undefined>();
  waitsFor = $state.raw<ApiError | undefined>();
  error = $state.raw<ApiError | undefined>();
  sent = $state.raw<Sent | undefined>();
  #stop = new AbortController();

  // Whether it arrived.
  async send({ requestId, report, anonymous }: UnderWay): Promise<boolean> {
    this.#stop = new AbortController();
    this.error = undefined;
    this.stage = 'sending';
    rememberHere(underWay, { requestId, report, anonymous });
    try {
      this.sent = await untilDone(() => (anonymous ? this.#anonymously(requestId, report) : this.#signedIn(requestId, report)), {
        signal: this.#stop.signal, onWait: (why) => { this.waitsFor = why; this.share = undefined; },
      });
      this.stage = 'done';
      return true;
    } catch (error) {
      if (!(error instanceof Stopped)) this.error = toApiError(error);
      this.stage = 'idle';
      return false;
    } finally {
      this.waitsFor = undefined;
      this.share = undefined;
      rememberHere(underWay, undefined);
    }
  }
  // While it waits for the connection nothing has been taken: it can be stopped.
  stop(): void {
    this.#stop.abort();
  }

  async #signedIn(request_id: string, report: Report): Promise<Sent> {
    const taken = await call(api.POST('/v1/reports', { body: { request_id, report } }));
    return { number: taken.number!, reportId: taken.report_id!, receipt: '' };
  }

  // Without cookies: whoever is signed in stays unknown here.
  async #anonymously(request_id: string, report: Report): Promise<Sent> {
    const { tenant } = appearance;
    this.share = 0;
    const proof_of_work = await proveWork(tenant, (share) => { this.share = share; });
    const { receipt, number, proof } = await call(api.POST('/v1/tenants/{tenant}/anonymous-reports', { params: { path: { tenant } }, body: { request_id, report, proof_of_work }, credentials: 'omit' }));
    return { receipt, number, proof, reportId: '' };
  }
}

// A file to one's own report.
export const toReport = (reportId: string): SendFile =>
  (file, onProgress) => upload(`/v1/reports/${encodeURIComponent(reportId)}/attachments`, file, { onProgress });

// A file to the report of a receipt, which goes into no address.
export const toReceipt = (receipt: string): SendFile => async (file, onProgress) => {
  const { tenant } = appearance;
  const proof_of_work = await proveWork(tenant);
  const { upload_ticket } = await call(api.POST('/v1/tenants/{tenant}/receipts:upload', { params: { path: { tenant } }, body: { receipt, filename: file.name, proof_of_work }, credentials: 'omit' }));
  return upload(`/v1/tenants/${tenant}/uploads/${upload_ticket}`, file, { onProgress });
};
