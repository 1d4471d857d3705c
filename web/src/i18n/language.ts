// Which language is shown.

import { recall } from '../app/device';

export type Language = 'sv' | 'da' | 'en';

export const isLanguage = (text: string | null | undefined): text is Language => text === 'sv' || text === 'da' || text === 'en';

// What the address, the device or the browser asks for, in this order; else the municipality's first.
export function wantedLanguage(): Language | undefined {
  const asked = new URLSearchParams(location.search).get('lang');
  const candidates = [asked, recall<string>('language'), ...navigator.languages.map((tag) => tag.toLowerCase().split('-')[0])];
  // Norwegians read Danish more easily than English.
  return candidates.map((tag) => (tag === 'nb' || tag === 'nn' || tag === 'no' ? 'da' : tag)).find(isLanguage);
}
