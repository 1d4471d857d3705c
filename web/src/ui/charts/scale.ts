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
