// The list of cases in a real browser against a real server with very many cases: how smoothly it scrolls, how soon a filter
// and a search have their rows.
//
//   AVVIK_BUILD=build/release node tests/browser/many_cases.mjs [CASES]     100,000 when not said

import { fillCases } from '../harness/many_cases.mjs';
import { waitFor } from '../harness/suite.mjs';
import { newCase } from './cases.mjs';
import { Web, settled } from './harness.mjs';

const many = Number(process.argv[2] ?? 100_000);
const rounds = 5;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const ms = (value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const say = (what, times) => console.log(`${what.padEnd(58)} median ${ms(median(times)).padStart(9)}   worst ${ms(Math.max(...times)).padStart(9)}`);
const every = 'view=all&order=newest&state=OPEN&state=ASSIGNED&state=ACKNOWLEDGED&state=CLOSED';

// Scrolls on with every frame for so long, and gives the times between frames and how far it came.
const scroll = (page, step, milliseconds) => page.getByRole('grid').evaluate((box, [by, most]) => new Promise((done) => {
  const times = [];
  const begun = performance.now();
  let before = begun;
  const next = (now) => {
    times.push(now - before);
    before = now;
    box.scrollTop += by;
    if (now - begun < most) requestAnimationFrame(next);
    else done({ times: times.slice(1), row: Number(box.querySelector('[role=row][data-index]:last-child').dataset.index) });
  };
  requestAnimationFrame(next);
}), [step, milliseconds]);

// From what somebody does to the frame in which the first row is another.
async function untilRows(page, act) {
  await page.evaluate(() => {
    const first = () => document.querySelector('[role=row][data-index="0"] .number')?.textContent;
    const before = first();
    let begun = 0;
    for (const kind of ['input', 'change', 'click']) document.addEventListener(kind, () => { begun = performance.now(); }, { capture: true, once: kind !== 'input' });
    window.rowsAfter = new Promise((done) => {
      const look = () => {
        const now = first();
        if (begun > 0 && now && now !== before) done(performance.now() - begun);
        else requestAnimationFrame(look);
      };
      look();
    });
  });
  await act();
  return page.evaluate(() => window.rowsAfter);
}

const web = await Web.start({ env: { AVVIK_READS_PER_HOUR: '100000000' } });
try {
  const { suite } = web;
  let begun = Date.now();
  await fillCases(suite, many);
  await newCase(suite);
  console.log(`${many} cases filled in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  const { page } = await web.open({ login: suite.person('INFORMATION_SECURITY_OFFICER').login });
  const opened = [];
  for (let round = 0; round < rounds; round += 1) {
    begun = Date.now();
    await page.goto(web.url(`/cases?${every}`));
    await page.locator('[role=row][data-index="0"] .number').waitFor();
    opened.push(Date.now() - begun);
  }
  say('the page opened, to its first rows', opened);
  await settled(page);

  say('a frame while scrolling, 400 px each, what has come', (await scroll(page, 400, 1500)).times);
  const fast = await scroll(page, 1_000_000, 60_000);
  say(`a frame at the end of the list for 60 s, to row ${fast.row}`, fast.times);
  say('a frame while scrolling back, 5,000 px each', (await scroll(page, -5000, 3000)).times);

  await page.getByRole('grid').evaluate((box) => { box.scrollTop = 0; });
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const severity = page.getByLabel('Minst så allvarligt');
  const [filtered, cleared, rare, common, back] = [[], [], [], [], []];
  const search = page.locator('input[type=search]');
  for (let round = 0; round < rounds; round += 1) {
    filtered.push(await untilRows(page, () => severity.selectOption('CRITICAL')));
    cleared.push(await untilRows(page, () => severity.selectOption('')));
    rare.push(await untilRows(page, () => search.fill('sällsynt')));
    common.push(await untilRows(page, () => search.fill('vanlig')));
    back.push(await untilRows(page, () => search.fill('')));
  }
  say('from a filter to its rows', filtered);
  say('from taking it away to the rows', cleared);
  say('from a rare word to its rows (180 ms wait for more letters)', rare);
  say('from a word of every fifth case to its rows', common);
  say('from emptying the search to the rows', back);
  await waitFor(async () => /\d/.test(await page.getByRole('navigation', { name: 'Vems ärenden' }).textContent()), { what: 'the counts' });
} finally {
  await web.stop();
}
