// The files of a report: chosen, kept on the device until they are sent, sent one after the other.

import { newRequestId } from '../../api/client';
import { mostBytesEach, mostBytesInAll, mostFiles } from '../../api/limits';
import { ApiError, toApiError } from '../../api/problem';
import { untilDone } from '../../api/until_done';
import { forgetFile, forgetFiles, keepFile, keptFiles } from '../../app/device_files';
import { formatBytes, formatMegabytes, formatNumber } from '../../i18n/format';
import { t } from '../../i18n/i18n.svelte';

export class FileItem {
  share = $state(0);
  state = $state<'chosen' | 'sending' | 'sent' | 'failed'>('chosen');
  error = $state.raw<ApiError | undefined>();
  constructor(readonly id: string, readonly file: File) {}

  // What went wrong, in words.
  get trouble(): string {
    if (!this.error) return '';
    const name = this.file.name;
    if (this.error.reason === 'ATTACHMENT_ACTIVE') return t('report.files.refused_active', { name });
    if (this.error.reason === 'ATTACHMENT_TYPE') return t('report.files.refused_type', { name });
    return t('report.files.refused', { name });
  }
}

export type SendFile = (file: File, onProgress: (share: number) => void) => Promise<unknown>;

// What is wrong with adding files to those there are; those that fit.
export function sift(files: File[], have: { count: number; bytes: number }): { fit: File[]; wrong: string[] } {
  const fit: File[] = [];
  const wrong: string[] = [];
  let { count, bytes } = have;
  for (const file of files) {
    if (file.size === 0) wrong.push(t('report.files.empty', { name: file.name }));
    else if (file.size > mostBytesEach) wrong.push(t('report.files.too_big', { name: file.name, size: formatBytes(file.size), most: formatMegabytes(mostBytesEach) }));
    else if (count >= mostFiles) wrong.push(t('report.files.too_many', { most: formatNumber(mostFiles) }));
    else if (bytes + file.size > mostBytesInAll) wrong.push(t('report.files.too_much', { most: formatMegabytes(mostBytesInAll) }));
    else {
      fit.push(file);
      count += 1;
      bytes += file.size;
    }
  }
  return { fit, wrong: [...new Set(wrong)] };
}

export class Files {
  items = $state<FileItem[]>([]);
  wrong = $state('');
  waiting = $state(false);

  get bytes(): number { return this.items.reduce((sum, { file }) => sum + file.size, 0); }
  get unsent(): FileItem[] { return this.items.filter(({ state }) => state !== 'sent'); }
  get sending(): boolean { return this.items.some(({ state }) => state === 'sending'); }
  get failed(): boolean { return this.items.some(({ state }) => state === 'failed'); }

  // What was kept of a draft.
  async find(draft: string): Promise<void> {
    await forgetFiles(draft);
    const found = await keptFiles(draft);
    const known = new Set(this.items.map(({ id }) => id));
    this.items = [...this.items, ...found.filter(({ id }) => !known.has(id)).map(({ id, name, file }) => new FileItem(id, new File([file], name, { type: file.type })))];
  }
  // How many of them fitted.
  add(files: File[], draft: string): number {
    const { fit, wrong } = sift(files, { count: this.items.length, bytes: this.bytes });
    this.wrong = wrong.join(' ');
    for (const file of fit) {
      const item = new FileItem(newRequestId(), file);
      this.items = [...this.items, item];
      void keepFile({ id: item.id, draft, name: file.name, file });
    }
    return fit.length;
  }
  remove(item: FileItem): void {
    this.items = this.items.filter((other) => other !== item);
    this.wrong = '';
    void forgetFile(item.id);
  }
  clear(): void {
    this.items = [];
    this.wrong = '';
    void forgetFiles();
  }

  // Sends what is not sent; what is refused does not hold the others up.
  async send(how: SendFile): Promise<void> {
    for (const item of this.unsent) {
      item.state = 'sending';
      item.error = undefined;
      try {
        await untilDone(() => how(item.file, (share) => { item.share = share; }), { onWait: (why) => { this.waiting = why !== undefined; } });
        item.state = 'sent';
        item.share = 1;
        void forgetFile(item.id);
      } catch (error) {
        item.state = 'failed';
        item.error = error instanceof Error && !(error instanceof ApiError) ? new ApiError({ status: 0, detail: error.message }) : toApiError(error);
        if (item.error.status === 400) void forgetFile(item.id);
      }
    }
  }
}
