// The municipality's two colours as the tokens of Designsystemet: lighter and darker shades of the same hue (in OKLCH), each
// as dark or as light as its contrast demands (WCAG 2.2, 1.4.3 and 1.4.11), whatever colour was given.

interface Oklch { l: number; c: number; h: number }

const fallback = { main: '#0d5c63', second: '#b5492b' };

const toLinear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
const fromLinear = (channel: number) => (channel <= 0.0031308 ? 12.92 * channel : 1.055 * channel ** (1 / 2.4) - 0.055);

function linearOf(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => toLinear(parseInt(hex.slice(at, at + 2), 16) / 255)) as [number, number, number];
}

function luminance(hex: string): number {
  const [r, g, b] = linearOf(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// From 1 to 21.
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function toOklch(hex: string): Oklch {
  const [r, g, b] = linearOf(hex);
  const [l, m, s] = [
    Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
    Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
    Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
  ];
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, c: Math.hypot(a, bb), h: Math.atan2(bb, a) };
}

// The nearest colour a screen can show: with less chroma until it can.
function toHex({ l, c, h }: Oklch): string {
  for (let chroma = c; ; chroma *= 0.9) {
    const [a, b] = [chroma * Math.cos(h), chroma * Math.sin(h)];
    const [ll, mm, ss] = [
      (l + 0.3963377774 * a + 0.2158037573 * b) ** 3, (l - 0.1055613458 * a - 0.0638541728 * b) ** 3, (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
    ];
    const channels = [
      4.0767416621 * ll - 3.3077115913 * mm + 0.2309699292 * ss,
      -1.2684380046 * ll + 2.6097574011 * mm - 0.3413193965 * ss,
      -0.0041960863 * ll - 0.7034186147 * mm + 1.707614701 * ss,
    ];
    if (chroma < 0.003 || channels.every((channel) => channel > -0.0005 && channel < 1.0005)) {
      return `#${channels.map((channel) => Math.round(255 * Math.min(1, Math.max(0, fromLinear(Math.max(0, channel))))).toString(16).padStart(2, '0')).join('')}`;
    }
  }
}

// The shade of the hue with at least `ratio` against `ground` that lies nearest to `lightness`.
function readable(base: Oklch, ground: string, ratio: number, lightness: number, chroma = base.c): string {
  const darker = luminance(ground) > 0.18;
  const step = (count: number) => toHex({ ...base, l: lightness + (darker ? -0.01 : 0.01) * count, c: chroma });
  // Contrast grows with each step: halving finds the first that has enough.
  let [least, most] = [0, Math.floor((darker ? lightness : 1 - lightness) * 100)];
  if (contrast(step(most), ground) < ratio) return darker ? '#000000' : '#ffffff';
  while (least < most) {
    const middle = (least + most) >> 1;
    if (contrast(step(middle), ground) >= ratio) most = middle;
    else least = middle + 1;
  }
  return step(least);
}

export type Tokens = Record<string, string>;

// The tokens of one colour, without their prefix.
export function tokens(hex: string, dark: boolean, more = false): Tokens {
  const base = toOklch(hex);
  const shade = (l: number, share: number) => toHex({ ...base, l, c: base.c * share });
  const [text, line] = more ? [7, 4.5] : [4.5, 3];
  if (dark) {
    const ground = shade(0.19, 0.12);
    const raised = shade(0.30, 0.35);
    const button = readable(base, raised, text, 0.76);
    return {
      'background-default': ground, 'background-tinted': shade(0.22, 0.2),
      'surface-default': shade(0.235, 0.15), 'surface-tinted': shade(0.27, 0.3), 'surface-hover': raised, 'surface-active': shade(0.35, 0.4),
      'border-subtle': more ? readable(base, raised, line, 0.5, base.c * 0.5) : shade(0.42, 0.4),
      'border-default': readable(base, raised, line, 0.6, base.c * 0.7), 'border-strong': readable(base, raised, text, 0.74, base.c * 0.7),
      'text-subtle': readable(base, raised, text, 0.78, base.c * 0.7), 'text-default': readable(base, raised, 7, 0.93, base.c * 0.25),
      'base-default': button, 'base-hover': readable(base, raised, text, toOklch(button).l + 0.05), 'base-active': readable(base, raised, text, toOklch(button).l + 0.1),
      'base-contrast-default': shade(0.15, 0.3), 'base-contrast-subtle': shade(0.2, 0.3),
    };
  }
  const tint = shade(0.93, 0.25);
  const button = readable(base, '#ffffff', more ? 7 : 4.6, base.l);
  const { l } = toOklch(button);
  return {
    'background-default': '#ffffff', 'background-tinted': shade(0.975, 0.12),
    'surface-default': '#ffffff', 'surface-tinted': shade(0.955, 0.2), 'surface-hover': tint, 'surface-active': shade(0.89, 0.35),
    'border-subtle': more ? readable(base, '#ffffff', line, 0.6) : shade(0.86, 0.35),
    'border-default': readable(base, tint, line, 0.62), 'border-strong': readable(base, tint, text, 0.52),
    'text-subtle': readable(base, tint, text, 0.5), 'text-default': readable(base, tint, 7, 0.3),
    'base-default': button, 'base-hover': shade(l - 0.06, 1), 'base-active': shade(l - 0.12, 1),
    'base-contrast-default': '#ffffff', 'base-contrast-subtle': shade(0.95, 0.2),
  };
}

const block = (name: string, values: Tokens) => Object.entries(values).map(([token, value]) => `--ds-color-${name}-${token}:${value};`).join('');

const sheet = new CSSStyleSheet();
let adopted = false;
let inForce = '';
// Adds the colours that are not shown yet; undefined when none are missing.
let complete: (() => void) | undefined;

// How long the colours that are not shown, dark by day and light by night, may wait: a page that comes up on a slow phone has
// better things to do.
const othersAfterMilliseconds = 2000;

// Puts the colours in force; those of the dark scheme are shown first where `dark` says so. A sheet made by script is none of
// the inline styles that the gateway's policy forbids.
export function applyTheme(main = fallback.main, second = fallback.second, dark = false, more = false): void {
  const isColor = (text: string) => /^#[0-9a-f]{6}$/i.test(text);
  const [first, other] = [isColor(main) ? main : fallback.main, isColor(second) ? second : fallback.second];
  const asked = `${first} ${other} ${more}`;
  if (inForce === asked) {
    complete?.();
    return;
  }
  inForce = asked;
  // A grey with a breath of the main colour.
  const grey = toHex({ ...toOklch(first), l: 0.5, c: 0.015 });
  const rules = (night: boolean) => [['accent', first], ['neutral', grey]].map(([name, color]) => block(name!, tokens(color!, night, more))).join('');
  const shown = rules(dark);
  sheet.replaceSync(`:root{--second:${other};${shown}}`);
  complete = () => {
    complete = undefined;
    const [light, night] = dark ? [rules(false), shown] : [shown, rules(true)];
    sheet.replaceSync(`:root{--second:${other};${light}}
      :root[data-color-scheme=dark]{${night}}
      @media screen and (prefers-color-scheme:dark){:root[data-color-scheme=auto]{${night}}}
      @media print{:root[data-color-scheme]{${light}}}`);
  };
  setTimeout(() => { if (inForce === asked) complete?.(); }, othersAfterMilliseconds);
  if (!adopted) document.adoptedStyleSheets.push(sheet);
  adopted = true;
}
