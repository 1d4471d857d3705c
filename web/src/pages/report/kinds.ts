// What people see, and what the API calls it.

import type { Icon } from '../../ui/Icon.svelte';

export const kinds = ['misdirected', 'lost', 'mail', 'seen', 'down', 'other'] as const;
export type Kind = typeof kinds[number];

export const looks: Record<Kind, { icon: Icon; category: string; call: boolean }> = {
  misdirected: { icon: 'envelope', category: 'CATEGORY_MISDIRECTED_MESSAGE', call: false },
  lost: { icon: 'device', category: 'CATEGORY_LOST_DEVICE', call: true },
  mail: { icon: 'mail', category: 'CATEGORY_SUSPICIOUS_MESSAGE', call: true },
  seen: { icon: 'eye', category: 'CATEGORY_UNAUTHORISED_ACCESS', call: false },
  down: { icon: 'plug', category: 'CATEGORY_SYSTEM_DOWN', call: true },
  other: { icon: 'more', category: 'CATEGORY_OTHER', call: true },
};

// What else it may be, for `other`.
export const others = ['CATEGORY_LOST_DOCUMENT', 'CATEGORY_UNINTENDED_PUBLICATION', 'CATEGORY_INTRUSION', 'CATEGORY_WRONG_INFORMATION',
  'CATEGORY_IMPROPER_DISPOSAL', 'CATEGORY_WEAKNESS'] as const;
