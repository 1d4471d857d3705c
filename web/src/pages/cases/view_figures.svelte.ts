// How many there are in each view of a list, and how many of them are overdue.

import { router } from '../../app/router.svelte';

export interface Figure { count: number; overdue: number; atLeast?: boolean }

export class ViewFigures<View extends string> {
  of = $state.raw<Partial<Record<View, Figure>>>({});
  // Until they have come for the first time.
  waiting = $state(true);

  // Counts again, for the address of now: what comes for another is not taken.
  async load(views: View[], count: (view: View) => Promise<Figure>): Promise<void> {
    const asked = router.address;
    let found: Partial<Record<View, Figure>> = {};
    try {
      found = Object.fromEntries(await Promise.all(views.map(async (view) => [view, await count(view)] as const))) as typeof found;
    } catch {
      // The list says what is wrong; without figures it can be worked with.
    }
    if (asked === router.address) this.of = found;
    this.waiting = false;
  }
}
