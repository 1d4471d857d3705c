// Somebody who goes a way through the application: in a language, on a size of screen, with a pointer or by keyboard alone. Finds
// controls by their roles and the application's own words.
//
//   inEachCell('CaseIsHandled', () => ({ web, login: officer }), async (visitor) => {
//     await visitor.go('/cases');     await visitor.click(visitor.button('case.actions.assign'));     await visitor.whole();
//   });

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, fits, languages, settled, sizes } from './harness.mjs';
import { begins, wordsOf } from './words.mjs';

// Each journey is gone once in each of these.
export const cells = [
  ...languages.flatMap((language) => ['phone', 'desktop'].map((size) => ({ name: `${language}_${size}`, language, size, byKeyboard: false }))),
  { name: 'sv_desktop_by_keyboard_alone', language: 'sv', size: 'desktop', byKeyboard: true },
];

// A test for each cell, with a browser profile of its own; `of` gives {web, login} and what else Web.open takes, when it runs.
export function inEachCell(name, of, journey) {
  for (const cell of cells) {
    test(`${name}_${cell.name}`, async () => {
      const { web, ...more } = of();
      const { page, context } = await web.open({ language: cell.language, size: cell.size, ...more });
      await journey(new Visitor(web, page, cell), cell);
      await context.close();
    });
  }
}

// As wide as a small phone, and a screen of 1280 × 1024 at 400 %.
const narrowest = { phone: { width: 320, height: 568 }, desktop: { width: 320, height: 256 } };
// Words that no page shows to people: what is missing, and names of the API's values.
const unspoken = /\b(undefined|NaN|null)\b|\[object|\b[A-Z]{3,}_[A-Z_]+\b/;

export class Visitor {
  constructor(web, page, { language, size, byKeyboard = false, name = language }) {
    Object.assign(this, { web, page, language, size, byKeyboard, name, t: wordsOf(language) });
  }

  async go(path) {
    await this.page.goto(this.web.url(path));
    await settled(this.page);
  }

  // Controls by what they are called: a key of the application's words. `of` is where to look, `values` what the text is filled with.
  button(key, { of = this.page, values } = {}) {
    return of.getByRole('button', { name: begins(this.t(key, values)) });
  }
  link(key, { of = this.page, values } = {}) {
    return of.getByRole('link', { name: begins(this.t(key, values)) });
  }
  field(key, { of = this.page, values } = {}) {
    return of.getByLabel(begins(this.t(key, values))).and(this.page.locator('input, select, textarea'));
  }
  radio(group, answer, { of = this.page } = {}) {
    return of.getByRole('radiogroup', { name: begins(this.t(group)) }).getByRole('radio', { name: begins(answer), includeHidden: true });
  }
  heading(key, { level, values } = {}) {
    return this.page.getByRole('heading', { name: this.t(key, values), level });
  }
  summary(key, { of = this.page, values } = {}) {
    return of.locator('summary', { hasText: this.t(key, values) });
  }
  get dialog() {
    return this.page.getByRole('dialog');
  }
  // What does what the dialog asks about.
  submit(key) {
    return this.button(key, { of: this.dialog.locator('footer') });
  }

  async sees(key, { of = this.page, values } = {}) {
    await of.getByText(this.t(key, values)).first().waitFor();
  }
  // What was done is said beside the page.
  async toast(key, values) {
    await this.page.locator('.toast', { hasText: this.t(key, values) }).first().waitFor();
  }

  async click(locator) {
    if (!this.byKeyboard) return locator.click();
    await this.#reach(locator);
    await this.page.keyboard.press('Enter');
  }
  async fill(locator, text) {
    if (!this.byKeyboard) return locator.fill(text);
    await this.#reach(locator);
    await this.page.keyboard.press('Control+A');
    await (text === '' ? this.page.keyboard.press('Delete') : this.page.keyboard.type(text));
    assert.equal(await locator.inputValue(), text);
  }
  // A day, `2027-06-28`. Fields of dates are filled part by part, in the order of the browser's language.
  async fillDay(locator, day) {
    if (!this.byKeyboard) return locator.fill(day);
    await this.#reach(locator);
    const [year, month, date] = day.split('-');
    for (const order of [[year, month, date], [month, date, year], [date, month, year]]) {
      await this.page.keyboard.type(order.join(''));
      if (await locator.inputValue() === day) return;
      for (let part = 0; part < 3; part += 1) await this.page.keyboard.press('ArrowLeft');
    }
    throw new Error(`${day} cannot be typed`);
  }
  async select(locator, value) {
    if (!this.byKeyboard) return void await locator.selectOption(value);
    await this.#reach(locator);
    await this.page.keyboard.press('Home');
    for (let presses = 0; await locator.inputValue() !== value; presses += 1) {
      assert.ok(presses < 60, `${value} is no choice`);
      await this.page.keyboard.press('ArrowDown');
    }
  }
  async check(locator) {
    if (!this.byKeyboard) return locator.check({ force: true });
    await this.#reach(locator);
    // In a group of radio buttons, arrows lead on.
    for (let presses = 0; !await locator.evaluate((one) => one === document.activeElement); presses += 1) {
      assert.ok(presses < 20, 'arrows lead to no such choice');
      await this.page.keyboard.press('ArrowDown');
    }
    if (!await locator.isChecked()) await this.page.keyboard.press('Space');
    assert.ok(await locator.isChecked());
  }
  // One of the options that fit what is typed: the first.
  async pick(combobox, text) {
    const first = this.page.locator('[role=option]').filter({ visible: true }).first();
    if (!this.byKeyboard) {
      await combobox.fill(text);
      return first.click();
    }
    await this.#reach(combobox);
    await this.page.keyboard.type(text);
    await first.waitFor();
    if (await combobox.getAttribute('aria-activedescendant') === null) await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.press('Enter');
  }

  // Goes on with Tab, or back, until it has the focus, or another of its group of radio buttons.
  async #reach(locator) {
    await locator.waitFor({ state: 'attached' });
    for (let presses = 0; presses < 300; presses += 1) {
      const where = await locator.evaluate((wanted) => {
        const now = document.activeElement;
        if (wanted === now || (wanted.type === 'radio' && now.type === 'radio' && now.name === wanted.name)) return 'here';
        return wanted.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING ? 'back' : 'on';
      });
      if (where === 'here') return;
      await this.page.keyboard.press(where === 'back' ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`Tab does not lead to ${locator}`);
  }

  // The page as it stands is whole: it fits, also where there is least room, says everything in words, and axe finds nothing.
  // By keyboard it is the page that the pointer saw.
  async whole() {
    if (this.byKeyboard) return;
    const { page } = this;
    const said = await page.locator('main, dialog[open]').evaluateAll((all) => all.map((one) => {
      const copy = one.cloneNode(true);
      for (const code of copy.querySelectorAll('code, textarea, [hidden]')) code.remove();
      return copy.textContent;
    }).join(' '));
    assert.equal(unspoken.exec(said)?.[0], undefined, page.url());
    assert.equal(await page.locator('html').getAttribute('lang'), this.language);
    await fits(page);
    await page.setViewportSize(narrowest[this.size]);
    await fits(page);
    await page.setViewportSize(sizes[this.size].viewport);
    await axe(page);
  }
}
