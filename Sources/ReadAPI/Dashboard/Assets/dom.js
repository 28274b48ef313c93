// A few helpers around the DOM. Text always goes in as text: nothing from the API is ever parsed as markup.
const SVG = 'http://www.w3.org/2000/svg';

/** h('td.num.up', {title: 'x', onclick: f}, 'text', child, …) */
export function h(spec, attributes, ...children) {
  const [tag, ...classes] = spec.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  return fill(element, attributes, children);
}

export function svg(tag, attributes, ...children) { return fill(document.createElementNS(SVG, tag), attributes, children); }

function fill(element, attributes, children) {
  if (attributes && (attributes instanceof Node || typeof attributes !== 'object' || Array.isArray(attributes))) {
    children.unshift(attributes);
    attributes = null;
  }
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function replace(element, ...children) { element.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false)); return element; }

/** Sets a figure's text and lets it flash when it moved. Writes nothing that has not changed. */
export function show(element, text, direction = '', moved = '') {
  if (element.textContent !== text) {
    element.textContent = text;
    if (moved) flash(element, moved);
  }
  element.classList.toggle('up', direction === 'up');
  element.classList.toggle('down', direction === 'down');
}

function flash(element, direction) {
  element.classList.remove('flash-up', 'flash-down');
  void element.offsetWidth;
  element.classList.add('flash-' + direction);
}

export function panel(title, tools, ...body) { return h('section.panel', { 'aria-label': title }, h('header', h('h2', title), tools), ...body); }
export const empty = (title, text) => h('div.empty', h('strong', title), h('span', text));
export const failure = (error, again) => h('div.error', { role: 'alert' }, h('span', error.message || String(error)), again && h('button.btn', { type: 'button', onclick: again }, 'Try again'));
export const skeleton = () => h('div.skeleton', { 'aria-hidden': 'true' });

export function toast(text) {
  const box = document.getElementById('toasts');
  const item = h('div.toast', text);
  box.append(item);
  setTimeout(() => item.remove(), 6000);
}

/** Buttons of which one is pressed. */
export function segments(label, choices, current, pick) {
  const box = h('div.seg', { role: 'group', 'aria-label': label });
  for (const [value, text] of choices) {
    box.append(h('button', { type: 'button', 'aria-pressed': String(value === current), onclick: (event) => {
      for (const other of box.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
      pick(value);
    } }, text));
  }
  return box;
}

/** Of readings that overtake each other the last one counts: an older answer is not shown over a newer one. */
export class Turns {
  #turn = 0;
  /** Returns whether nothing has begun since. */
  begin() { const mine = this.#turn += 1; return () => mine === this.#turn; }
  end() { this.#turn += 1; }
}

export function debounce(milliseconds, action) {
  let timer = 0;
  return (...values) => { clearTimeout(timer); timer = setTimeout(() => action(...values), milliseconds); };
}
