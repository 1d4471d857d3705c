import { mount } from 'svelte';
import { appearance } from './app/appearance.svelte';
import { router } from './app/router.svelte';
import { session } from './app/session.svelte';
import Shell from './app/Shell.svelte';
import { startLanguage } from './i18n/i18n.svelte';
import './styles/app.css';

// Without an answer to who is signed in the page is shown as to nobody; calls say what is wrong.
const person = session.start().catch(() => {});
await appearance.start();
await Promise.all([startLanguage(appearance.languages, ['shell']), person]);
void router.start();
mount(Shell, { target: document.getElementById('app')! });
