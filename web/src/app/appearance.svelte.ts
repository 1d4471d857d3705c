// How the municipality shows itself: name, logo, colours, service desk. Kept on the device, so that the next visit has it at
// once.

import type { components } from '../api/schema';
import { recall, remember } from './device';
import { applyTheme } from './theme';

type Appearance = components['schemas']['triage.v1.GetAppearanceResponse'];
type Scheme = 'auto' | 'light' | 'dark';
type Contrast = 'auto' | 'more';

const none: Appearance = {
  tenant: '', name: '', country: 'SE', time_zone: 'Europe/Stockholm', languages: ['sv', 'da', 'en'], anonymous_reporting: true,
};

const kept = recall<Appearance>('appearance');
let current = $state.raw<Appearance>(kept ?? none);
let scheme = $state<Scheme>(recall<Scheme>('scheme') ?? 'auto');
let contrast = $state<Contrast>(recall<Contrast>('contrast') ?? 'auto');

const wantsMore = matchMedia('(prefers-contrast: more)');
const printing = matchMedia('print');

function paint(): void {
  const root = document.documentElement;
  // Paper is light.
  root.dataset.colorScheme = printing.matches ? 'light' : scheme;
  root.dataset.contrast = contrast === 'more' || wantsMore.matches ? 'more' : 'normal';
  applyTheme(current.appearance?.main_color, current.appearance?.second_color, root.dataset.contrast === 'more');
}
wantsMore.addEventListener('change', paint);
printing.addEventListener('change', paint);

export const appearance = {
  get tenant() { return current.tenant; },
  get name() { return current.name; },
  get country() { return current.country; },
  get timeZone() { return current.time_zone || 'Europe/Stockholm'; },
  get languages() { return current.languages; },
  get anonymousReporting() { return current.anonymous_reporting; },
  get serviceDesk() { return current.appearance?.service_desk; },
  get links() { return current.appearance?.links ?? []; },
  // An address for <img>: an image in a page runs no script.
  get logo() {
    const svg = current.appearance?.logo;
    return svg ? `data:image/svg+xml,${encodeURIComponent(svg)}` : undefined;
  },
  get scheme() { return scheme; },
  get contrast() { return contrast; },

  chooseScheme(chosen: Scheme): void {
    scheme = chosen;
    remember('scheme', chosen);
    paint();
  },
  chooseContrast(chosen: Contrast): void {
    contrast = chosen;
    remember('contrast', chosen);
    paint();
  },

  // Shows what was kept, and takes what is new. With nothing kept it waits for the answer.
  async start(): Promise<void> {
    paint();
    const asked = new URLSearchParams(location.search).get('tenant');
    const fetching = fetch(`/v1/appearance${asked ? `?tenant=${encodeURIComponent(asked)}` : ''}`).then(async (response) => {
      if (!response.ok) return;
      current = await response.json() as Appearance;
      remember('appearance', current);
      paint();
    }, () => {});
    if (!kept || (asked && asked !== kept.tenant)) await fetching;
  },
};
