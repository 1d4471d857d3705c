// Who is behind a pseudonym of the API, by the people of the organisation: `p_` and the first ten bytes of SHA-256 over
// `tenant/login`, as common/organisation makes it.

import { SvelteMap } from 'svelte/reactivity';
import { organisation } from './organisation.svelte';

const names = new SvelteMap<string, string>();
let working: Promise<void> | undefined;

async function work(): Promise<void> {
  await organisation.load();
  const { tenant } = organisation;
  if (!tenant || !globalThis.crypto?.subtle) return;
  const encoder = new TextEncoder();
  await Promise.all(organisation.peopleChoices.map(async ({ value, label }) => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(`${tenant}/${value}`)));
    names.set(`p_${[...digest.slice(0, 10)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`, label);
  }));
}

export const pseudonyms = {
  load(): Promise<void> {
    working ??= work();
    return working;
  },
  // The pseudonym itself where the organisation does not have the person.
  name: (pseudonym: string) => names.get(pseudonym) ?? pseudonym,
};
