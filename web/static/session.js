// Says who is signed in, shows their sessions and ends each, and signs out. Without this script the page offers to sign in.

const element = (id) => document.getElementById(id);

async function showSession() {
  const response = await fetch('/v1/session');
  if (!response.ok) return;
  const { name, login } = await response.json();
  element('who').textContent = name || login;
  element('signed-in').hidden = false;
  element('sessions').hidden = false;
  element('sign-in').hidden = true;
}

function showTime(time, text) {
  time.dateTime = text;
  time.textContent = new Date(text).toLocaleString();
}

// When each of the person's sessions began and was last used, and a button that ends it.
async function showSessions() {
  const response = await fetch('/v1/sessions');
  if (!response.ok) throw new Error(`the sessions: ${response.status}`);
  const { sessions } = await response.json();
  element('session-list').replaceChildren(...sessions.map((session) => {
    const item = element('session-item').content.cloneNode(true);
    item.querySelector('[data-current]').hidden = !session.current;
    showTime(item.querySelector('[data-begin]'), session.sign_in_time);
    showTime(item.querySelector('[data-last-use]'), session.last_use_time);
    item.querySelector('button').addEventListener('click', () => orSayTrouble(session.current ? signOut : () => endSession(session.name)));
    return item;
  }));
}

async function endSession(name) {
  const response = await fetch(`/v1/sessions/${name}`, { method: 'DELETE', headers: { 'Avvik-Request': '1' } });
  // Ended by itself in the meantime: that is as well.
  if (!response.ok && response.status !== 404) throw new Error(`ending a session: ${response.status}`);
  await showSessions();
}

function orSayTrouble(deed) {
  element('session-trouble').hidden = true;
  deed().catch(() => { element('session-trouble').hidden = false; });
}

// The session ends here; then the provider is asked to end its own.
async function signOut() {
  const response = await fetch('/sign-out', { method: 'POST', headers: { 'Avvik-Request': '1' } });
  if (!response.ok) throw new Error(`signing out: ${response.status}`);
  location.assign((await response.json()).location);
}

element('sign-out').addEventListener('click', () => orSayTrouble(signOut));
element('sessions').addEventListener('toggle', () => { if (element('sessions').open) orSayTrouble(showSessions); });

// Also for a page that the browser shows again from its memory.
window.addEventListener('pageshow', () => { showSession().catch(() => {}); });
