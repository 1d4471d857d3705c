// A mail as it looks, drawn from its HTML without running or fetching anything: only known elements and properties are taken over,
// and links lead nowhere. Styles are set one by one, which the policy of the page allows; in the HTML itself it forbids them.

const elements = new Set(['A', 'B', 'BLOCKQUOTE', 'BR', 'CODE', 'DIV', 'EM', 'H1', 'H2', 'H3', 'H4', 'HR', 'I', 'LI', 'OL', 'P', 'PRE', 'SMALL', 'SPAN', 'STRONG', 'TABLE', 'TBODY', 'TD', 'TH', 'THEAD', 'TR', 'UL']);
const properties = /^(background|background-color|border(-(top|right|bottom|left|radius|color|style|width))?|color|font-(family|size|style|weight)|line-height|margin(-\w+)?|max-width|padding(-\w+)?|text-(align|decoration|transform)|width)$/;

function dress(target: HTMLElement, style: string | null): void {
  for (const declaration of (style ?? '').split(';')) {
    const [name = '', value = ''] = declaration.split(/:(.*)/s).map((part) => part.trim());
    if (properties.test(name) && !/url\(|expression/i.test(value)) target.style.setProperty(name, value);
  }
}

function take(source: Node, into: Node): void {
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      into.appendChild(document.createTextNode(child.textContent ?? ''));
    } else if (child instanceof Element && elements.has(child.tagName)) {
      const own = document.createElement(child.tagName === 'A' ? 'span' : child.tagName);
      if (child.tagName === 'A') own.style.setProperty('text-decoration', 'underline');
      dress(own, child.getAttribute('data-style'));
      take(child, own);
      into.appendChild(own);
    }
  }
}

// An attachment: draws the mail into a shadow of the element, where the page's own looks do not reach.
export const mailView = (html: string) => (element: HTMLElement) => {
  const { body } = new DOMParser().parseFromString(html.replace(/\sstyle\s*=/gi, ' data-style='), 'text/html');
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
  const sheet = document.createElement('div');
  sheet.style.setProperty('overflow-wrap', 'anywhere');
  dress(sheet, body.getAttribute('data-style'));
  take(body, sheet);
  root.replaceChildren(sheet);
};
