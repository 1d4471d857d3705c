// The pages of the local OpenID provider. No script, nothing from elsewhere.

const style = `
  body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #f4f5f7; margin: 0; }
  main { max-width: 46rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: .5rem; }
  h1 { font-size: 1.5rem; margin-top: 0; }
  h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
  ul { list-style: none; margin: 0; padding: 0; }
  button { font: inherit; color: inherit; text-align: left; width: 100%; padding: .6rem .8rem; margin: .2rem 0;
    background: #fff; border: 1px solid #6b7280; border-radius: .3rem; cursor: pointer; }
  button:hover, button:focus-visible { background: #e8f0fe; outline: 3px solid #1d4ed8; outline-offset: 1px; }
  .name { font-weight: 600; }
  .what { display: block; color: #4b5563; }`;

export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function page(title, body) {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Avvik</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

function describe(person) {
  const roles = person.roles.map((held) => (held.unit ? `${held.title} (${held.unit})` : held.title));
  return [...(roles.length > 0 ? roles : ['Employee']), person.unit].filter(Boolean).join(' · ');
}

export function signInPage(organisations) {
  const lists = organisations.map((organisation) => `<h2>${escapeHtml(organisation.name)}</h2>
<ul>
${organisation.people.map((person) => `<li><button name="login" value="${escapeHtml(person.login)}">` +
    `<span class="name">${escapeHtml(person.name)}</span> <span>(${escapeHtml(person.login)})</span>` +
    `<span class="what">${escapeHtml(describe(person))}</span></button></li>`).join('\n')}
</ul>`).join('\n');
  return page('Choose who you are', `<p>These are the example people. There is no password:
this page exists only on this machine, for trying Avvik out.</p>
<form method="post">
${lists}
</form>`);
}

export function signOutPage(form) {
  return page('Sign out?', `${form}
<button form="op.logoutForm" type="submit" name="logout" value="yes" autofocus>Yes, sign out</button>
<button form="op.logoutForm" type="submit">No, stay signed in</button>`);
}

export function messagePage(title, lines) {
  return page(title, lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n'));
}
