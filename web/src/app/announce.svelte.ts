// What is said aloud and shown in passing: `announce('Saved')` for readers of the screen only, `toast('Saved')` for everyone.

export type ToastKind = 'success' | 'info' | 'warning' | 'danger';
export interface Toast {
  id: number;
  text: string;
  kind: ToastKind;
  // Such as *Undo*; the toast then stays until it is closed.
  action?: { label: string; run: () => void };
}

let nextId = 1;
let toasts = $state.raw<Toast[]>([]);
let polite = $state('');
let urgent = $state('');

export const announcements = {
  get toasts() { return toasts; },
  get polite() { return polite; },
  get urgent() { return urgent; },
};

// Emptied first, so that the same words are said again.
export function announce(text: string, urgently = false): void {
  if (urgently) urgent = '';
  else polite = '';
  setTimeout(() => {
    if (urgently) urgent = text;
    else polite = text;
  }, 50);
}

export function dismiss(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
}

export function toast(text: string, kind: ToastKind = 'success', action?: Toast['action']): void {
  const id = nextId;
  nextId += 1;
  toasts = [...toasts.slice(-3), { id, text, kind, action }];
  announce(text, kind === 'danger');
  // What demands something stays.
  if (!action && (kind === 'success' || kind === 'info')) setTimeout(() => dismiss(id), 8000);
}
