// What comes first: colours, the first question of a report where that is what was asked for, and then the application.

import { answered, known, paint } from '../app/look';
import { isLanguage, wantedLanguage } from '../i18n/language';
import { show, wanted } from './first';
import '../app/who';

// Loaded here, so that they are on their way beside the application; its first page needs them.
const words = {
  sv: () => import('../i18n/words/sv'),
  da: () => import('../i18n/words/da'),
  en: () => import('../i18n/words/en'),
};

// This runs as soon as it has come, beside the style sheet; the page may still be on its way.
const whole = () => document.readyState !== 'loading' || new Promise((done) => { document.addEventListener('DOMContentLoaded', done, { once: true }); });

async function begin(): Promise<void> {
  const ask = wanted();
  // Without colours there is nothing to look at yet: they are made once, of the answer.
  if (known || !ask) paint(known);
  const language = wantedLanguage();
  if (language) words[language]().catch(() => {});
  if (ask) {
    const appearance = known ?? await answered;
    paint(appearance);
    await whole();
    show(language ?? appearance?.languages.find(isLanguage) ?? 'sv', appearance);
    // The picture goes before the work that making the application is.
    if (!document.hidden) await new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
  }
  const { start } = await import('../main');
  await start();
}

// Not awaited: the application takes modules of this file's own bundle, which would wait for it.
void begin();
