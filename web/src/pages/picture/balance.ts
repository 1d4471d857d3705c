// Which panels stand in which of two columns: in their order, the first two on top, and so that the columns end as near each
// other as they can.

export function balance(heights: number[]): [number[], number[]] {
  let best: [number[], number[]] = [heights.map((_, at) => at), []];
  let least = Infinity;
  for (let choice = 0; choice < 2 ** Math.max(0, heights.length - 2); choice += 1) {
    const columns: [number[], number[]] = [[], []];
    const sums: [number, number] = [0, 0];
    for (const [at, height] of heights.entries()) {
      const side = at < 2 ? at as 0 | 1 : ((choice >> (at - 2)) & 1) as 0 | 1;
      columns[side].push(at);
      sums[side] += height;
    }
    const apart = Math.abs(sums[0] - sums[1]);
    if (apart < least) [best, least] = [columns, apart];
  }
  return best;
}
