// Who is signed in, asked for as soon as this is loaded.

import type { components } from '../api/schema';
import { ApiError } from '../api/problem';

export type Me = components['schemas']['triage.v1.GetMeResponse'];

// Nobody signed in is no error.
export async function fetchMe(): Promise<Me | undefined> {
  const response = await fetch('/v1/me');
  if (response.status === 401) return undefined;
  if (!response.ok) throw new ApiError({ status: response.status, detail: response.statusText });
  return await response.json() as Me;
}

export const atFirst: Promise<Me | undefined> = fetchMe();
// It is told to whoever takes it.
atFirst.catch(() => {});
