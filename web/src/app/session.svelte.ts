// Who is signed in, and what they may do. A session that ends while somebody works is renewed in a second window; calls wait
// for that (api/client.ts), so that nothing typed is lost.

import type { components } from '../api/schema';
import { ApiError } from '../api/problem';
import { atFirst, fetchMe, type Me } from './who';

export type Role = components['schemas']['organisation.v1.Role'];

const channel = new BroadcastChannel('avvik-session');
const unsafe = { 'Avvik-Request': '1' };

let person = $state.raw<Me | undefined>();
// The session of somebody who works here has ended, and they have not signed in anew.
let ended = $state(false);
let waiting: { done: () => void; failed: (why: unknown) => void }[] = [];

// Somebody has signed in, maybe in another window: go on where that is the same person, begin anew where not.
async function look(): Promise<void> {
  if (!ended) return;
  const now = await fetchMe().catch(() => undefined);
  if (!now) return;
  if (now.login !== person?.login) {
    location.assign('/');
    return;
  }
  person = now;
  ended = false;
  const these = waiting;
  waiting = [];
  for (const { done } of these) done();
}

channel.addEventListener('message', ({ data }) => {
  if (data === 'signed-in') void look();
  if (data === 'signed-out' && person) location.assign('/');
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) void look(); });
window.addEventListener('focus', () => void look());

export const session = {
  get person() { return person; },
  get ended() { return ended; },

  async start(): Promise<void> {
    person = await atFirst;
  },

  // Whether any of these permissions is granted, however far it reaches.
  may(...permissions: string[]): boolean {
    return person?.permissions.some((granted) => permissions.includes(granted.permission)) ?? false;
  },
  // Whether it reaches more than what is the person's own.
  mayBeyondOwn(permission: string): boolean {
    return person?.permissions.some((granted) => granted.permission === permission && granted.spheres.length > 0) ?? false;
  },
  // Whether it reaches something of this sphere and unit that is not the person's own; `isBelow` knows the units. The server
  // decides; this only keeps from offering what it would refuse.
  reaches(permission: string, sphere: string, unit: string, isBelow: (unit: string, above: string) => boolean): boolean {
    return person?.permissions.some((granted) => granted.permission === permission && granted.spheres.some((reach) =>
      reach.sphere === sphere && (reach.everything || reach.units.some((above) => unit !== '' && isBelow(unit, above))))) ?? false;
  },
  holds(...roles: Role[]): boolean {
    return person?.roles.some(({ role }) => roles.includes(role)) ?? false;
  },

  // Resolves when the session that has ended is there again; rejects when the person does not want to.
  renewed(): Promise<void> {
    ended = true;
    return new Promise((done, failed) => { waiting.push({ done, failed }); });
  },
  signInAgain(): void {
    window.open('/sign-in?return_to=/signed-in', 'avvik-sign-in', 'popup,width=520,height=720');
  },
  // Leaves the session ended: what waited fails.
  giveUp(): void {
    const these = waiting;
    waiting = [];
    ended = false;
    for (const { failed } of these) failed(new ApiError({ status: 401, reason: 'SESSION_ENDED' }));
  },
  // For the window that signed in.
  announce(): void {
    channel.postMessage('signed-in');
  },

  signIn(returnTo = location.pathname + location.search): void {
    location.assign(`/sign-in?return_to=${encodeURIComponent(returnTo)}`);
  },
  // The session ends here; then the provider is asked to end its own.
  async signOut(): Promise<void> {
    const response = await fetch('/sign-out', { method: 'POST', headers: unsafe });
    if (!response.ok) throw new ApiError({ status: response.status, detail: response.statusText });
    channel.postMessage('signed-out');
    location.assign((await response.json() as { location: string }).location);
  },
};
