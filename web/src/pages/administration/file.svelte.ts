// The organisation in force, whole, with the version that a change is decided on.

import { api, call, type Schema } from '../../api/client';
import { Answer } from './answer.svelte';

export type Organisation = Schema<'organisation.v1.Organisation'>;
export type Applied = Schema<'triage.v1.ApplyOrganisationResponse'>;
export type StandIn = Schema<'organisation.v1.StandIn'>;

export interface InForce { organisation: Organisation; version: string; etag: string }

export const inForce = new Answer<InForce>(async () => {
  const { organisation, version, etag } = await call(api.GET('/v1/organisation'));
  return { organisation: organisation!, version, etag: etag ?? '' };
});

// Checks it only, or makes it the one in force. With an etag it is refused when somebody was faster.
export async function apply(organisation: Organisation, etag: string, validateOnly: boolean): Promise<Applied> {
  return call(api.POST('/v1/organisation:apply', { body: { organisation, validate_only: validateOnly, ...(etag ? { etag } : {}) } }));
}
