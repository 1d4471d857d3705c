// How the municipality shows itself, for what is on the page; read and kept by `look`.

import { recall, remember } from './device';
import { answered, type Appearance, type Contrast, known, logoOf, paint as paintWith, printing, type Scheme, wantsMore } from './look';

const none: Appearance = {
  tenant: '', name: '', country: 'SE', time_zone: 'Europe/Stockholm', languages: ['sv', 'da', 'en'], anonymous_reporting: true,
};

let current = $state.raw<Appearance>(known ?? none);
let scheme = $state<Scheme>(recall<Scheme>('scheme') ?? 'auto');
let contrast = $state<Contrast>(recall<Contrast>('contrast') ?? 'auto');

const paint = () => paintWith(current, scheme, contrast);
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
  get logo() { return logoOf(current); },
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
    const taking = answered.then((fresh) => {
      if (!fresh) return;
      current = fresh;
      paint();
    });
    if (!known) await taking;
  },
};
