// Round steps of an axis from 0 that holds `most`: at most `count` of them, of 1, 2 or 5 times a power of ten.
export function steps(most: number, count = 5): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
  // Counts have no halves.
  const step = most >= 1 ? Math.max(1, size) : size;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, at) => at * step);
}

// Which names are written under an axis, and where their middles lie: the last one, and as many before it, evenly, as touch neither
// each other nor the edge.
export function namesThatFit(names: { at: number; width: number }[], width: number, gap: number): { at: number; middle: number }[] {
  const widest = Math.max(0, ...names.map((name) => name.width)) + gap;
  const apart = names.length > 1 ? names[1]!.at - names[0]!.at : width;
  const every = Math.max(1, Math.ceil(widest / apart));
  return names.map((name, at) => ({ at, middle: Math.min(width - name.width / 2, Math.max(name.width / 2, name.at)) }))
    .filter(({ at }) => (names.length - 1 - at) % every === 0)
    // One that was moved away from the edge may come too near the next.
    .filter(({ middle }, index, all) => index === all.length - 1 || all[index + 1]!.middle - middle >= widest - gap / 2);
}
