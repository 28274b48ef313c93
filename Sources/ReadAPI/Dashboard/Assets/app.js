// The shell: sign-in, navigation, the list of symbols, keys, theme, and the state of the live line.
import { h, replace, empty, failure, skeleton, show, toast, debounce, Turns } from './dom.js';
import { signedIn, signIn, signInWithToken, signOut, onSignOut, user, isAdmin, get, post, stream } from './api.js';
import { price, percent, sign, units } from './money.js';
import { watch, someQuotes, loadQuotes, quotes, keyOf, dayChange } from './state.js';
import { portfolioPage } from './portfolio.js';
import { chartPage } from './chart.js';
import { ordersPage, cartPage, alertsPage, inboxPage, operatorPage } from './lists.js';
import { analyticsPage } from './analytics.js';

const PAGES = [['portfolio', 'Portfolio', portfolioPage], ['chart', 'Chart', chartPage], ['orders', 'Orders', ordersPage], ['analytics', 'Analytics', analyticsPage], ['cart', 'Cart', cartPage], ['alerts', 'Alerts', alertsPage], ['inbox', 'Inbox', inboxPage], ['operator', 'Operator', operatorPage]];
const app = document.getElementById('app');
const VIEWS = ['positions', 'orders', 'analytics', 'cart', 'rules', 'alerts', 'notifications', 'cash', 'watchlists'];
let page = null, badges = [], stopWatching = [], reloadWatchlist = () => {};

// Theme: the system's, until somebody chooses.
const dark = matchMedia('(prefers-color-scheme: dark)');
function paint() { document.documentElement.dataset.theme = localStorage.getItem('tapefold.theme') ?? (dark.matches ? 'dark' : 'light'); page?.onTheme?.(); }
dark.addEventListener('change', paint);
paint();
function toggleTheme() { localStorage.setItem('tapefold.theme', document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'); paint(); }

function signInPage() {
  stopWatching.forEach((stop) => stop());
  stopWatching = [];
  page?.onLeave?.();
  page = null;
  const note = h('div', { role: 'alert' });
  const attempt = async (button, action) => {
    button.disabled = true;
    note.replaceChildren();
    try { await action(); start(); } catch (error) { replace(note, h('div.error', error.isMissing ? 'This server has no sign-in with passwords; use a token.' : error.problem.type?.endsWith(':wrong-credentials') ? 'The user or the password is wrong.' : error.message)); } finally { button.disabled = false; }
  };
  const name = h('input', { name: 'user', autocomplete: 'username', required: true, autofocus: true }), password = h('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const token = h('textarea', { name: 'token', rows: 3, required: true, spellcheck: 'false', 'aria-label': 'Token' });
  const go = h('button.btn.primary', { type: 'submit' }, 'Sign in'), goToken = h('button.btn', { type: 'submit' }, 'Use this token');
  replace(app, h('main.signin', { id: 'main' }, h('div.panel',
    h('div.brand', h('img', { src: '/assets/icon.svg', alt: '' }), h('h1', 'Tapefold')),
    h('form', { onsubmit: (e) => { e.preventDefault(); attempt(go, () => signIn(name.value.trim(), password.value)); } }, h('label', 'User', name), h('label', 'Password', password), go), note,
    h('details', h('summary.dim', 'Sign in with a token'), h('form', { onsubmit: (e) => { e.preventDefault(); attempt(goToken, () => signInWithToken(token.value.trim())); } }, h('p.dim', 'From ', h('code', 'tapefold token --user NAME'), '. Users with a password are added by ', h('code', 'tapefold users add NAME'), '.'), token, goToken)))));
  name.focus();
}

function shell() {
  badges = [];
  const badgeOf = (kind) => { const badge = h('span.badge' + (kind === 'tabs' ? '.corner' : ''), { hidden: true }); badges.push(badge); return badge; };
  const nav = (kind) => PAGES.filter(([key]) => key !== 'operator' || isAdmin()).map(([key, label]) => h('a', { href: `#/${key}`, 'data-page': key }, label, key === 'inbox' ? badgeOf(kind) : null));
  const pill = h('span.pill', { role: 'status' }, 'Connecting');
  const search = h('input', { type: 'search', placeholder: 'Search symbols ( / )', 'aria-label': 'Search symbols', autocomplete: 'off', id: 'search' });
  const list = h('ul', skeleton());
  const main = h('main', { id: 'main', tabindex: '-1' });
  const frame = h('div.shell',
    h('header.top', h('a.brand', { href: '#/portfolio', 'aria-label': 'Tapefold, portfolio' }, h('img', { src: '/assets/icon.svg', alt: '' }), h('span.wide', 'Tapefold')), h('nav.nav', { 'aria-label': 'Pages' }, nav('top')), h('span.spacer'), pill,
      h('button.icon', { type: 'button', title: 'Light or dark (t)', 'aria-label': 'Light or dark', onclick: toggleTheme }, '◐'), h('button.icon', { type: 'button', title: 'Keys (?)', 'aria-label': 'Keyboard keys', onclick: help }, '?'), h('button.icon', { type: 'button', title: `Signed in as ${user()}`, onclick: signOut }, 'Sign out')),
    h('aside.watch', { 'aria-label': 'Watchlist' }, h('header', search), list), main,
    h('nav.tabs', { 'aria-label': 'Pages' }, h('a', { href: '#/watch', 'data-page': 'watch' }, 'Watch'), nav('tabs')));
  replace(app, frame);
  stream.onState = (state) => {
    const words = { live: 'Live', connecting: 'Connecting', lost: 'Reconnecting', off: 'Offline' };
    pill.textContent = words[state]; pill.className = 'pill ' + state;
    frame.classList.toggle('stale', state === 'lost');
    if (state === 'live') { if (frame.dataset.wasLost) refresh([...VIEWS, 'market']); delete frame.dataset.wasLost; } else if (state === 'lost') frame.dataset.wasLost = '1';
  };
  watchlist(list, search);
  return { frame, main };
}

async function watchlist(list, search) {
  let rows = [], selected = -1;
  const turns = new Turns();
  async function load() {
    const isCurrent = turns.begin();
    try {
      let keys = null;
      try { const lists = (await get('/v1/watchlists')).items; if (lists?.length) keys = [...new Set(lists.flatMap((l) => l.symbols.map((s) => typeof s === 'string' ? s : keyOf(s))))]; } catch { /* without lists of one's own all symbols are shown */ }
      if (keys) await loadQuotes(keys); else keys = (await someQuotes(60)).map(keyOf);
      if (isCurrent()) draw(keys);
    } catch (error) { if (isCurrent()) replace(list, h('li', failure(error, load))); }
  }
  function draw(keys) {
    stopWatching.forEach((stop) => stop());
    stopWatching = [];
    rows = keys.map((key) => {
      const [exchange, symbol] = key.split(/:(.*)/s);
      const last = h('span.num.live-figure', '–'), change = h('span.num.change.live-figure', ' ');
      const anchor = h('a', { href: `#/chart/${encodeURIComponent(key)}` }, h('span.name', { title: key }, symbol, exchange === 'NSE' ? null : h('small', exchange)), last, change);
      stopWatching.push(watch(key, (quote, moved) => { const delta = dayChange(quote); show(last, price(quote.lastPrice), delta ? sign(delta.value) : '', moved); show(change, delta ? percent(delta.percent) : ' ', delta ? sign(delta.value) : ''); }));
      return { key, element: h('li', anchor), anchor };
    });
    replace(list, rows.length ? rows.map((row) => row.element) : h('li', empty('No symbols yet', 'Prices appear with the first ticks.')));
    mark();
  }
  const visible = () => rows.filter((row) => !row.element.hidden);
  search.addEventListener('input', () => {
    const words = search.value.trim().toUpperCase();
    for (const row of rows) row.element.hidden = words !== '' && !row.key.toUpperCase().includes(words);
    selected = -1;
  });
  search.addEventListener('keydown', (event) => {
    const list = visible();
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      selected = Math.max(0, Math.min(list.length - 1, selected + (event.key === 'ArrowDown' ? 1 : -1)));
      list[selected]?.anchor.focus();
      event.preventDefault();
    } else if (event.key === 'Enter') {
      const typed = search.value.trim().toUpperCase();
      const target = list[Math.max(0, selected)]?.key ?? (typed.includes(':') ? typed : typed ? 'NSE:' + typed : null);
      if (target) location.hash = `#/chart/${encodeURIComponent(target)}`;
    } else if (event.key === 'Escape') { search.value = ''; search.dispatchEvent(new Event('input')); search.blur(); }
  });
  list.addEventListener('keydown', (event) => {
    const all = visible(), at = all.findIndex((row) => row.anchor === document.activeElement);
    if (at < 0 || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
    all[Math.max(0, Math.min(all.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))].anchor.focus();
    event.preventDefault();
  });
  const mark = () => { const now = decodeURIComponent(location.hash.split('/')[2] ?? ''); for (const row of rows) { if (row.key === now) row.anchor.setAttribute('aria-current', 'page'); else row.anchor.removeAttribute('aria-current'); } };
  addEventListener('hashchange', mark);
  reloadWatchlist = load;
  await load();
}

async function refreshBadge() {
  try {
    const answer = await get('/v1/notifications', { limit: 1 });
    const count = answer.unreadCount ?? 0;
    for (const badge of badges) {
      badge.hidden = !count;
      badge.textContent = count > 99 ? '99+' : String(count);
      badge.setAttribute('aria-label', `${count} unread`);
    }
  } catch { for (const badge of badges) badge.hidden = true; }
}

let parts = null;
function route() {
  if (!signedIn() || !parts) return;
  const [key = 'portfolio', argument] = location.hash.replace(/^#\/?/, '').split('/');
  const found = PAGES.find(([name]) => name === key) ?? (key === 'watch' ? null : PAGES[0]);
  page?.onLeave?.();
  parts.frame.dataset.page = found ? found[0] : 'watch';
  for (const anchor of parts.frame.querySelectorAll('[data-page]')) { if (anchor === parts.frame) continue; if (anchor.dataset.page === parts.frame.dataset.page) anchor.setAttribute('aria-current', 'page'); else anchor.removeAttribute('aria-current'); }
  parts.frame.querySelector('.tabs [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  if (!found) { page = null; return; }
  document.title = `${found[1]} · Tapefold`;
  page = { root: parts.main, refreshBadge };
  replace(parts.main);
  found[2](page, argument === undefined ? undefined : decodeURIComponent(argument));
  scrollTo(0, 0);
}

const pendingViews = new Set();
const tellPage = debounce(150, () => { const views = [...pendingViews]; pendingViews.clear(); page?.onChange?.(views); if (views.includes('notifications')) refreshBadge(); if (views.includes('watchlists')) reloadWatchlist(); });
function refresh(views) { views.forEach((view) => pendingViews.add(view)); tellPage(); }
stream.onChange = refresh;
stream.onReload = (channels) => {
  if (channels.includes('user:me')) refresh(VIEWS);
  const symbols = channels.filter((c) => c.startsWith('market:')).map((c) => c.slice(7));
  if (symbols.length) { loadQuotes(symbols).catch(() => {}); refresh(['market']); }
};

function help() {
  const keys = [['/', 'search symbols'], ['1 … 8', 'go to a page'], ['↑ ↓', 'move in the list of symbols'], ['← → + −', 'move and zoom the chart'], ['t', 'light or dark'], ['?', 'this list']];
  const box = h('dialog', h('h2', 'Keys'), h('dl.keys', keys.map(([key, text]) => [h('dt', h('kbd', key)), h('dd', text)])), h('form', { method: 'dialog' }, h('button.btn.primary', 'Close')));
  document.body.append(box);
  box.addEventListener('close', () => box.remove());
  box.showModal();
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || !signedIn() || document.querySelector('dialog[open]')) return;
  const shown = PAGES.filter(([key]) => key !== 'operator' || isAdmin());
  if (event.key === '/') { document.getElementById('search')?.focus(); event.preventDefault(); } else if (event.key === 't') toggleTheme(); else if (event.key === '?') help();
  else if (shown[Number(event.key) - 1]) location.hash = `#/${shown[Number(event.key) - 1][0]}`;
});

function start() {
  parts = shell();
  stream.start();
  route();
  refreshBadge();
}
onSignOut(() => { parts = null; quotes.clear(); signInPage(); });
addEventListener('hashchange', route);
if (signedIn()) start(); else signInPage();
