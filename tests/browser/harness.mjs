// A private suite and a real browser for tests of the web application.
//
//   const web = await Web.start();                      after(() => web.stop());
//   const { page } = await web.open({ size: 'phone', language: 'da', login: web.suite.person('COORDINATOR').login });
//   await page.goto(web.url('/cases'));                 await axe(page);
//
// Faults of a page (exceptions, what its policy forbids, files that are missing) fail the test that opened it: stop() says so.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Suite, root } from '../harness/suite.mjs';

const require = createRequire(join(root, 'web/package.json'));
const { chromium } = require('playwright-core');
const axeItself = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const languages = ['sv', 'da', 'en'];
export const sizes = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  small: { viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 } },
  // 1280 × 1024 at 400 %.
  zoomed: { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
};

export class Web {
  #faults = [];

  // Options are those of Suite.start.
  static async start(options) {
    const web = new Web();
    web.suite = await Suite.start(options);
    try {
      web.browser = await chromium.launch({
        executablePath: process.env.AVVIK_CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'],
      });
    } catch (error) {
      await web.suite.stop();
      throw error;
    }
    return web;
  }

  async stop() {
    await this.browser?.close();
    await this.suite?.stop();
    assert.deepEqual(this.#faults, [], 'faults of pages');
  }

  url(path) {
    return this.suite.url + path;
  }

  // A new browser profile with one page, signed in when a login is given: {page, context}. Options: size (of `sizes`), language, dark,
  // login, and `more` as Playwright's newContext takes it.
  async open({ size = 'desktop', language = 'sv', dark = false, login, more = {} } = {}) {
    const context = await this.browser.newContext({
      ...sizes[size], locale: { sv: 'sv-SE', da: 'da-DK', en: 'en-GB' }[language], colorScheme: dark ? 'dark' : 'light', timezoneId: 'Europe/Stockholm', ...more,
    });
    const page = await context.newPage();
    this.watch(page);
    if (login) await signInAs(page, this.url('/'), login);
    return { page, context };
  }

  // Takes down what goes wrong in a page. Answers of 4xx to calls are no faults; tests look at what is shown then.
  watch(page) {
    page.on('pageerror', (error) => this.#faults.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) this.#faults.push(`${page.url()}: ${message.text()}`);
    });
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.status() === 404 && !pathname.startsWith('/v1/') && response.request().resourceType() !== 'document') this.#faults.push(`404: ${response.url()}`);
    });
  }

  // For a test that provokes a fault: forgets those that match, and fails when none does.
  expectFault(pattern) {
    const found = this.#faults.filter((fault) => pattern.test(fault));
    assert.ok(found.length > 0, `a fault like ${pattern} among ${this.#faults}`);
    this.#faults = this.#faults.filter((fault) => !pattern.test(fault));
  }
}

// Signs an example person in as people do, and comes back to `url`.
export async function signInAs(page, url, login) {
  const { origin, pathname, search } = new URL(url);
  await page.goto(`${origin}/sign-in?return_to=${encodeURIComponent(pathname + search)}`);
  await page.locator(`button[value="${login}"], input[value="${login}"]`).first().click();
  await page.waitForURL((there) => there.origin === origin && !there.pathname.startsWith('/sign-in'));
  await settled(page);
}

// Waits until the page that was asked for is shown and nothing is on its way.
export async function settled(page) {
  await page.locator('main[aria-busy="false"] h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('main [data-waiting]'));
}

// Fails on anything that axe finds against WCAG 2.2 A and AA, or its best practices. No page has frames, so axe is run in the page
// itself, and stays there until the page is left. What fades in is waited for.
export async function axe(page) {
  await page.evaluate(() => Promise.all(document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime)).map(({ finished }) => finished.catch(() => {}))));
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axeItself);
  const violations = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
    .then((results) => results.violations), axeTags);
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`));
  assert.deepEqual(found, [], page.url());
}

// Fails when the page is wider than the window (WCAG 1.4.10), naming what sticks out.
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const scrolls = (element) => element.parentElement && element.parentElement !== document.body && (getComputedStyle(element.parentElement).overflowX !== 'visible' || scrolls(element.parentElement));
    return [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1 && !scrolls(element))
      .slice(0, 5).map((element) => `${element.tagName}.${element.className} to ${Math.round(element.getBoundingClientRect().right)} of ${clientWidth}`);
  });
  assert.deepEqual(wide, [], page.url());
}

// Presses Tab until what is in focus fits, and gives how often; `wanted` is a selector. Fails after `most` presses.
export async function tabTo(page, wanted, most = 60) {
  for (let presses = 1; presses <= most; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), wanted)) return presses;
  }
  throw new Error(`${most} presses of Tab do not lead to ${wanted} on ${page.url()}`);
}
