// The API, typed by its description:
//
//   const list = await call(api.GET('/v1/cases', { params: { query: { states: ['CASE_STATE_OPEN'] } } }));
//
// `call` gives the answer or throws an ApiError. A session that has ended is renewed in between (app/session.svelte.ts): the
// call then waits and is sent again, so that nothing typed is lost.

import createClient from 'openapi-fetch';
import { session } from '../app/session.svelte';
import { ApiError, problemOf, toApiError } from './problem';
import type { components, paths } from './schema';

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

// fetch as the gateway wants it (Avvik-Request with what changes something), through the end of a session.
export async function send(request: Request): Promise<Response> {
  if (changes.has(request.method)) request.headers.set('Avvik-Request', '1');
  const again = request.clone();
  const response = await fetch(request);
  if (response.status !== 401 || !session.person) return response;
  await session.renewed();
  return fetch(again);
}

export const api = createClient<paths>({ fetch: send });

export async function call<Data>(answer: Promise<{ data?: Data; response: Response; error?: unknown }>): Promise<Data> {
  try {
    const { data, response, error } = await answer;
    if (response.ok) return data as Data;
    const retryAfter = Number(response.headers.get('Retry-After') ?? 0) || 0;
    throw typeof error === 'object' && error ? new ApiError({ ...error, status: response.status }, retryAfter) : await problemOf(response);
  } catch (error) {
    throw toApiError(error);
  }
}

// A call outside the description, or with a file as its body.
export async function callRaw(method: string, path: string, { body, headers = {}, signal }:
{ body?: BodyInit; headers?: Record<string, string>; signal?: AbortSignal } = {}): Promise<Response> {
  try {
    const response = await send(new Request(path, { method, body, headers, signal }));
    if (!response.ok) throw await problemOf(response);
    return response;
  } catch (error) {
    if (error instanceof DOMException) throw error;
    throw toApiError(error);
  }
}

// One per thing that is created: sent again with it, the thing is not created twice.
export const newRequestId = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
