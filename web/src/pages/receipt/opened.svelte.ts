// A report opened by its receipt. Receipt and report are in this window's memory alone, and are forgotten on leaving.

import { api, call } from '../../api/client';
import { proveWork } from '../../api/proof_of_work';
import { appearance } from '../../app/appearance.svelte';
import type { Followed } from '../follow/followed';

export class Opened {
  receipt = $state('');
  shown = $state.raw<Followed | undefined>();
  // How much of the work is done; undefined when there is none.
  share = $state<number | undefined>();

  async open(receipt: string): Promise<void> {
    const { tenant } = appearance;
    const proof_of_work = await this.#work();
    this.shown = await call(api.POST('/v1/tenants/{tenant}/receipts:open', { params: { path: { tenant } }, body: { receipt, proof_of_work }, credentials: 'omit' }));
    this.receipt = receipt;
  }
  async reply(text: string, request_id: string): Promise<void> {
    const { tenant } = appearance;
    const { receipt } = this;
    const proof_of_work = await this.#work();
    this.shown = await call(api.POST('/v1/tenants/{tenant}/receipts:reply', { params: { path: { tenant } }, body: { receipt, text, request_id, proof_of_work }, credentials: 'omit' }));
  }
  forget(): void {
    this.receipt = '';
    this.shown = undefined;
    this.share = undefined;
  }

  async #work() {
    this.share = 0;
    try {
      return await proveWork(appearance.tenant, (share) => { this.share = share; });
    } finally {
      this.share = undefined;
    }
  }
}

export const digitsOf = (text: string) => text.replace(/\D/g, '');
// In groups of four.
export const grouped = (digits: string) => digits.replace(/(\d{4})(?=\d)/g, '$1 ');
