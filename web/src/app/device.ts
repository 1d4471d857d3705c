// What is kept on the device, all of it through here: choices of how things look, the municipality's appearance, drafts. Works
// without where the browser keeps nothing. Never what others have written, never who is signed in.

const prefix = 'avvik.';

export function recall<Value>(name: string): Value | undefined {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? undefined : JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

// Whether it could be kept.
export function remember(name: string, value: unknown): boolean {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // Nothing is kept then.
  }
}

// The same for this window alone: survives reloading, and ends with the window.
export function recallHere<Value>(name: string): Value | undefined {
  try {
    const text = sessionStorage.getItem(prefix + name);
    return text === null ? undefined : JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

// `undefined` forgets it.
export function rememberHere(name: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(prefix + name);
    else sessionStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // Nothing is kept then.
  }
}

// All of it, by whichever window.
export function forgetEverything(): void {
  for (const kept of [() => localStorage, () => sessionStorage]) {
    try {
      const storage = kept();
      for (const name of Object.keys(storage)) if (name.startsWith(prefix)) storage.removeItem(name);
    } catch {
      // Nothing is kept then.
    }
  }
}
