// Says who is signed in, and signs out. Without this script the page offers to sign in.

const element = (id) => document.getElementById(id);

async function showSession() {
  const response = await fetch('/v1/session');
  if (!response.ok) return;
  const { name, login } = await response.json();
  element('who').textContent = name || login;
  element('signed-in').hidden = false;
  element('sign-in').hidden = true;
}

// The session ends here; then the provider is asked to end its own.
async function signOut() {
  const response = await fetch('/sign-out', { method: 'POST', headers: { 'Avvik-Request': '1' } });
  if (!response.ok) throw new Error(`signing out: ${response.status}`);
  location.assign((await response.json()).location);
}

element('sign-out').addEventListener('click', () => {
  element('session-trouble').hidden = true;
  signOut().catch(() => { element('session-trouble').hidden = false; });
});

// Also for a page that the browser shows again from its memory.
window.addEventListener('pageshow', () => { showSession().catch(() => {}); });
