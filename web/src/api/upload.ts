// Sends a file with progress, which fetch cannot tell.

import { session } from '../app/session.svelte';
import { ApiError, type Problem } from './problem';
import type { Schema } from './client';

export interface UploadOptions {
  // From 0 to 1.
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

// PUTs a file to `/v1/reports/…/attachments` or `/v1/tenants/…/uploads/…`.
export async function upload(path: string, file: File, options: UploadOptions = {}): Promise<Schema<'intake.v1.Attachment'>> {
  try {
    return await put(path, file, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !session.person) throw error;
    await session.renewed();
    return put(path, file, options);
  }
}

function put(path: string, file: File, { onProgress, signal }: UploadOptions): Promise<Schema<'intake.v1.Attachment'>> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('Avvik-Request', '1');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    // In RFC 8187's characters; what encodeURIComponent leaves out is encoded as well.
    const name = encodeURIComponent(file.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    request.setRequestHeader('Content-Disposition', `attachment; filename*=UTF-8''${name}`);
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => {
      const retryAfter = Number(request.getResponseHeader('Retry-After') ?? 0) || 0;
      let answer: unknown;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (request.status < 300) done(answer as Schema<'intake.v1.Attachment'>);
      else failed(new ApiError({ ...(answer as Problem), status: request.status }, retryAfter));
    });
    request.addEventListener('error', () => failed(new ApiError({ status: 0, reason: 'OFFLINE' })));
    request.addEventListener('abort', () => failed(new DOMException('aborted', 'AbortError')));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
