// Numbers as the language writes them.

const kept = new Map<string, Intl.NumberFormat>();

export function numberText(value: number, locale: string, options: Intl.NumberFormatOptions = {}): string {
  // Written alike in every language; making a format is slow on a phone.
  if (Number.isInteger(value) && value >= 0 && value < 1000 && Object.keys(options).length === 0) return String(value);
  const key = `${locale} ${JSON.stringify(options)}`;
  const format = kept.get(key) ?? new Intl.NumberFormat(locale, options);
  kept.set(key, format);
  return format.format(value);
}
