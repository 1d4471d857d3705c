// Keys of one letter (WCAG 2.1.4): on until somebody turns them off, which this device remembers. Arrows, Enter and Escape
// always work.

import { recall, remember } from './device';

let on = $state(recall<boolean>('shortcuts') ?? true);

export const shortcuts = {
  get on() { return on; },
  set on(wanted: boolean) {
    on = wanted;
    remember('shortcuts', wanted);
  },
};

// The letter that was pressed as a command: none while somebody writes, in a dialog, or with Ctrl and the like.
export function letterOf(event: KeyboardEvent): string | undefined {
  if (!on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest('input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]')) return undefined;
  if (document.querySelector('dialog[open]')) return undefined;
  return event.key;
}
