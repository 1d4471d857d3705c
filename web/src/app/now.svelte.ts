// The time, which moves on while a page is looked at: clocks that run down are read anew every half minute.

import { createSubscriber } from 'svelte/reactivity';

const follow = createSubscriber((update) => {
  const timer = setInterval(update, 30_000);
  return () => clearInterval(timer);
});

export function now(): Date {
  follow();
  return new Date();
}
