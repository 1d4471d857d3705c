// How the municipality shows itself (name, logo, colours, service desk) and what the person has chosen of how things look.
// Asked for as soon as this is loaded, and kept on the device, so that the next visit has it at once.

import type { components } from '../api/schema';
import { recall, remember } from './device';
import { applyTheme } from './theme';

export type Appearance = components['schemas']['triage.v1.GetAppearanceResponse'];
export type Scheme = 'auto' | 'light' | 'dark';
export type Contrast = 'auto' | 'more';

const asked = new URLSearchParams(location.search).get('tenant');
const kept = recall<Appearance>('appearance');

// What is known without waiting; undefined when nothing is, or when it is another municipality's.
export const known = asked && asked !== kept?.tenant ? undefined : kept;

// An address for <img>: an image in a page runs no script.
export const logoOf = (appearance: Appearance | undefined): string | undefined =>
  appearance?.appearance?.logo && `data:image/svg+xml,${encodeURIComponent(appearance.appearance.logo)}`;

export const wantsMore = matchMedia('(prefers-contrast: more)');
export const printing = matchMedia('print');
const darkOutside = matchMedia('(prefers-color-scheme: dark)');

export function paint(appearance: Appearance | undefined, scheme = recall<Scheme>('scheme') ?? 'auto', contrast = recall<Contrast>('contrast') ?? 'auto'): void {
  const root = document.documentElement;
  // Paper is light.
  root.dataset.colorScheme = printing.matches ? 'light' : scheme;
  root.dataset.contrast = contrast === 'more' || wantsMore.matches ? 'more' : 'normal';
  const { colorScheme } = root.dataset;
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && darkOutside.matches);
  applyTheme(appearance?.appearance?.main_color, appearance?.appearance?.second_color, dark, root.dataset.contrast === 'more');
}

// What the server says; undefined when it says nothing.
export const answered: Promise<Appearance | undefined> = fetch(`/v1/appearance${asked ? `?tenant=${encodeURIComponent(asked)}` : ''}`)
  .then(async (response) => {
    if (!response.ok) return undefined;
    const appearance = await response.json() as Appearance;
    remember('appearance', appearance);
    return appearance;
  }).catch(() => undefined);
