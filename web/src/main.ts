import { flushSync, mount } from 'svelte';
import { appearance } from './app/appearance.svelte';
import { matchRoute, router } from './app/router.svelte';
import { session } from './app/session.svelte';
import Shell from './app/Shell.svelte';
import { handOver, stands } from './first/first';
import { foresee, startLanguage } from './i18n/i18n.svelte';
import './styles/app.css';

// The first page is fetched beside the answers that decide on it, not after them.
const first = matchRoute(location.pathname)?.route;
first?.page().catch(() => {});
foresee(['shell', ...first?.areas ?? []]);
// Without an answer to who is signed in the page is shown as to nobody; calls say what is wrong.
const person = session.start().catch(() => {});

export async function start(): Promise<void> {
  await appearance.start();
  await Promise.all([startLanguage(appearance.languages, ['shell']), person]);
  const shown = router.start();
  if (stands()) await shown;
  await handOver(() => {
    mount(Shell, { target: document.getElementById('app')! });
    flushSync();
  });
}
