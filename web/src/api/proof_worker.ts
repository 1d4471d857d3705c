// Solves a challenge beside the page, which stays quick meanwhile.

import { solve } from '../../static/proof_of_work.js';

addEventListener('message', ({ data }: MessageEvent<{ challenge: string; difficulty: number }>) => {
  void solve(data.challenge, data.difficulty, (tries: number) => postMessage({ tries })).then((solution) => postMessage({ solution }));
});
