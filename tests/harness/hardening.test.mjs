// What the compiler and the linker do for the programs, so that a mistake in memory is hard to exploit: read from the
// programs themselves.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { root } from './suite.mjs';

const build = resolve(root, process.env.AVVIK_BUILD ?? 'build/release');
const cached = (name) => new RegExp(`^${name}:\\w+=(.*)$`, 'm').exec(readFileSync(join(build, 'CMakeCache.txt'), 'utf8'))?.[1] ?? '';
const sanitized = cached('AVVIK_SANITIZE') !== '' && 'sanitizers put their own in the place of this';
const programs = ['intake', 'triage', 'escalation', 'metrics', 'delivery', 'gateway', 'cli'].map((name) => join(build, 'bin', `avvik-${name}`));
const read = (program, ...flags) => execFileSync('readelf', ['--wide', ...flags, program], { encoding: 'utf8', maxBuffer: 1 << 28 });

test('EveryProgramThatIsShippedIsLookedAt', () => {
  const built = readdirSync(join(build, 'bin')).filter((name) => /^avvik-(?!bench-|fuzz$|case-states$)/.test(name)).map((name) => join(build, 'bin', name));
  assert.deepEqual(built.sort(), programs.toSorted());
});

for (const program of programs.filter(existsSync)) {
  const name = program.slice(program.lastIndexOf('/') + 1);

  test(`${name}: LiesAnywhereInMemory`, { skip: sanitized }, () => {
    assert.match(read(program, '-h'), /Type: +DYN/);
    assert.match(read(program, '-d'), /FLAGS_1.* PIE/);
  });

  test(`${name}: TablesOfFunctionsAreReadOnlyFromTheStart`, { skip: sanitized }, () => {
    assert.match(read(program, '-l'), /GNU_RELRO/);
    assert.match(read(program, '-d'), /FLAGS_1.* NOW/);
  });

  test(`${name}: NothingIsBothWritableAndRun`, { skip: sanitized }, () => {
    const segments = read(program, '-l').split('\n').filter((line) => /^ +(LOAD|GNU_STACK) /.test(line));
    assert.ok(segments.some((line) => line.includes('GNU_STACK')));
    for (const line of segments) assert.doesNotMatch(line, / RWE /);
  });

  test(`${name}: OverflowsOfTheStackAndOfBuffersAreNoticed`, { skip: sanitized }, () => {
    const symbols = read(program, '--dyn-syms');
    assert.match(symbols, /__stack_chk_fail/);
    // What the compiler does not know to fit is checked (_FORTIFY_SOURCE).
    assert.match(symbols, / __(mem|str|v?s?n?printf|read|fread|explicit)\w*_chk@/);
  });

  test(`${name}: LibrariesComeOnlyFromWhereTheSystemHasThem`, () => {
    assert.doesNotMatch(read(program, '-d'), /\((RPATH|RUNPATH)\)/);
  });
}
