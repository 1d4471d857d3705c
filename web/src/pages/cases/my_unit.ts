// The unit that *my unit's* means: the one I answer for, else the one I work in.

import { session } from '../../app/session.svelte';

export const myUnit = (): string =>
  session.person?.permissions.find(({ permission }) => permission === 'cases.read')?.spheres.flatMap(({ units }) => units)[0] ?? session.person?.unit ?? '';
