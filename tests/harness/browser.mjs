// As much of a browser as signing in needs: cookies for each host, redirects followed one by one, and the headers by which
// a browser tells which page a request comes from.

import assert from 'node:assert/strict';

export class Browser {
  #cookies = new Map();

  constructor(suite) {
    this.suite = suite;
  }

  // The cookies of the gateway, by name; also to be changed.
  get cookies() {
    return this.#jar(this.suite.url);
  }

  // One request as a page of ours would send it, redirects not followed: a fetch Response. `path` may be a whole address.
  async request(method, path, { body, headers = {} } = {}) {
    const url = new URL(path, this.suite.url);
    const jar = this.#jar(url.origin);
    const own = { 'sec-fetch-site': 'same-origin', ...(method === 'GET' ? {} : { origin: url.origin, 'avvik-request': '1' }) };
    const sent = { ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}), ...own, ...headers };
    // `undefined` leaves a header out.
    for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
    const response = await fetch(url, { method, body, headers: sent, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (/max-age=0/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  // A call of the API: {status, headers, body} with the JSON read.
  async api(method, path, body, headers = {}) {
    const response = await this.request(method, path, {
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  // Goes to the provider and chooses a person there. Gives the address of the callback that the provider leads to, which
  // has not been asked for.
  async goToProvider(login, returnTo = '/') {
    const begun = await this.request('GET', `/sign-in?return_to=${encodeURIComponent(returnTo)}`);
    assert.equal(begun.status, 303, await begun.text());
    this.authorization = new URL(begun.headers.get('location'));
    let next = this.authorization;
    for (let step = 0; step < 10; step += 1) {
      const choosing = next.pathname.startsWith('/sign-in/');
      const response = await this.request(choosing ? 'POST' : 'GET', next.href,
        choosing ? { body: new URLSearchParams({ login }) } : {});
      const location = response.headers.get('location');
      assert.ok(location, `${next.pathname}: ${response.status} ${await response.text()}`);
      next = new URL(location, next);
      if (next.origin === this.suite.url) return next;
    }
    throw new Error('the provider leads round in a circle');
  }

  // Signs a person in; gives the answer to the callback.
  async signIn(login, returnTo = '/') {
    const callback = await this.goToProvider(login, returnTo);
    const answer = await this.request('GET', callback.href, { headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(answer.status, 303, await answer.text());
    return answer;
  }

  #jar(url) {
    const { origin } = new URL(url);
    if (!this.#cookies.has(origin)) this.#cookies.set(origin, new Map());
    return this.#cookies.get(origin);
  }
}
