// The first question of a report, which is answered while the application is still on its way: the page brings it along for
// each language (scripts/first_page.mjs makes it of First.svelte), and what was typed goes over to the application, with
// the focus and the caret.

import { recallHere } from '../app/device';
import { type Appearance, logoOf } from '../app/look';
import type { Language } from '../i18n/language';
import { keepDraft, keptDraft, underWay } from '../pages/report/kept';

interface Standing { root: HTMLElement; what: HTMLTextAreaElement; composing: boolean }
let standing: Standing | undefined;

// Whether there is a first question to show at this address: not where the application goes on with what was begun earlier.
export const wanted = () => location.pathname === '/report' && !keptDraft() && recallHere(underWay) === undefined;

// Left before the application has come: it finds the text as it finds other drafts.
function keep(): void {
  if (standing?.what.value.trim()) keepDraft({ what: standing.what.value });
}

function fill(root: ParentNode, appearance: Appearance | undefined): void {
  const name = appearance?.name;
  const logo = logoOf(appearance);
  const desk = appearance?.appearance?.service_desk;
  root.querySelector('main')!.ariaLabel = name || 'Avvik';
  root.querySelector('.municipality')!.textContent = name || 'Avvik';
  if (!name) root.querySelector('.service')!.remove();
  if (logo) {
    const image = document.createElement('img');
    const mark = root.querySelector('.mark')!;
    Object.assign(image, { src: logo, alt: '', height: 44 });
    image.classList.add('logo', ...[...mark.classList].filter((one) => one !== 'mark'));
    mark.replaceWith(image);
  }
  if (!desk?.phone) {
    root.querySelector('.urgent')!.remove();
    return;
  }
  const phone = root.querySelector<HTMLAnchorElement>('.phone a')!;
  phone.href = `tel:${desk.phone.replace(/[^+\d]/g, '')}`;
  phone.textContent = desk.phone;
  const hours = root.querySelector('.hours')!;
  if (desk.hours) hours.textContent = desk.hours;
  else hours.remove();
}

export function show(language: Language, appearance: Appearance | undefined): void {
  const template = document.querySelector<HTMLTemplateElement>(`template[lang="${language}"]`);
  if (!template) return;
  const root = document.createElement('div');
  root.className = 'first';
  root.append(template.content.cloneNode(true));
  fill(root, appearance);
  document.documentElement.lang = language;
  document.title = `${template.title} – ${appearance?.name ? `Avvik, ${appearance.name}` : 'Avvik'}`;
  document.getElementById('app')!.before(root);
  const what = root.querySelector('textarea')!;
  standing = { root, what, composing: false };
  what.addEventListener('compositionstart', () => { if (standing) standing.composing = true; });
  what.addEventListener('compositionend', () => { if (standing) standing.composing = false; });
  window.addEventListener('pagehide', keep);
}

// Whether it stands there.
export const stands = () => standing !== undefined;
// What has been typed.
export const typed = () => standing?.what.value ?? '';

// Puts the application in its place, within one picture. `mount` builds it.
export async function handOver(mount: () => void): Promise<void> {
  const before = standing;
  if (!before) {
    mount();
    return;
  }
  const { root, what } = before;
  // A letter that is being put together would be torn apart.
  while (before.composing) await new Promise((done) => { what.addEventListener('compositionend', () => setTimeout(done), { once: true }); });
  const inFocus = document.activeElement;
  const at = [what.selectionStart, what.selectionEnd, what.selectionDirection] as const;
  const scrolled = window.scrollY;
  for (const named of root.querySelectorAll('[id]')) named.removeAttribute('id');
  mount();
  const next = document.getElementById('what');
  if (next instanceof HTMLTextAreaElement) {
    // Where it was made higher by hand.
    next.style.height = what.style.height;
    // Before the other goes, so that the keyboard of a phone stays open.
    if (inFocus === what) {
      next.focus({ preventScroll: true });
      next.setSelectionRange(...at);
    }
  }
  root.remove();
  window.removeEventListener('pagehide', keep);
  standing = undefined;
  window.scrollTo(0, scrolled);
}
