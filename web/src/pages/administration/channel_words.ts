// Ways to tell an authority, in words; a way that is new is shown as the rule calls it.

import { t } from '../../i18n/i18n.svelte';

const known = ['web', 'post', 'phone', 'email', 'fax', 'out-of-band', 'direct', 'own-channel', 'open-post', 'web-or-post', 'as-agreed', 'as-decided'] as const;
export const channelWords = (channel: string): string => {
  const found = known.find((one) => one === channel);
  return found ? t(`administration.regimes.channel.${found}`) : channel;
};
