// Addresses and pages. A click on a link to an address of ours changes the page in place; back and forward work, and so do
// reloading and sending the address to a colleague.

import type { Component } from 'svelte';
import { loadAreas } from '../i18n/i18n.svelte';
import { type Route, routes } from './routes';
import { session } from './session.svelte';

export type Params = Record<string, string>;

interface Matched {
  route: Route;
  params: Params;
}

// What is shown: a page, or what stands in its place.
export type Shown =
  | { kind: 'page'; route: Route; params: Params; page: Component<{ params: Params }>; key: number }
  | { kind: 'not-found' | 'sign-in' | 'denied'; key: number }
  | { kind: 'error'; error: unknown; key: number };

let address = $state.raw(new URL(location.href));
let shown = $state.raw<Shown | undefined>();
let loading = $state(false);
// The first page is shown where the browser puts it; later ones take the focus to their heading.
let moves = $state(0);
let round = 0;
const guards = new Set<() => string | undefined>();

export function matchRoute(path: string): Matched | undefined {
  const wanted = path.split('/').filter(Boolean);
  for (const route of routes) {
    const parts = route.path.split('/').filter(Boolean);
    if (parts.length !== wanted.length) continue;
    const params: Params = {};
    const fits = parts.every((part, at) => {
      if (!part.startsWith(':')) return part === wanted[at];
      try {
        params[part.slice(1)] = decodeURIComponent(wanted[at]!);
      } catch {
        return false;
      }
      return true;
    });
    if (fits) return { route, params };
  }
  return undefined;
}

// Whether the person before the screen may open the page.
export function isOpen({ access }: Route): boolean {
  if (access === 'everyone') return true;
  if (access === 'signed-in') return session.person !== undefined;
  return session.may(...access);
}

async function show(): Promise<void> {
  round += 1;
  const mine = round;
  const matched = matchRoute(address.pathname);
  let next: Shown;
  if (!matched) {
    next = { kind: 'not-found', key: mine };
  } else if (!isOpen(matched.route)) {
    next = { kind: session.person ? 'denied' : 'sign-in', key: mine };
  } else {
    loading = true;
    try {
      const [{ default: page }] = await Promise.all([matched.route.page(), loadAreas(matched.route.areas)]);
      next = { kind: 'page', route: matched.route, params: matched.params, page, key: mine };
    } catch (error) {
      next = { kind: 'error', error, key: mine };
    }
  }
  if (mine !== round) return;
  loading = false;
  shown = next;
}

// Whether the page may be left: what is typed and not sent would be lost.
function mayLeave(): boolean {
  const question = [...guards].map((guard) => guard()).find(Boolean);
  return !question || window.confirm(question);
}

// Goes to an address of ours.
export function go(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const next = new URL(to, location.href);
  const samePage = next.pathname === address.pathname;
  if (!samePage && !mayLeave()) return;
  history.replaceState({ ...history.state as object, scroll: window.scrollY }, '');
  history[replace ? 'replaceState' : 'pushState']({}, '', next);
  address = next;
  if (samePage && next.hash === '') return;
  if (samePage) {
    document.getElementById(next.hash.slice(1))?.scrollIntoView();
    return;
  }
  moves += 1;
  void show().then(() => window.scrollTo(0, 0));
}

// Changes what stands behind the `?`, such as a list's filters; nothing for an empty value. Adds no step to go back over
// unless `step` says so.
export function setQuery(values: Record<string, string | string[] | undefined>, { step = false }: { step?: boolean } = {}): void {
  const next = new URL(address);
  for (const [name, value] of Object.entries(values)) {
    next.searchParams.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one) next.searchParams.append(name, one);
  }
  if (next.search !== address.search) go(next.pathname + next.search, { replace: !step });
}

// Asks before the page is left while `question` gives one. Returns what ends it; for $effect.
export function guardLeaving(question: () => string | undefined): () => void {
  guards.add(question);
  return () => guards.delete(question);
}

export const router = {
  get path() { return address.pathname; },
  // With what stands behind the `?`.
  get address() { return address.pathname + address.search; },
  get query() { return address.searchParams; },
  get shown() { return shown; },
  get loading() { return loading; },
  get moves() { return moves; },

  async start(): Promise<void> {
    history.scrollRestoration = 'manual';
    document.addEventListener('click', (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = (event.target as Element).closest?.('a');
      if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
      if (link.pathname === address.pathname && link.search === address.search && link.hash) return;
      if (!matchRoute(link.pathname)) return;
      event.preventDefault();
      go(link.href);
    });
    window.addEventListener('popstate', (event) => {
      const before = address;
      const next = new URL(location.href);
      if (next.pathname !== before.pathname && !mayLeave()) {
        history.pushState({}, '', before);
        return;
      }
      address = next;
      if (next.pathname === before.pathname) return;
      moves += 1;
      const scroll = (event.state as { scroll?: number } | null)?.scroll ?? 0;
      void show().then(() => requestAnimationFrame(() => window.scrollTo(0, scroll)));
    });
    window.addEventListener('beforeunload', (event) => {
      if ([...guards].some((guard) => guard())) event.preventDefault();
    });
    await show();
  },
  // Shows the page anew, such as after an error.
  again: show,
};
