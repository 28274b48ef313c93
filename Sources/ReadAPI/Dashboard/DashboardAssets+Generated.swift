// Made by scripts/embed-dashboard.sh from Sources/ReadAPI/Dashboard/Assets; do not edit.
// swift-format-ignore-file

extension DashboardAssets {
    /// By name.
    static let files: [String: String] = [
        "analytics.js": ####"""
// How the trading went: figures and their spread.
import { h, panel, replace, empty, failure, skeleton, segments, Turns } from './dom.js';
import { get, list } from './api.js';
import { units, sum, divide, money, signedMoney, compactMoney, ratio, percent, whole, sign, exchangeTime, pixels, decimal } from './money.js';
import { bars, roundUp } from './charts.js';

const RANGES = [['30', '1 month'], ['91', '3 months'], ['365', '1 year'], ['all', 'All time']];
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What closed trades say by themselves, exactly; ratios that need the calendar come from the server. */
function summary(trades) {
  const results = trades.map((t) => units(t.realizedPnl));
  const wins = results.filter((r) => r > 0n), losses = results.filter((r) => r < 0n);
  const gain = sum(wins), loss = sum(losses), total = gain + loss, count = (n) => BigInt(n) * 100_000_000n;
  const text = (value) => value === null ? null : decimal(value);
  return {
    totalTrades: trades.length, winningTrades: wins.length, losingTrades: losses.length, realizedPnl: decimal(total), totalFees: decimal(sum(trades.map((t) => units(t.fees)))),
    winRate: text(divide(count(wins.length * 100), count(wins.length + losses.length))), profitFactor: text(divide(gain, -loss)), expectancy: text(divide(total, count(trades.length))),
    avgWin: text(divide(gain, count(wins.length))), avgLoss: text(divide(loss, count(losses.length))),
    largestWin: wins.length ? decimal(wins.reduce((a, b) => a > b ? a : b)) : null, largestLoss: losses.length ? decimal(losses.reduce((a, b) => a < b ? a : b)) : null,
  };
}

export function analyticsPage(page) {
  let days = 'all';
  const turns = new Turns();
  const kpis = h('div.kpis'), spread = h('div.body', skeleton()), hours = h('div.body', skeleton()), week = h('div.body', skeleton()), best = h('div', skeleton());
  const pick = segments('Period', RANGES, days, (value) => { days = value; load(); });
  replace(page.root, h('h1.sr', 'Analytics'), h('div', pick), kpis, panel('Distribution of results', h('span.dim', 'closed trades by profit or loss'), spread), h('div.grid2', panel('By hour of closing', null, hours), panel('By weekday', null, week)), panel('By symbol', null, best));

  const fact = (label, value, note = '', tone = '') => h('div.kpi', h('div.label', label), h('div.value' + (tone ? '.' + tone : ''), value), h('div.note', note || ' '));
  replace(kpis, ['Realised result', 'Win rate', 'Profit factor', 'Expectancy', 'Average win', 'Average loss', 'Charges', 'Sharpe ratio', 'Largest drawdown', 'Longest streaks'].map((label) => fact(label, '–')));

  async function load() {
    const isCurrent = turns.begin();
    try {
      const newest = (await get('/v1/closed-trades', { limit: 1 })).items[0];
      const from = days === 'all' || !newest ? null : new Date(Date.parse(newest.closedAt) - Number(days) * 86_400_000).toISOString();
      const { items, isCut } = await list('/v1/closed-trades', { from }, 5000);
      if (!isCurrent()) return;
      if (!items.length) { replace(kpis); for (const box of [spread, hours, week, best]) replace(box, empty('No closed trades', 'Figures come with the first trade that is closed.')); return; }
      let figures = summary(items);
      try { figures = { ...figures, ...(await get('/v1/analytics', { from: from && exchangeTime(from).day })) }; } catch (error) { if (error.status === 401 || error.status === 0) throw error; }
      if (isCurrent()) draw(figures, items, isCut);
    } catch (error) { if (isCurrent()) for (const box of [spread, hours, week, best]) replace(box, failure(error, load)); }
  }

  function draw(f, trades, isCut) {
    // Those of what was closed; the server's totalFees holds what open lots cost, too, which no result has paid yet.
    const charges = f.grossPnl === undefined ? units(f.totalFees) : units(f.grossPnl) - units(f.realizedPnl);
    replace(kpis,
      fact('Realised result', signedMoney(f.realizedPnl), `${whole(f.totalTrades)} closed trades`, sign(f.realizedPnl)),
      fact('Win rate', f.winRate === null ? '–' : percent(f.winRate, 1, false), `${whole(f.winningTrades)} won, ${whole(f.losingTrades)} lost`),
      fact('Profit factor', ratio(f.profitFactor), 'money won ÷ money lost'),
      fact('Expectancy', signedMoney(f.expectancy), 'per closed trade', sign(f.expectancy)),
      fact('Average win', signedMoney(f.avgWin), f.largestWin ? `largest ${money(f.largestWin)}` : '', sign(f.avgWin)),
      fact('Average loss', signedMoney(f.avgLoss), f.largestLoss ? `largest ${money(f.largestLoss)}` : '', sign(f.avgLoss)),
      fact('Charges', money(charges), 'of what was closed, already taken off'),
      f.sharpeRatio !== undefined ? fact('Sharpe ratio', ratio(f.sharpeRatio), 'annualised') : null,
      f.maxDrawdownPercent !== undefined ? fact('Largest drawdown', f.maxDrawdownPercent === null ? '–' : percent(f.maxDrawdownPercent), f.maxDrawdown ? money(f.maxDrawdown) : '', f.maxDrawdownPercent < 0 ? 'down' : '') : null,
      f.longestWinningStreak !== undefined ? fact('Longest streaks', `${whole(f.longestWinningStreak)} / ${whole(f.longestLosingStreak)}`, 'won / lost in a row') : null);
    replace(spread, bars(histogram(trades), { label: 'Distribution of results', format: whole, least: 1 }), isCut ? h('p.dim', 'The newest 5,000 closed trades are counted.') : null);
    const group = (keys, key, label) => {
      const sums = new Map(keys.map((k) => [k, { total: 0n, count: 0 }]));
      for (const trade of trades) { const entry = sums.get(key(trade)); if (entry) { entry.total += units(trade.realizedPnl); entry.count += 1; } }
      return keys.map((k) => ({ label: label(k), value: sums.get(k).total, title: `${label(k)}: ${signedMoney(sums.get(k).total)} in ${whole(sums.get(k).count)} trades` }));
    };
    const seen = [...new Set(trades.map((t) => exchangeTime(t.closedAt).hour))].sort((a, b) => a - b);
    replace(hours, bars(group(seen, (t) => exchangeTime(t.closedAt).hour, (k) => `${k}:00`), { label: 'Result by hour' }));
    const weekdays = [0, 1, 2, 3, 4, 5, 6].filter((d) => d < 5 || trades.some((t) => exchangeTime(t.closedAt).weekday === d));
    replace(week, bars(group(weekdays, (t) => exchangeTime(t.closedAt).weekday, (k) => WEEKDAYS[k]), { label: 'Result by weekday' }));
    replace(best, symbols(trades));
  }

  function histogram(trades) {
    const results = trades.map((t) => pixels(units(t.realizedPnl))).sort((a, b) => a - b);
    // The outermost hundredths would flatten all others: they count in the outermost bars.
    const at = (share) => results[Math.min(results.length - 1, Math.floor(results.length * share))];
    const reach = Math.max(Math.abs(at(0.01)), Math.abs(at(0.99)), 1), width = roundUp(reach / 12), half = Math.ceil(reach / width);
    const counts = new Array(half * 2).fill(0);
    for (const r of results) counts[Math.max(0, Math.min(half * 2 - 1, Math.floor(r / width) + half))] += 1;
    return counts.map((count, i) => { const low = (i - half) * width; return { label: compactMoney(low), value: count, direction: i >= half ? 'up' : 'down', title: `${compactMoney(low)} to ${compactMoney(low + width)}: ${whole(count)} trades` }; });
  }

  function symbols(trades) {
    const map = new Map();
    for (const trade of trades) {
      const instrument = `${trade.exchange}:${trade.symbol}`;
      const entry = map.get(instrument) ?? { symbol: trade.symbol, exchange: trade.exchange, total: 0n, count: 0, won: 0 };
      const result = units(trade.realizedPnl);
      entry.total += result; entry.count += 1; if (result > 0n) entry.won += 1;
      map.set(instrument, entry);
    }
    const all = [...map.values()].sort((a, b) => (a.total > b.total ? -1 : a.total < b.total ? 1 : 0));
    const names = new Map();
    for (const e of all) names.set(e.symbol, (names.get(e.symbol) ?? 0) + 1);
    const name = (e) => (names.get(e.symbol) > 1 ? `${e.exchange}:${e.symbol}` : e.symbol);
    const shown = all.length > 10 ? [...all.slice(0, 5), ...all.slice(-5)] : all;
    return h('div', h('div.scroll', h('table', h('caption.sr', 'Result by symbol'), h('thead', h('tr', h('th', 'Symbol'), h('th.num', 'Trades'), h('th.num', 'Won'), h('th.num', 'Result'))), h('tbody', shown.map((e) => h('tr', h('td', h('a', { href: `#/chart/${encodeURIComponent(`${e.exchange}:${e.symbol}`)}` }, name(e))), h('td.num', whole(e.count)), h('td.num', percent(String((100 * e.won / e.count).toFixed(1)), 1, false)), h('td.num' + (sign(e.total) ? '.' + sign(e.total) : ''), signedMoney(e.total))))))), all.length > shown.length ? h('p.more.dim', `The best five and the worst five of ${whole(all.length)}.`) : null);
  }

  page.onChange = (views) => { if (views.includes('positions') || views.includes('analytics')) load(); };
  load();
}
"""####,
        "api.js": ####"""
// Requests, identity and the live stream. One place knows the token.
const STORE = 'tapefold.session';
let session = load();
const listeners = new Set();

function load() { try { return JSON.parse(sessionStorage.getItem(STORE)) ?? null; } catch { return null; } }
function save(value) {
  session = value;
  if (value) sessionStorage.setItem(STORE, JSON.stringify(value)); else sessionStorage.removeItem(STORE);
}

function claims(token) {
  try {
    const text = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
  } catch { return {}; }
}

export const signedIn = () => session !== null;
export const user = () => session ? claims(session.token).sub ?? '' : '';
export const isAdmin = () => (session ? claims(session.token).roles ?? [] : []).includes('admin');

export class APIError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `The server answered ${status}.`);
    this.status = status;
    this.problem = problem ?? {};
  }
  /** The route, or the thing, is not there. */
  get isMissing() { return this.status === 404 || this.status === 405; }
}

async function send(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method, headers: { ...(session ? { Authorization: `Bearer ${session.token}` } : {}), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body), cache: method === 'GET' ? 'default' : 'no-store',
    });
  } catch { throw new APIError(0, { detail: 'The server cannot be reached. It is tried again as soon as it answers.' }); }
  const text = await response.text();
  let json = null;
  try { json = text ? JSON.parse(text) : null; } catch { /* not JSON: the status says enough */ }
  if (!response.ok) throw new APIError(response.status, json);
  return { json, position: response.headers.get('Tapefold-Position') };
}

let refreshing = null;
async function request(method, path, body, headers) {
  const used = session?.token;
  try { return await send(method, path, body, headers); } catch (error) {
    if (error.status !== 401 || !session) throw error;
    if (session.token === used && !(await refresh())) { signOut(); throw error; }
    return send(method, path, body, headers);
  }
}

function refresh() {
  if (!session?.refreshToken) return Promise.resolve(false);
  const old = session;
  // Only a server that says no ends the session: one that cannot be reached has said nothing.
  refreshing ??= send('POST', '/v1/auth/refresh', { refreshToken: old.refreshToken })
    .then(({ json }) => { if (session === old) keep(json); return session !== null; }, (error) => { if ([400, 401, 403].includes(error.status)) return false; throw error; })
    .finally(() => { refreshing = null; });
  return refreshing;
}

function keep(json) { save({ token: json.accessToken ?? json.token, refreshToken: json.refreshToken ?? null }); }

export async function signIn(name, password) {
  const { json } = await send('POST', '/v1/auth/login', { userId: name, password });
  keep(json);
}

export async function signInWithToken(token) {
  save({ token, refreshToken: null });
  // Any answer but "who are you" will do: a view may not be there yet.
  try { await send('GET', '/v1/quotes?limit=1'); } catch (error) { if (error.status === 401) { save(null); throw error; } }
}

export function signOut() {
  const old = session;
  save(null);
  stream.stop();
  if (old?.refreshToken) send('POST', '/v1/auth/logout', { refreshToken: old.refreshToken }).catch(() => {});
  for (const listener of listeners) listener();
}
export const onSignOut = (listener) => listeners.add(listener);

export const query = (values) => {
  const text = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '')).toString();
  return text ? '?' + text : '';
};
export const get = async (path, values = {}) => (await request('GET', path + query(values))).json;
export const post = async (path, body) => (await request('POST', path, body, { 'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` })).json;

/** All pages of a list, up to a number of rows. */
export async function list(path, values = {}, most = 2000) {
  const items = [];
  let cursor = null;
  do {
    const page = await get(path, { ...values, limit: Math.min(500, most - items.length), cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor && items.length < most);
  return { items, isCut: cursor !== null };
}

// The live stream: one WebSocket for the whole page. Comes back by itself, behind the last message that it saw.
class Stream {
  #socket = null; #wanted = new Map(); #position = null; #resumes = false; #turn = 0; #tries = 0; #timer = 0; #watchdog = 0; #running = false;
  state = 'off';
  onState = () => {}; onTick = () => {}; onChange = () => {}; onReload = () => {};

  start() { if (!this.#running) { this.#running = true; this.#connect(); } }
  stop() {
    this.#running = false;
    this.#turn += 1;
    clearTimeout(this.#timer); clearTimeout(this.#watchdog);
    this.#position = null; this.#wanted.clear();
    this.#socket?.close();
    this.#set('off');
  }

  /** Follows a symbol until the returned function is called. */
  follow(symbol) {
    const count = this.#wanted.get(symbol) ?? 0;
    this.#wanted.set(symbol, count + 1);
    if (count === 0) this.#align();
    let isDone = false;
    return () => {
      if (isDone) return;
      isDone = true;
      const left = (this.#wanted.get(symbol) ?? 1) - 1;
      if (left > 0) return this.#wanted.set(symbol, left);
      this.#wanted.delete(symbol);
      this.#align();
    };
  }

  // A stream takes so many channels; what is beyond is asked for now and then instead (state.js).
  #most = 99; #active = new Set(); #flushing = 0;
  get unserved() { return [...this.#wanted.keys()].filter((symbol) => !this.#active.has(symbol)); }

  /** Brings what is followed in line with what is wanted, once for all that changes within a moment. */
  #align() {
    clearTimeout(this.#flushing);
    this.#flushing = setTimeout(() => {
      if (this.#socket?.readyState !== 1) return;
      const wanted = [...this.#wanted.keys()].slice(0, this.#most);
      const ask = (op, symbols) => symbols.length && this.#socket.send(JSON.stringify({ op, channels: symbols.map((symbol) => `market:${symbol}`) }));
      ask('unsubscribe', [...this.#active].filter((symbol) => !wanted.includes(symbol)));
      ask('subscribe', wanted.filter((symbol) => !this.#active.has(symbol)));
      this.#active = new Set(wanted);
    }, 50);
  }

  /** The network is back: no need to wait for the next try. */
  nudge() { if (this.#running && this.state === 'lost') { this.#tries = 0; this.#connect(); } }

  #set(state) { if (state !== this.state) { this.state = state; this.onState(state); } }

  async #connect() {
    clearTimeout(this.#timer);
    // Whatever an earlier try still brings is ignored.
    const turn = this.#turn += 1, isOld = () => turn !== this.#turn;
    this.#set(this.#tries ? 'lost' : 'connecting');
    let ticket;
    try { ticket = (await request('POST', '/v1/stream/ticket')).json.ticket; } catch { if (!isOld()) this.#retry(); return; }
    if (isOld()) return;
    this.#resumes = this.#position !== null;
    const address = new URL('/v1/ws', location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    address.search = query({ ticket, resume: this.#position, channels: 'user:me' });
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => {
      if (isOld()) return socket.close();
      this.#tries = 0;
      this.#active.clear();
      this.#align();
      this.#set('live');
      this.#listen();
    };
    socket.onmessage = (event) => { if (isOld()) return; this.#listen(); this.#take(JSON.parse(event.data)); };
    socket.onclose = () => {
      if (!isOld()) this.#retry();
    };
  }

  /** Heartbeats come every 15 s: a silent line is a dead one. */
  #listen() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#retry(), 40_000);
  }

  #retry() {
    if (!this.#running) return;
    this.#turn += 1;
    clearTimeout(this.#watchdog);
    this.#socket?.close();
    this.#socket = null;
    this.#tries += 1;
    // After a while away everything is read anew, whatever became of the place that was held.
    if (this.#tries > 5) this.#position = null;
    this.#set('lost');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), Math.min(10_000, 400 * 1.6 ** this.#tries) * (0.7 + Math.random() * 0.6));
  }

  #take(message) {
    if (message.id) this.#position = message.id;
    switch (message.type) {
      case 'tick': this.onTick(message); break;
      // What changed before this the server will not tell; of a place that was held it tells what was missed.
      case 'subscribed': if (!this.#resumes && message.channels.includes('user:me')) this.onReload(['user:me']); break;
      case 'change': this.onChange(message.views); break;
      case 'reload': this.onReload(message.channels); break;
    }
  }
}

export const stream = new Stream();
addEventListener('online', () => stream.nudge());
"""####,
        "app.css": ####"""
:root {
  color-scheme: light;
  --bg: #f5f6f8; --panel: #ffffff; --line: #dfe3e8; --soft: #eef1f4; --text: #16202b; --dim: #566273;
  --accent: #1452cc; --accent-text: #ffffff; --up: #08703f; --down: #b42318; --up-soft: #dcf3e6; --down-soft: #fde7e5;
  --warn: #8a4b00; --warn-soft: #fff0d6; --shadow: 0 1px 2px rgb(16 24 40 / .06);
  --radius: 10px; --gap: 16px;
}
:root[data-theme="dark"] {
  color-scheme: dark;
  --bg: #0b0f14; --panel: #121820; --line: #26303c; --soft: #1a222c; --text: #e6ebf1; --dim: #9aa7b6;
  --accent: #6ea3ff; --accent-text: #06101f; --up: #3ecf8e; --down: #ff7a70; --up-soft: #10301f; --down-soft: #3a1614;
  --warn: #f5b95c; --warn-soft: #33240c; --shadow: none;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
* { scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
html { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: var(--text); background: var(--bg); scrollbar-gutter: stable; }
body { margin: 0; min-height: 100vh; }
h1, h2, h3 { font-weight: 600; margin: 0; line-height: 1.25; }
h1 { font-size: 20px; } h2 { font-size: 15px; } h3 { font-size: 13px; }
p { margin: 0; }
a { color: var(--accent); }
button, input, select, textarea { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.num { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.up { color: var(--up); } .down { color: var(--down); } .dim { color: var(--dim); }
.skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; z-index: 9; background: var(--panel); padding: 8px; }
.boot { padding: 40px; text-align: center; color: var(--dim); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.shell { display: grid; grid-template-columns: 290px minmax(0, 1fr); grid-template-rows: 52px 1fr; min-height: 100vh; }
.top { grid-column: 1 / -1; position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 18px; padding: 0 16px; background: var(--panel); border-bottom: 1px solid var(--line); }
.brand { text-decoration: none; color: var(--text); display: flex; align-items: center; gap: 8px; font-weight: 700; letter-spacing: -.01em; }
.brand img { width: 22px; height: 22px; }
.nav { display: flex; gap: 2px; flex: 1; overflow-x: auto; scrollbar-width: none; }
.nav a { padding: 8px 11px; border-radius: 8px; text-decoration: none; color: var(--dim); white-space: nowrap; position: relative; }
.nav a:focus-visible, .tabs a:focus-visible { outline-offset: -2px; }
.nav a:hover { background: var(--soft); color: var(--text); }
.nav a[aria-current] { color: var(--accent); font-weight: 600; background: var(--soft); }
.badge { display: inline-block; min-width: 18px; padding: 0 5px; margin-left: 5px; border-radius: 9px; font-size: 11px; line-height: 18px; text-align: center; background: var(--accent); color: var(--accent-text); font-weight: 600; }
.pill { display: inline-flex; align-items: center; gap: 6px; padding: 3px 10px; border-radius: 99px; font-size: 12px; background: var(--soft); color: var(--dim); white-space: nowrap; min-width: 112px; justify-content: center; }
.pill::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
.pill.live { color: var(--up); background: var(--up-soft); } .pill.lost { color: var(--warn); background: var(--warn-soft); }
.icon { border: 0; background: none; padding: 6px 8px; border-radius: 8px; cursor: pointer; color: var(--dim); }
.icon:hover { background: var(--soft); color: var(--text); }

.watch { background: var(--panel); border-right: 1px solid var(--line); display: flex; flex-direction: column; position: sticky; top: 52px; height: calc(100vh - 52px); }
.watch header { padding: 10px 12px; border-bottom: 1px solid var(--line); display: grid; gap: 8px; }
.watch ul { list-style: none; margin: 0; padding: 0; overflow-y: auto; flex: 1; }
.watch li a { display: grid; grid-template-columns: minmax(0, 1fr) auto 58px; gap: 8px; align-items: baseline; padding: 9px 12px; font-size: 13px; border-bottom: 1px solid var(--soft); text-decoration: none; color: inherit; }
.watch li a:hover, .watch li a[aria-current] { background: var(--soft); }
.watch .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 500; }
.watch .name small { color: var(--dim); font-weight: 400; font-size: 10px; margin-left: 4px; }
.watch .change { font-size: 12px; }
.without-list { display: none; }

main > * { min-width: 0; }
main { padding: var(--gap); display: grid; gap: var(--gap); align-content: start; max-width: 1400px; min-width: 0; }
.panel { container-type: inline-size; background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); min-width: 0; }
.panel > header { display: flex; align-items: center; gap: 10px; padding: 12px 14px; border-bottom: 1px solid var(--line); flex-wrap: wrap; min-height: 49px; }
.panel > header h2 { margin-right: auto; }
.panel .body { padding: 14px; }
.grid2 { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--gap); align-items: start; }
.kpis { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }
.kpis.tight { grid-template-columns: repeat(auto-fit, minmax(116px, 1fr)); }
.kpi { box-shadow: 1px 1px 0 0 var(--line); padding: 12px 14px; display: grid; gap: 2px; align-content: start; min-height: 78px; }
.kpi .label { color: var(--dim); font-size: 12px; }
.kpi .value { font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; white-space: nowrap; }
.kpi .note { color: var(--dim); font-size: 12px; font-variant-numeric: tabular-nums; min-height: 17px; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { text-align: left; font-weight: 500; color: var(--dim); font-size: 12px; padding: 8px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; background: var(--panel); }
td { padding: 9px 12px; border-bottom: 1px solid var(--soft); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
tbody tr:hover { background: var(--soft); }
th.num, td.num { text-align: right; }
th button { border: 0; background: none; padding: 0; color: inherit; cursor: pointer; font: inherit; }
td a { color: inherit; text-decoration: none; font-weight: 500; } td a:hover { text-decoration: underline; }
tfoot td { font-weight: 600; border-top: 1px solid var(--line); }
.tag { display: inline-block; padding: 1px 7px; border-radius: 5px; font-size: 11px; font-weight: 600; background: var(--soft); color: var(--dim); }
.tag.up { background: var(--up-soft); color: var(--up); } .tag.down { background: var(--down-soft); color: var(--down); } .tag.warn { background: var(--warn-soft); color: var(--warn); }
@keyframes flash-up { from { background: var(--up-soft); } } @keyframes flash-down { from { background: var(--down-soft); } }
.flash-up { animation: flash-up .9s ease-out; } .flash-down { animation: flash-down .9s ease-out; }
@media (prefers-reduced-motion: reduce) { .flash-up, .flash-down { animation: none; } * { transition: none !important; } }

.btn { border: 1px solid var(--line); background: var(--panel); padding: 6px 12px; border-radius: 8px; cursor: pointer; min-height: 34px; }
.btn:hover { background: var(--soft); } .btn.primary { background: var(--accent); color: var(--accent-text); border-color: var(--accent); font-weight: 600; }
.btn:disabled { opacity: .55; cursor: default; }
.seg { display: inline-flex; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.seg button { border: 0; background: none; padding: 5px 11px; cursor: pointer; color: var(--dim); min-height: 30px; }
.seg button + button { border-left: 1px solid var(--line); } .seg button[aria-pressed="true"] { background: var(--soft); color: var(--accent); font-weight: 600; }
input, select, textarea { border: 1px solid var(--line); background: var(--panel); border-radius: 8px; padding: 7px 10px; min-height: 37px; width: 100%; }
input::placeholder { color: var(--dim); opacity: 1; }
.body > p + form { margin-top: 10px; }
form.row { display: flex; gap: 10px; flex-wrap: wrap; align-items: end; }
form.row label { flex: 1 1 120px; } label { display: grid; gap: 4px; font-size: 12px; color: var(--dim); }
label > input, label > select { color: var(--text); font-size: 14px; }
.filters label { display: flex; align-items: center; gap: 6px; } .filters { display: flex; gap: 8px; flex-wrap: wrap; } .filters select, .filters input { width: auto; min-height: 30px; padding: 4px 8px; font-size: 13px; }
.empty { padding: 34px 16px; text-align: center; color: var(--dim); display: grid; gap: 6px; justify-items: center; }
.empty strong { color: var(--text); font-weight: 600; }
.error { padding: 10px 14px; background: var(--down-soft); color: var(--down); border-radius: 8px; margin: 12px 14px; display: flex; gap: 10px; align-items: center; flex-wrap: wrap; }
/* As tall as what most often takes its place, so that nothing below jumps. */
.skeleton { height: 116px; padding: 14px; border-radius: 22px; background: var(--soft) content-box; } .body > .skeleton { height: 210px; padding: 0; border-radius: 8px; }
.more { padding: 10px; text-align: center; }

.chart { position: relative; height: min(62vh, 560px); min-height: 320px; }
.chart canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: pan-y; cursor: crosshair; }
.legend { position: absolute; top: 8px; left: 12px; font-size: 12px; color: var(--dim); font-variant-numeric: tabular-nums; pointer-events: none; display: flex; gap: 10px; flex-wrap: wrap; }
.legend b { color: var(--text); font-weight: 500; }
.price { display: flex; align-items: baseline; gap: 10px; } .price strong { font-size: 20px; font-variant-numeric: tabular-nums; }
svg.plot { display: block; width: 100%; height: auto; overflow: visible; }
svg.plot text { fill: var(--dim); font-size: 11px; font-variant-numeric: tabular-nums; }
svg.plot .gridline { stroke: var(--line); stroke-width: 1; } svg.plot .zero { stroke: var(--dim); stroke-width: 1; }
svg.plot .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; } svg.plot .area { fill: var(--accent); opacity: .1; }
svg.plot .under { fill: var(--down); opacity: .18; } svg.plot .underline { fill: none; stroke: var(--down); stroke-width: 1.5; }
svg.plot .bar-up { fill: var(--up); } svg.plot .bar-down { fill: var(--down); } svg.plot .bar-up:hover, svg.plot .bar-down:hover { opacity: .75; }
.sized { min-height: 210px; }
.months { display: flex; gap: 22px; flex-wrap: wrap; } .month h3 { color: var(--dim); font-weight: 500; margin-bottom: 6px; }
.days { display: grid; grid-template-columns: repeat(7, 27px); gap: 3px; }
.days span { height: 27px; border-radius: 5px; display: grid; place-items: center; font-size: 11px; background: var(--soft); color: var(--dim); }
.days .off { background: none; } .days .w { height: 18px; background: none; font-size: 10px; }
.days .g1 { background: var(--up-soft); color: var(--up); } .days .g2 { background: var(--up); color: var(--panel); font-weight: 600; }
.days .l1 { background: var(--down-soft); color: var(--down); } .days .l2 { background: var(--down); color: var(--panel); font-weight: 600; }

.feed { list-style: none; margin: 0; padding: 0; }
.feed li { display: grid; grid-template-columns: 10px minmax(0, 1fr) auto; gap: 10px; padding: 12px 14px; border-bottom: 1px solid var(--soft); align-items: start; }
.feed li:last-child { border-bottom: 0; } .feed .dot { width: 8px; height: 8px; border-radius: 50%; margin-top: 6px; background: transparent; } .feed .unread .dot { background: var(--accent); }
.feed .unread strong { font-weight: 600; } .feed strong { font-weight: 500; } .feed time { color: var(--dim); font-size: 12px; white-space: nowrap; }
progress { width: 120px; height: 8px; accent-color: var(--accent); }
.signin { min-height: 100vh; display: grid; align-content: center; place-items: center; padding: 20px; }
.signin .panel { width: min(400px, 100%); padding: 28px; display: grid; gap: 18px; }
.signin form { display: grid; gap: 12px; } .signin .brand { font-size: 20px; } .signin .brand img { width: 30px; height: 30px; }
.signin .error { margin: 0; }
code { font: 12px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--soft); padding: 1px 5px; border-radius: 4px; overflow-wrap: anywhere; }
dialog { border: 1px solid var(--line); border-radius: var(--radius); background: var(--panel); color: var(--text); padding: 20px; max-width: 460px; width: calc(100% - 32px); }
dialog::backdrop { background: rgb(0 0 0 / .45); } dl.keys { display: grid; grid-template-columns: auto 1fr; gap: 6px 16px; margin: 12px 0; } dl.keys dd { margin: 0; }
kbd { font: 12px ui-monospace, monospace; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; padding: 1px 6px; background: var(--soft); }
#toasts { position: fixed; right: 16px; bottom: 16px; display: grid; gap: 8px; z-index: 20; max-width: min(360px, calc(100% - 32px)); }
.toast { background: var(--text); color: var(--panel); padding: 10px 14px; border-radius: 8px; box-shadow: 0 6px 20px rgb(0 0 0 / .25); }
.stale .live-figure { color: var(--dim); }
.tabs { display: none; }

/* Nothing scrolls sideways: where a list has no room it is tighter, and then each row a card, its parts named. */
@container (max-width: 940px) { td, th { padding: 9px 7px; } .cards { font-size: 12px; } }
@container (max-width: 800px) { .holdings .wide { display: none; } }
@container (max-width: 800px) {
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards, .cards tbody { display: block; }
  .cards tbody tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px 12px; padding: 12px 14px; border-bottom: 1px solid var(--line); }
  .cards tbody tr:last-child { border-bottom: 0; }
  .cards td, .cards td.num { padding: 0; border: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  .cards td::before { content: attr(data-label); display: block; font-size: 11px; color: var(--dim); font-weight: 400; }
  .cards td::before { content: attr(data-label) / ""; }
  .cards td.lead, .cards td.when { grid-column: span 2; order: -3; font-size: 14px; } .cards td.figure { order: -2; text-align: right; font-weight: 600; }
  .cards td.when { order: -1; font-size: 12px; color: var(--dim); }
  .cards td.kind { order: -1; text-align: right; }
  .cards td.lead::before, .cards td.when::before, .cards td.figure::before, .cards td.kind::before { content: none; }
}
@media (max-width: 1120px) { .nav a { padding: 8px 6px; } .top { gap: 10px; } .top .brand span { display: none; } }
@media (max-width: 1080px) { .grid2 { grid-template-columns: minmax(0, 1fr); } .shell { grid-template-columns: 240px minmax(0, 1fr); } .watch li a { grid-template-columns: minmax(0, 1fr) auto; } .watch .change { display: none; } }
@media (max-width: 960px) {
  .shell { grid-template-columns: minmax(0, 1fr); grid-template-rows: 52px 1fr 56px; }
  .watch { display: none; } .shell[data-page="watch"] .watch { display: flex; position: static; height: auto; border: 0; } .shell[data-page="watch"] main { display: none; }
  .watch li a { grid-template-columns: minmax(0, 1fr) auto 76px; } .watch .change { display: block; }
  .nav { display: none; } .top { justify-content: space-between; } .top .spacer { flex: 1; } .top { gap: 8px; } .pill { min-width: 92px; }
  main { padding: 10px; gap: 10px; } :root { --gap: 10px; }
  .tabs { display: flex; position: fixed; z-index: 6; bottom: 0; left: 0; right: 0; background: var(--panel); border-top: 1px solid var(--line); overflow-x: auto; scrollbar-width: none; padding-bottom: env(safe-area-inset-bottom); }
  .tabs a { flex: 1 0 60px; padding: 9px 4px; text-align: center; font-size: 11px; color: var(--dim); text-decoration: none; min-height: 44px; display: grid; place-items: center; }
  .tabs a { position: relative; } .badge.corner { position: absolute; top: 3px; right: 4px; margin: 0; min-width: 16px; font-size: 10px; line-height: 16px; padding: 0 4px; }
  .tabs a[aria-current] { color: var(--accent); font-weight: 600; box-shadow: inset 0 2px var(--accent); }
  #toasts { bottom: 70px; } .chart { height: 52vh; }
  .without-list { display: block; } .with-list { display: none; }
  /* The figures of a candle stand above it: beside it there is no room. */
  .legend { top: 6px; right: 12px; gap: 0 10px; } .chart canvas { top: 44px; height: calc(100% - 44px); }
}
@media (max-width: 760px) {
  .kpis { grid-template-columns: repeat(2, minmax(0, 1fr)); } .kpi .value { font-size: 17px; }
  .kpi:last-child:nth-child(odd) { grid-column: span 2; }
  td, th { padding: 9px 10px; }
  .holdings td, .holdings th { padding: 9px 8px; } .holdings td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 96px; } .holdings .tag { font-size: 10px; }
  .wide { display: none !important; }
}
@media (max-width: 360px) { td, th, .holdings td, .holdings th { padding: 9px 6px; } .icon { padding: 6px; } }
"""####,
        "app.js": ####"""
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
"""####,
        "chart.js": ####"""
// One symbol: its candles, its price, and what may be done about it.
import { h, panel, replace, empty, failure, segments, show, toast, debounce, Turns } from './dom.js';
import { get, list, post } from './api.js';
import { units, price, percent, sign, quantity, money } from './money.js';
import { watch, dayChange, loadQuotes, quotes } from './state.js';
import { CandleChart } from './charts.js';

const INTERVALS = [['1m', '1m'], ['5m', '5m'], ['15m', '15m'], ['30m', '30m'], ['1h', '1h'], ['1d', '1D']];
const MINUTES = { '1m': 1, '5m': 5, '15m': 15, '30m': 30, '1h': 60 };
/** How far back is asked for, in days, so that a few hundred candles come. */
const BACK = { '1m': 3, '5m': 12, '15m': 30, '30m': 60, '1h': 120, '1d': 1100 };
const IST = 330 * 60_000;
/** Of a symbol whose first ticks have just come. */
const CANDLE_TRIES = 30, CANDLE_RETRY_MILLISECONDS = 1000;
/** Until the candles behind a new one's first tick are surely folded. */
const CANDLE_FOLD_MILLISECONDS = 2000;

/** Where the candle of a moment begins: buckets from the session's open, 09:15 (09:00 on MCX). */
function bucket(at, interval, exchange) {
  const midnight = Math.floor((at + IST) / 86_400_000) * 86_400_000 - IST;
  const open = midnight + (exchange === 'MCX' ? 540 : 555) * 60_000;
  if (interval === '1d') return open;
  const width = MINUTES[interval] * 60_000;
  return at < open ? open : open + Math.floor((at - open) / width) * width;
}

/** What the chart showed before: what it shows where no symbol is named. */
let lastSymbol = null;

export function chartPage(page, symbol) {
  symbol ??= lastSymbol;
  if (!symbol) {
    replace(page.root, panel('Chart', null, h('div.empty', h('strong', 'Choose a symbol'), h('span.with-list', 'Pick one from the list on the left, or press / to search.'), h('a.without-list', { href: '#/watch' }, 'All symbols'))));
    return;
  }
  lastSymbol = symbol;
  const [exchange, name] = symbol.split(/:(.*)/s);
  let interval = localStorage.getItem('tapefold.interval') ?? '5m', chart = null, stop = null, retry = null, tries = 0, isLive = false, isGone = false;
  const last = h('strong.live-figure', '–'), change = h('span.live-figure'), box = h('div', h('div.chart')), facts = h('div.kpis.tight', { hidden: true });
  const pick = segments('Interval', INTERVALS, interval, (value) => { interval = value; localStorage.setItem('tapefold.interval', value); load(); });
  const head = h('header', h('h2', name, ' ', h('small.dim', exchange)), h('div.price', last, change), pick);
  const cells = Object.fromEntries([['dayOpen', 'Open'], ['dayHigh', 'High'], ['dayLow', 'Low'], ['previousClose', 'Prev. close'], ['volume', 'Volume'], ['bid', 'Bid'], ['ask', 'Ask']].map(([key, label]) => {
    const value = h('div.value.live-figure', '–');
    facts.append(h('div.kpi', { hidden: true }, h('div.label', label), value));
    return [key, value];
  }));
  // Shown once it is known which figures stand above them, so that they do not jump.
  const forms = h('div.grid2', { hidden: true }, ruleForm(symbol), alertForm(symbol));
  replace(page.root, h('h1.sr', `Chart of ${symbol}`), h('section.panel', { 'aria-label': `Chart of ${symbol}` }, head, box), facts, forms);

  /** A tick comes straight from the log, its candle once the market view has folded it. */
  function loadSoon() {
    if (chart || retry !== null || !isLive || tries >= CANDLE_TRIES) return;
    tries += 1;
    retry = setTimeout(() => { retry = null; load(); }, CANDLE_RETRY_MILLISECONDS);
  }

  const turns = new Turns();
  async function load() {
    const wanted = interval, isCurrent = turns.begin();
    try {
      const { lastPrice, updatedAt } = await get(`/v1/quotes/${encodeURIComponent(symbol)}`);
      if (!quotes.has(symbol)) await loadQuotes([symbol]);
      const from = new Date(Date.parse(updatedAt) - BACK[wanted] * 86_400_000).toISOString();
      const { items } = await list(`/v1/candles/${encodeURIComponent(symbol)}`, { interval: wanted, from }, 3000);
      if (!isCurrent()) return;
      chart?.close();
      if (!items.length) { replace(box, empty('No candles yet', `The last price is ${price(lastPrice)}. Candles come with the ticks.`)); chart = null; loadSoon(); return; }
      tries = 0;
      chart = new CandleChart(wanted);
      replace(box, chart.element);
      chart.set(items);
    } catch (error) {
      if (!isCurrent()) return;
      replace(box, error.isMissing ? empty('No price has been seen', `${symbol} has not traded on this tape.`) : failure(error, load));
      if (error.isMissing) loadSoon();
    } finally { forms.hidden = false; }
  }

  /** Reads the newest candles again: those that ticks drew have no exact volume, and some ticks may have passed unseen. */
  async function loadNewest() {
    const from = chart?.candles.at(-3) ?? chart?.candles[0];
    if (!from) return load();
    const isCurrent = turns.begin();
    try {
      const { items } = await list(`/v1/candles/${encodeURIComponent(symbol)}`, { interval, from: new Date(from.time).toISOString() }, 3000);
      if (isCurrent()) chart.merge(items);
    } catch { /* the next candle asks again */ }
  }
  const loadNewestSoon = debounce(CANDLE_FOLD_MILLISECONDS, () => { if (!isGone) loadNewest(); });

  stop = watch(symbol, (quote, moved, tick) => {
    show(last, price(quote.lastPrice), '', moved);
    isLive ||= tick?.type === 'tick';
    loadSoon();
    const delta = dayChange(quote);
    show(change, delta ? `${percent(delta.percent)}` : '', delta ? sign(delta.value) : '');
    // A feed that gives the last price alone leaves the rest out.
    for (const [key, cell] of Object.entries(cells)) { cell.parentElement.hidden = (quote[key] ?? null) === null; show(cell, key === 'volume' ? quantity(quote[key]) : price(quote[key])); }
    facts.hidden = [...facts.children].every((fact) => fact.hidden);
    if (moved !== '' || tick?.type === 'tick') { const at = Date.parse(tick.time ?? quote.updatedAt); if (chart && tick?.type === 'tick' && chart.tick(tick, bucket(at, interval, exchange))) loadNewestSoon(); }
  });
  page.onTheme = () => chart?.redraw();
  page.onChange = (views) => { if (views.includes('market')) loadNewest(); };
  page.onLeave = () => { isGone = true; turns.end(); stop?.(); clearTimeout(retry); retry = -1; chart?.close(); };
  load();
}

/** Sends a form's command; says what was wrong where it was wrong. */
export async function submit(form, path, body, done) {
  const button = form.querySelector('button[type=submit]'), note = form.querySelector('.form-note');
  button.disabled = true;
  note.textContent = '';
  try {
    await post(path, body);
    toast(done);
    form.reset();
    return true;
  } catch (error) {
    note.textContent = error.isMissing ? 'This server does not take commands; produce the event instead.' : error.message;
    form.querySelector(`[name="${CSS.escape(error.problem?.field?.split('.').at(-1) ?? '')}"]`)?.focus();
    return false;
  } finally { button.disabled = false; }
}

export const field = (label, attributes) => h('label', label, h('input', { autocomplete: 'off', ...attributes }));
const number = (label, name, more = {}) => field(label, { name, inputmode: 'decimal', pattern: '[0-9]+([.][0-9]{1,8})?', title: 'a number such as 2450.5', ...more });
const text = (form, name) => { const value = new FormData(form).get(name); return value === '' || value === null ? undefined : value; };

export function ruleForm(symbol, done = () => {}) {
  const form = h('form.row', { 'data-form': 'rule', onsubmit: async (event) => {
    event.preventDefault();
    const body = { ruleId: crypto.randomUUID?.() ?? String(Date.now()), symbol: symbol ?? text(form, 'symbol'), minPrice: text(form, 'minPrice'), maxPrice: text(form, 'maxPrice'), quantity: text(form, 'quantity'), active: true };
    if (await submit(form, '/v1/cart/rules', body, `Rule placed for ${body.symbol}.`)) done();
  } }, symbol ? null : field('Symbol', { name: 'symbol', placeholder: 'NSE:RELIANCE', required: true }), number('From price', 'minPrice', { required: true }), number('To price', 'maxPrice', { required: true }), number('Quantity', 'quantity', { required: true }), h('button.btn.primary', { type: 'submit' }, 'Place rule'), h('p.form-note.down', { role: 'alert' }));
  return panel('New rule: buy in a range', null, h('div.body', h('p.dim', 'When the price enters this range the symbol goes into your cart. Nothing is bought until you place the orders there.'), form));
}

const CONDITIONS = [['crosses_above', 'rises through'], ['crosses_below', 'falls through'], ['above', 'is at or above'], ['below', 'is at or below'], ['percent_change', 'moved by % today'], ['in_range', 'is between']];
export const conditionText = (alert) => `${CONDITIONS.find(([key]) => key === alert.condition)?.[1] ?? alert.condition} ${alert.condition === 'percent_change' ? alert.threshold + ' %' : price(alert.threshold)}${alert.upper ? ` and ${price(alert.upper)}` : ''}`;

export function alertForm(symbol, done = () => {}) {
  const condition = h('select', { name: 'condition' }, CONDITIONS.map(([key, label]) => h('option', { value: key }, label)));
  const upper = number('And', 'upper');
  upper.hidden = true;
  condition.addEventListener('change', () => { upper.hidden = condition.value !== 'in_range'; });
  const form = h('form.row', { 'data-form': 'alert', onsubmit: async (event) => {
    event.preventDefault();
    const body = { alertId: crypto.randomUUID?.() ?? String(Date.now()), symbol: symbol ?? text(form, 'symbol'), condition: condition.value, threshold: text(form, 'threshold'), upper: condition.value === 'in_range' ? text(form, 'upper') : undefined, active: true };
    if (await submit(form, '/v1/alerts', body, `Alert set for ${body.symbol}.`)) { upper.hidden = true; done(); }
  } }, symbol ? null : field('Symbol', { name: 'symbol', placeholder: 'NSE:RELIANCE', required: true }), h('label', 'When the price', condition), field('Price, or percent', { name: 'threshold', inputmode: 'decimal', pattern: '-?[0-9]+([.][0-9]{1,8})?', required: true }), upper, h('button.btn.primary', { type: 'submit' }, 'Set alert'), h('p.form-note.down', { role: 'alert' }));
  return panel('New price alert', null, h('div.body', h('p.dim', 'You are told in your inbox when it happens.'), form));
}
"""####,
        "charts.js": ####"""
// Small charts of our own: a canvas for candles, SVG for curves and bars. Floats here are places on the screen.
import { svg, h } from './dom.js';
import { units, pixels, decimal, money, compactMoney, signedMoney, price, quantity, day, month, clock, longDay, dateTime, percent, sign } from './money.js';

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The least round number that is not below another one; a multiple of `least` where that is given. */
export function roundUp(raw, least = 0) {
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw && (!least || s % least === 0));
}

/** Round marks between two values, none closer together than `least`. */
function niceSteps(low, high, count, least = 0) {
  const span = high - low || Math.abs(high) || 1;
  const step = roundUp(Math.max(span / count, least), least);
  const list = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) list.push(Math.abs(value) < step * 1e-6 ? 0 : value);
  return list;
}

/** The words for an axis' marks, with as many digits as it takes to tell them apart. */
function markTexts(marks, format) {
  for (let digits = 1; digits < 6; digits += 1) {
    const texts = marks.map((mark) => format(mark, digits));
    if (new Set(texts).size === texts.length) return texts;
  }
  return marks.map((mark) => format(mark, 6));
}

/** Draws at the width there is, and again when that changes. */
function sized(draw) {
  const box = h('div.sized');
  let last = 0;
  new ResizeObserver(() => {
    const width = Math.round(box.clientWidth);
    if (width && width !== last) { last = width; box.replaceChildren(draw(width)); }
  }).observe(box);
  return box;
}

/** A curve over days: items of {day, value: BigInt units or number}. */
export const curve = (items, options) => sized((width) => curveAt(width, items, options));

function curveAt(width, items, { label, format = compactMoney, under = false, tall = 220, full = money }) {
  const left = 62, right = 10, top = 10, bottom = 24;
  const values = items.map((item) => typeof item.value === 'bigint' ? pixels(item.value) : item.value);
  let low = Math.min(0, ...values), high = Math.max(0, ...values);
  if (!under) { low = Math.min(...values); high = Math.max(...values); const pad = (high - low || Math.abs(high) || 1) * 0.06; low -= pad; high += pad; }
  if (low === high) high = low + 1;
  const x = (i) => left + (items.length < 2 ? 0 : i / (items.length - 1)) * (width - left - right);
  const y = (v) => top + (high - v) / (high - low) * (tall - top - bottom);
  const path = values.map((v, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)},${y(v).toFixed(1)}`).join('');
  const floor = under ? y(0) : tall - bottom;
  const plot = svg('svg', { class: 'plot', viewBox: `0 0 ${width} ${tall}`, role: 'img', 'aria-label': `${label}: from ${full(items[0].value)} to ${full(items.at(-1).value)} over ${items.length} days` });
  const steps = niceSteps(low, high, 4), texts = markTexts(steps, format);
  steps.forEach((step, i) => plot.append(svg('line', { class: 'gridline', x1: left, x2: width - right, y1: y(step), y2: y(step) }),
    svg('text', { x: left - 8, y: y(step) + 4, 'text-anchor': 'end' }, texts[i])));
  // Over more than a year a day alone would not say which.
  const isLong = new Date(items.at(-1).day) - new Date(items[0].day) > 330 * 86_400_000;
  const marks = Math.min(Math.max(2, Math.floor(width / 90)), 8, items.length);
  for (let k = 0; k < marks; k += 1) {
    const i = Math.round(k * (items.length - 1) / Math.max(1, marks - 1));
    plot.append(svg('text', { x: x(i), y: tall - 6, 'text-anchor': k === 0 ? 'start' : k === marks - 1 ? 'end' : 'middle' }, (isLong ? month : day)(new Date(items[i].day))));
  }
  plot.append(svg('path', { class: under ? 'under' : 'area', d: `${path}L${x(values.length - 1)},${floor}L${x(0)},${floor}Z` }),
    svg('path', { class: under ? 'underline' : 'curve', d: path }));
  const dot = svg('circle', { r: 4, fill: 'currentColor', visibility: 'hidden' });
  const note = h('p.dim.num', { 'aria-hidden': 'true' }, ' ');
  plot.append(dot);
  plot.addEventListener('pointermove', (event) => {
    const box = plot.getBoundingClientRect();
    const i = Math.max(0, Math.min(items.length - 1, Math.round(((event.clientX - box.left) / box.width * width - left) / (width - left - right) * (items.length - 1))));
    dot.setAttribute('cx', x(i)); dot.setAttribute('cy', y(values[i])); dot.setAttribute('visibility', 'visible');
    note.textContent = `${longDay(new Date(items[i].day))}   ${full(items[i].value)}`;
  });
  plot.addEventListener('pointerleave', () => { dot.setAttribute('visibility', 'hidden'); note.textContent = ' '; });
  return h('div', plot, note);
}

/** Vertical bars around zero: items of {label, value: BigInt or number, title}. */
export const bars = (items, options) => sized((width) => barsAt(width, items, options));

function barsAt(width, items, { label, format = compactMoney, tall = 210, least = 0 }) {
  const left = 62, right = 10, top = 10, bottom = 24;
  const values = items.map((item) => typeof item.value === 'bigint' ? pixels(item.value) : item.value);
  let low = Math.min(0, ...values), high = Math.max(0, ...values);
  if (low === high) high = 1;
  const y = (v) => top + (high - v) / (high - low) * (tall - top - bottom);
  const step = (width - left - right) / items.length, thick = Math.max(2, Math.min(46, step * 0.68));
  const plot = svg('svg', { class: 'plot', viewBox: `0 0 ${width} ${tall}`, role: 'img', 'aria-label': label + ': ' + items.map((item) => item.title).join('; ') });
  const marks = niceSteps(low, high, 4, least), texts = markTexts(marks, format);
  marks.forEach((mark, i) => plot.append(svg('line', { class: mark === 0 ? 'zero' : 'gridline', x1: left, x2: width - right, y1: y(mark), y2: y(mark) }),
    svg('text', { x: left - 8, y: y(mark) + 4, 'text-anchor': 'end' }, texts[i])));
  const every = Math.ceil(items.length / Math.max(1, Math.floor((width - left) / 58)));
  items.forEach((item, i) => {
    const v = values[i], centre = left + step * (i + 0.5);
    const rising = item.direction ? item.direction === 'up' : v >= 0;
    plot.append(svg('rect', { class: rising ? 'bar-up' : 'bar-down', x: centre - thick / 2, width: thick, y: Math.min(y(v), y(0)), height: Math.max(v ? 1 : 0, Math.abs(y(v) - y(0))), rx: 2 }, svg('title', item.title)));
    if (i % every === 0) plot.append(svg('text', { x: centre, y: tall - 6, 'text-anchor': 'middle' }, item.label));
  });
  return plot;
}

/** Months with a day's P&L in each square. `days`: Map of "2026-01-15" → BigInt. */
export function calendar(days, months = 6) {
  const keys = [...days.keys()].sort();
  if (!keys.length) return null;
  const last = new Date(keys.at(-1) + 'T00:00:00Z');
  let most = 0n;
  for (const value of days.values()) { const size = value < 0n ? -value : value; if (size > most) most = size; }
  const box = h('div.months');
  for (let back = months - 1; back >= 0; back -= 1) {
    const first = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - back, 1));
    if (first.toISOString().slice(0, 7) < keys[0].slice(0, 7)) continue;
    const grid = h('div.days');
    for (const w of ['M', 'T', 'W', 'T', 'F', 'S', 'S']) grid.append(h('span.w', { 'aria-hidden': 'true' }, w));
    for (let i = (first.getUTCDay() + 6) % 7; i > 0; i -= 1) grid.append(h('span.off'));
    for (const date = new Date(first); date.getUTCMonth() === first.getUTCMonth(); date.setUTCDate(date.getUTCDate() + 1)) {
      const key = date.toISOString().slice(0, 10), value = days.get(key);
      const size = value === undefined ? 0n : value < 0n ? -value : value;
      const shade = value === undefined || value === 0n ? '' : (value > 0n ? 'g' : 'l') + (size * 3n > most ? 2 : 1);
      const text = value === undefined ? `${longDay(date)}: nothing closed` : `${longDay(date)}: ${signedMoney(value)}`;
      grid.append(h('span' + (shade ? '.' + shade : ''), { title: text, 'aria-label': text, role: 'img' }, String(date.getUTCDate())));
    }
    box.append(h('div.month', h('h3', new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(first)), grid));
  }
  return box;
}

const read = (c) => ({ time: Date.parse(c.time), open: units(c.open), high: units(c.high), low: units(c.low), close: units(c.close), volume: units(c.volume) ?? 0n });

/** Candles on a canvas: drag to move, wheel or +/- to zoom, arrows for the crosshair. */
export class CandleChart {
  constructor(interval) {
    this.candles = []; this.interval = interval; this.shown = 90; this.offset = 0; this.hover = null; this.wanted = 0; this.dayVolume = null;
    this.canvas = h('canvas', { tabindex: '0', role: 'img', 'aria-label': 'Candlestick chart' });
    this.legend = h('div.legend', { 'aria-live': 'off' });
    this.element = h('div.chart', this.canvas, this.legend);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
    this.#listen();
  }

  set(candles) { this.candles = candles.map(read); this.offset = 0; this.shown = Math.max(24, Math.min(90, candles.length)); this.draw(); }

  /** The newest candles, read again: they replace those drawn from ticks. */
  merge(candles) {
    const before = this.candles.at(-1);
    const known = new Map(this.candles.map((c) => [c.time, c]));
    for (const c of candles) known.set(Date.parse(c.time), read(c));
    const last = known.get(before?.time);
    // Ticks come before their candle: what they have shown already is not taken back.
    if (last && last !== before) {
      last.close = before.close;
      if (before.high > last.high) last.high = before.high;
      if (before.low < last.low) last.low = before.low;
    }
    const grown = known.size - this.candles.length;
    this.candles = [...known.values()].sort((a, b) => a.time - b.time);
    if (this.offset > 0) this.offset += grown;
    this.redraw();
  }

  /** A tick moves the last candle or begins the next: then true. Its quantity is not all that traded since the tick before, for
      ticks are conflated; the volume grows by what the day's has grown, where the tape says that. */
  tick(tick, start) {
    const value = units(tick.lastPrice), last = this.candles.at(-1), day = units(tick.volume);
    const traded = day !== null && this.dayVolume !== null && day > this.dayVolume ? day - this.dayVolume : 0n;
    this.dayVolume = day;
    if (value === null || (last && start < last.time)) return false;
    const isNew = !last || start > last.time;
    if (isNew) {
      this.candles.push({ time: start, open: value, high: value, low: value, close: value, volume: traded });
      if (this.offset > 0) this.offset += 1;
    } else {
      last.close = value;
      if (value > last.high) last.high = value;
      if (value < last.low) last.low = value;
      last.volume += traded;
    }
    this.redraw();
    return isNew;
  }

  redraw() { if (!this.wanted) this.wanted = requestAnimationFrame(() => { this.wanted = 0; this.draw(); }); }

  #listen() {
    const c = this.canvas;
    let drag = null;
    c.addEventListener('pointerdown', (e) => { drag = { x: e.clientX, offset: this.offset }; c.setPointerCapture(e.pointerId); });
    c.addEventListener('pointerup', () => { drag = null; });
    // A finger that moves up or down scrolls the page: the drag is not ours then.
    c.addEventListener('pointercancel', () => { drag = null; this.hover = null; this.redraw(); });
    c.addEventListener('pointermove', (e) => {
      if (drag) this.offset = this.#bound(drag.offset + Math.round((e.clientX - drag.x) / this.step));
      const box = c.getBoundingClientRect();
      this.hover = { x: e.clientX - box.left, y: e.clientY - box.top };
      this.redraw();
    });
    c.addEventListener('pointerleave', () => { this.hover = null; this.redraw(); });
    c.addEventListener('wheel', (e) => { e.preventDefault(); this.#zoom(e.deltaY > 0 ? 1.15 : 1 / 1.15); }, { passive: false });
    c.addEventListener('keydown', (e) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
      if (move) { this.#step(move); e.preventDefault(); } else if (e.key === '+' || e.key === '=') this.#zoom(0.8);
      else if (e.key === '-') this.#zoom(1.25); else if (e.key === 'End') { this.offset = 0; this.hover = null; this.redraw(); }
    });
  }

  #bound(offset) { return Math.max(0, Math.min(Math.max(0, this.candles.length - 10), offset)); }
  #zoom(factor) { this.shown = Math.max(15, Math.min(600, Math.round(this.shown * factor))); this.offset = this.#bound(this.offset); this.redraw(); }
  #step(move) {
    const x = (this.hover?.x ?? this.plotRight - this.step / 2) + move * this.step;
    if (x > this.plotRight) this.offset = this.#bound(this.offset - 1); else if (x < 0) this.offset = this.#bound(this.offset + 1);
    else this.hover = { x, y: this.hover?.y ?? 80 };
    this.redraw();
  }

  draw() {
    const box = this.canvas.getBoundingClientRect();
    if (!box.width) return;
    const scale = devicePixelRatio || 1, canvas = this.canvas;
    canvas.width = box.width * scale; canvas.height = box.height * scale;
    const g = canvas.getContext('2d');
    g.scale(scale, scale);
    g.font = '11px system-ui, sans-serif';
    const right = 68, bottom = 24, width = box.width - right, height = box.height - bottom;
    this.plotRight = width;
    this.step = width / this.shown;
    const end = this.candles.length - this.offset, start = Math.max(0, end - this.shown);
    const seen = this.candles.slice(start, end);
    if (!seen.length) { this.legend.textContent = ''; return; }
    const colors = { up: css('--up'), down: css('--down'), line: css('--line'), dim: css('--dim'), text: css('--text'), panel: css('--panel'), accent: css('--accent'), ink: css('--accent-text') };
    let low = seen[0].low, high = seen[0].high, most = 1n;
    for (const c of seen) { if (c.low < low) low = c.low; if (c.high > high) high = c.high; if (c.volume > most) most = c.volume; }
    let bottomValue = pixels(low), topValue = pixels(high);
    const pad = (topValue - bottomValue || topValue * 0.01 || 1) * 0.08;
    bottomValue -= pad * 2.2; topValue += pad;
    const y = (v) => (topValue - v) / (topValue - bottomValue) * height;
    const x = (i) => width - (seen.length - i - 0.5) * this.step;
    g.strokeStyle = colors.line; g.fillStyle = colors.dim; g.lineWidth = 1; g.textBaseline = 'middle';
    for (const mark of niceSteps(bottomValue, topValue, 6)) {
      const at = Math.round(y(mark)) + 0.5;
      if (at > height - 4 || at < 6) continue;
      g.beginPath(); g.moveTo(0, at); g.lineTo(width, at); g.stroke();
      g.fillText(price(mark.toFixed(2)), width + 8, at);
    }
    this.#times(g, seen, x, height, colors);
    const thick = Math.max(1, Math.min(14, this.step * 0.66));
    seen.forEach((c, i) => {
      const color = c.close >= c.open ? colors.up : colors.down, centre = x(i);
      g.fillStyle = color; g.globalAlpha = 0.22;
      const tall = Number(c.volume * 1000n / most) / 1000 * height * 0.16;
      g.fillRect(centre - thick / 2, height - tall, thick, tall);
      g.globalAlpha = 1; g.strokeStyle = color; g.beginPath();
      g.moveTo(Math.round(centre) + 0.5, y(pixels(c.high))); g.lineTo(Math.round(centre) + 0.5, y(pixels(c.low))); g.stroke();
      const a = y(pixels(c.open)), b = y(pixels(c.close));
      if (c.close >= c.open && thick > 4) { g.fillStyle = colors.panel; g.fillRect(centre - thick / 2, Math.min(a, b), thick, Math.max(1, Math.abs(a - b))); g.strokeRect(centre - thick / 2 + 0.5, Math.min(a, b) + 0.5, thick - 1, Math.max(1, Math.abs(a - b) - 1)); } else g.fillRect(centre - thick / 2, Math.min(a, b), thick, Math.max(1, Math.abs(a - b)));
    });
    const last = this.candles.at(-1);
    this.#label(g, y(pixels(last.close)), price(last.close), last.close >= last.open ? colors.up : colors.down, colors, width, height, true);
    let shown = seen.at(-1);
    if (this.hover && this.hover.x <= width) {
      const i = Math.max(0, Math.min(seen.length - 1, Math.round(seen.length - 0.5 - (width - this.hover.x) / this.step)));
      shown = seen[i];
      g.setLineDash([4, 4]); g.strokeStyle = colors.dim; g.beginPath(); g.moveTo(x(i), 0); g.lineTo(x(i), height);
      if (this.hover.y < height) { g.moveTo(0, this.hover.y); g.lineTo(width, this.hover.y); }
      g.stroke(); g.setLineDash([]);
      if (this.hover.y < height) this.#label(g, this.hover.y, price((topValue - this.hover.y / height * (topValue - bottomValue)).toFixed(2)), colors.dim, colors, width, height, false);
    }
    this.#tell(shown);
  }

  #times(g, seen, x, height, colors) {
    g.fillStyle = colors.dim; g.textAlign = 'center';
    let lastAt = -100, lastDay = '';
    seen.forEach((c, i) => {
      const at = x(i), date = new Date(c.time), key = day(date), isNew = key !== lastDay;
      if (at - lastAt < (isNew ? 46 : 84) || at < 20) { if (isNew && this.interval !== '1d') return; if (!isNew || at - lastAt < 60) return; }
      lastAt = at; lastDay = key;
      g.fillText(isNew || this.interval === '1d' ? key : clock(date), at, height + 13);
    });
    g.textAlign = 'left';
  }

  #label(g, at, text, color, colors, width, height, line) {
    const y = Math.max(9, Math.min(height - 9, at));
    if (line) { g.setLineDash([2, 3]); g.strokeStyle = color; g.beginPath(); g.moveTo(0, at); g.lineTo(width, at); g.stroke(); g.setLineDash([]); }
    g.fillStyle = color; g.fillRect(width + 2, y - 9, 66, 18);
    g.fillStyle = colors.panel; g.fillText(text, width + 8, y);
  }

  #tell(c) {
    const change = c.open === 0n ? null : decimal((c.close - c.open) * 10_000_000_000n / c.open);
    const part = (name, value) => h('span', name + ' ', h('b', value));
    this.legend.replaceChildren(h('span', this.interval === '1d' ? longDay(new Date(c.time)) : dateTime(new Date(c.time).toISOString())), part('O', price(c.open)), part('H', price(c.high)), part('L', price(c.low)), part('C', price(c.close)),
      h('span.' + (sign(c.close - c.open) || 'dim'), percent(change)), part('Vol', quantity(c.volume)));
    this.canvas.setAttribute('aria-label', `Candlestick chart, ${this.candles.length} candles, last close ${price(this.candles.at(-1).close)}`);
  }

  close() { this.observer.disconnect(); }
}
"""####,
        "dom.js": ####"""
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
"""####,
        "icon.svg": ####"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1452cc"/><path d="M7 10h18l-5 6 5 6H7l5-6z" fill="#fff"/></svg>
"""####,
        "index.html": ####"""
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#0f141b" media="(prefers-color-scheme: dark)">
<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">
<title>Tapefold</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/app.css">
<script type="module" src="/assets/app.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<div id="app"><p class="boot">Loading…</p></div>
<div id="toasts" role="status" aria-live="polite"></div>
<noscript><p class="boot">The dashboard needs JavaScript. The same figures are at /v1/positions and /v1/analytics.</p></noscript>
</body>
</html>
"""####,
        "lists.js": ####"""
// Tables and lists: orders, trades, cart, alerts, inbox, operator.
import { h, panel, replace, empty, failure, skeleton, segments, toast, Turns } from './dom.js';
import { get, list, post, isAdmin } from './api.js';
import { units, money, signedMoney, price, quantity, dateTime, sign, whole, percent, sum } from './money.js';
import { ruleForm, alertForm, conditionText } from './chart.js';

const link = (row) => h('a', { href: `#/chart/${encodeURIComponent(`${row.exchange ?? 'NSE'}:${row.symbol}`)}` }, row.symbol ?? '–');
const side = (value) => value ? h('span.tag.' + (value === 'BUY' || value === 'LONG' ? 'up' : 'down'), value) : '–';
const STATUS = { EXECUTED: 'up', REJECTED: 'down', FAILED: 'down', CANCELLED: '', EXPIRED: '' };
/** An order of which only fills were seen, as after an import of trades, has no quantity to be filled. */
const orderStatus = (order) => (order.quantity ? h('td', { title: order.reason ?? '' }, status(order.status)) : h('td', { title: 'The order itself was not seen, only its fills.' }, h('span.tag', 'FILLS ONLY')));
const status = (value) => h('span.tag' + (STATUS[value] ? '.' + STATUS[value] : STATUS[value] === undefined ? '.warn' : ''), value.replaceAll('_', ' '));

/** A table's row; on phones it is a card, where a cell shows its column's name unless its place tells what it is. */
function line(item, columns) {
  return h('tr', { role: 'row' }, columns.map(([label, cell, kind, place]) => {
    const shown = cell(item), td = shown instanceof HTMLTableCellElement ? shown : h(kind ? 'td.num' : 'td', shown ?? '–');
    if (place) td.classList.add(place);
    td.setAttribute('role', 'cell');
    td.dataset.label = label;
    return td;
  }));
}
const cards = (caption, columns, body) => h('div.scroll', h('table.cards', { role: 'table' }, h('caption.sr', caption), h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map(([label, , kind]) => h(kind ? 'th.num' : 'th', { role: 'columnheader' }, label)))), body));

/** A list that is read page by page, with its columns and filters. */
function table(page, { title, path, columns, filters = [], emptyTitle, emptyText, view }) {
  const body = h('tbody', { role: 'rowgroup' }), box = h('div', skeleton()), values = {};
  let cursor = null;
  const turns = new Turns();
  const tools = h('div.filters', filters.map((filter) => filter.choices
    ? h('select', { 'aria-label': filter.label, onchange: (e) => { values[filter.name] = e.target.value; load(); } }, h('option', { value: '' }, filter.label), filter.choices.map((c) => h('option', { value: c }, c.replaceAll('_', ' '))))
    : h('label', filter.type === 'date' ? filter.label : null, h('input', { 'aria-label': filter.label, placeholder: filter.label, size: 14, type: filter.type ?? 'text', onchange: (e) => { values[filter.name] = filter.map ? filter.map(e.target.value) : e.target.value.trim(); load(); } }))));
  const more = h('button.btn', { type: 'button', onclick: () => read(false) }, 'Show more');
  async function read(isFirst) {
    const isCurrent = turns.begin();
    try {
      const answer = await get(path, { ...values, limit: 50, cursor: isFirst ? null : cursor });
      if (!isCurrent()) return;
      cursor = answer.nextCursor;
      const rows = answer.items.map((row) => line(row, columns));
      if (isFirst) body.replaceChildren(...rows); else body.append(...rows);
      if (!body.children.length) replace(box, Object.values(values).some(Boolean) ? empty('Nothing matches', 'Change or clear a filter.') : empty(emptyTitle, emptyText));
      else replace(box, cards(title, columns, body), cursor ? h('div.more', more) : null);
    } catch (error) { if (isCurrent()) replace(box, error.isMissing ? empty(title + ' are not served here', 'This server was built without that view.') : failure(error, load)); }
  }
  const load = () => read(true);
  page.onChange = (views) => { if (views.includes(view)) load(); };
  load();
  return panel(title, tools, box);
}

const signed = (value) => h('td.num' + (sign(value) ? '.' + sign(value) : ''), signedMoney(value));
const fromDay = { name: 'from', label: 'From', type: 'date', map: (v) => v ? `${v}T00:00:00+05:30` : '' };
const toDay = { name: 'to', label: 'To', type: 'date', map: (v) => v ? new Date(Date.parse(`${v}T00:00:00+05:30`) + 86_400_000).toISOString() : '' };

export function ordersPage(page, which = 'orders') {
  const kinds = {
    orders: () => table(page, { title: 'Orders', path: '/v1/orders', view: 'orders', emptyTitle: 'No orders yet', emptyText: 'Orders appear here as soon as they are placed.', filters: [{ name: 'status', label: 'Any status', choices: ['OPEN', 'PARTIALLY_FILLED', 'EXECUTED', 'CANCELLED', 'REJECTED', 'PENDING', 'TRIGGER_PENDING', 'EXPIRED', 'FAILED'] }, { name: 'symbol', label: 'Symbol' }],
      columns: [['Time', (o) => dateTime(o.placedAt ?? o.updatedAt), 0, 'when'], ['Type', (o) => side(o.side), 0, 'kind'], ['Instrument', link, 0, 'lead'], ['Product', (o) => o.product], ['Qty.', (o) => o.quantity ? `${quantity(o.filledQuantity ?? '0')} / ${quantity(o.quantity)}` : quantity(o.filledQuantity), 1], ['Price', (o) => o.price ? price(o.price) : o.orderType ?? '–', 1], ['Avg. price', (o) => price(o.averagePrice), 1], ['Status', orderStatus, 0, 'figure']] }),
    trades: () => table(page, { title: 'Trades', path: '/v1/trades', view: 'positions', emptyTitle: 'No trades yet', emptyText: 'Executions appear here.', filters: [{ name: 'side', label: 'Buy and sell', choices: ['BUY', 'SELL'] }, { name: 'symbol', label: 'Symbol' }, fromDay, toDay],
      columns: [['Time', (t) => dateTime(t.executedAt), 0, 'when'], ['Type', (t) => side(t.side), 0, 'kind'], ['Instrument', link, 0, 'lead'], ['Qty.', (t) => quantity(t.quantity), 1], ['Price', (t) => price(t.price), 1], ['Charges', (t) => money(t.fees), 1], ['Realised P&L', (t) => t.realizedPnl === null ? '–' : signed(t.realizedPnl), 1, 'figure'], ['Strategy', (t) => t.strategy], ['', (t) => t.voided ? h('span.tag.warn', 'VOID') : '']] }),
    closed: () => table(page, { title: 'Closed trades', path: '/v1/closed-trades', view: 'positions', emptyTitle: 'Nothing closed yet', emptyText: 'A trade is closed when its position is bought back or sold.', filters: [{ name: 'direction', label: 'Long and short', choices: ['LONG', 'SHORT'] }, { name: 'symbol', label: 'Symbol' }, fromDay, toDay],
      columns: [['Closed', (t) => dateTime(t.closedAt), 0, 'when'], ['Direction', (t) => side(t.direction), 0, 'kind'], ['Instrument', link, 0, 'lead'], ['Qty.', (t) => quantity(t.quantity), 1], ['Entry', (t) => price(t.entryPrice), 1], ['Exit', (t) => price(t.exitPrice), 1], ['Gross', (t) => signed(t.grossPnl), 1], ['Charges', (t) => money(t.fees), 1], ['Net P&L', (t) => signed(t.realizedPnl), 1, 'figure'], ['Category', (t) => t.category]] }),
  };
  const box = h('div');
  const pick = segments('What to list', [['orders', 'Orders'], ['trades', 'Trades'], ['closed', 'Closed trades']], which, (kind) => { history.replaceState(null, '', `#/orders/${kind}`); replace(box, kinds[kind]()); });
  replace(page.root, h('h1.sr', 'Orders and trades'), h('div', pick), box);
  replace(box, (kinds[which] ?? kinds.orders)());
}

/** By box, whose readings overtake each other. */
const reading = new WeakMap();

/** Reads a list into a box; tells what it means when it is empty or not there. */
async function section(box, path, values, draw, words) {
  if (!reading.has(box)) reading.set(box, new Turns());
  const isCurrent = reading.get(box).begin();
  try {
    const { items, answer } = await listWith(path, values);
    if (!isCurrent()) return;
    replace(box, items.length ? draw(items, answer) : empty(words.title, words.text));
    words.counted?.(items.length);
  } catch (error) { if (isCurrent()) replace(box, error.isMissing || error.status === 503 ? empty(words.title, error.isMissing ? 'This server was built without that view.' : error.message) : failure(error, () => section(box, path, values, draw, words))); }
}
async function listWith(path, values) { const answer = await get(path, { limit: 200, ...values }); return { items: answer.items ?? [], answer }; }

const rows = (caption, columns, items) => cards(caption, columns, h('tbody', { role: 'rowgroup' }, items.map((item) => line(item, columns))));

async function act(button, path, body, done, then) {
  button.disabled = true;
  try { await post(path, body); toast(done); then?.(); } catch (error) { toast(error.message); } finally { button.disabled = false; }
}
const button = (label, action) => h('button.btn', { type: 'button', onclick: (event) => action(event.currentTarget) }, label);

export function cartPage(page) {
  const cart = h('div', { 'data-list': 'cart' }, skeleton()), rules = h('div', { 'data-list': 'rules' }, skeleton());
  const again = () => setTimeout(load, 600);
  const checkout = button('Place all orders', (b) => act(b, '/v1/cart', { action: 'checkout' }, 'The orders are on their way.', again));
  const clear = button('Clear', (b) => act(b, '/v1/cart', { action: 'clear' }, 'The cart is being cleared.', again));
  replace(page.root, h('h1.sr', 'Cart and rules'), panel('Cart', [clear, checkout], cart), panel('Rules', null, rules), ruleForm(null, again));
  function load() {
    section(cart, '/v1/cart', {}, (items) => {
      const total = sum(items.map((i) => i.price ? units(i.price) * units(i.quantity) / 100_000_000n : 0n));
      return [rows('Cart', [['Instrument', link, 0, 'lead'], ['Qty.', (i) => quantity(i.quantity), 1], ['Price', (i) => i.price ? price(i.price) : 'market', 1], ['From', (i) => i.ruleIds?.length ? h('span.tag', 'RULE') : 'by hand'], ['Since', (i) => dateTime(i.addedAt ?? i.updatedAt), 0, 'when'], ['', (i) => button('Remove', (b) => act(b, '/v1/cart', { action: 'remove', symbol: `${i.exchange}:${i.symbol}`, quantity: i.quantity }, `${i.symbol} is being removed.`, again)), 0, 'figure']], items), h('p.more.dim', `Together about ${money(total)}`)];
    }, { title: 'Your cart is empty', text: 'Rules put symbols here when their price is right.', counted: (count) => { checkout.disabled = clear.disabled = count === 0; } });
    section(rules, '/v1/cart/rules', {}, (items) => rows('Rules', [['Instrument', link, 0, 'lead'], ['Range', (r) => `${price(r.minPrice)} – ${price(r.maxPrice)}`, 1], ['Qty.', (r) => quantity(r.quantity), 1], ['State', (r) => r.active === false ? h('span.tag', 'OFF') : r.armed === false ? h('span.tag.warn', { title: r.lastFiredAt ? `${dateTime(r.lastFiredAt)} at ${price(r.lastFiredPrice)}` : '' }, 'FIRED') : h('span.tag.up', 'WAITING'), 0, 'figure'], ['Fired', (r) => r.timesFired ? `${whole(r.timesFired)} ×` : 'not yet'], ['', (r) => r.active === false ? '' : button('Switch off', (b) => act(b, '/v1/cart/rules', { ruleId: r.ruleId, symbol: `${r.exchange}:${r.symbol}`, minPrice: r.minPrice, maxPrice: r.maxPrice, quantity: r.quantity, active: false }, 'The rule is being switched off.', again))]], items), { title: 'No rules yet', text: 'A rule watches a price for you, all day.' });
  }
  page.onChange = (views) => { if (views.some((v) => v === 'cart' || v === 'rules')) load(); };
  load();
}

/** An alert that still watches; one that was to trigger once is done when it has. */
const isOn = (alert) => (alert.status ?? 'active').toLowerCase() === 'active';

export function alertsPage(page) {
  const box = h('div', { 'data-list': 'alerts' }, skeleton());
  const again = () => setTimeout(load, 600);
  replace(page.root, h('h1.sr', 'Alerts'), panel('Price alerts', null, box), alertForm(null, again));
  function load() {
    section(box, '/v1/alerts', {}, (items) => rows('Alerts', [['Instrument', link, 0, 'lead'], ['When the price', conditionText], ['Triggered', (a) => a.timesTriggered ? `${whole(a.timesTriggered)} ×, last ${dateTime(a.lastTriggeredAt)} at ${price(a.lastTriggeredPrice)}` : 'not yet'], ['State', (a) => h('span.tag' + (isOn(a) ? '.up' : ''), (a.status ?? 'active').toUpperCase()), 0, 'figure'], ['', (a) => !isOn(a) ? '' : button('Switch off', (b) => act(b, '/v1/alerts', { alertId: a.alertId, symbol: `${a.exchange}:${a.symbol}`, condition: a.condition, threshold: a.threshold, upper: a.upper ?? undefined, active: false }, 'The alert is being switched off.', again))]], items), { title: 'No alerts yet', text: 'Set one below and you are told when it happens.' });
  }
  page.onChange = (views) => { if (views.includes('alerts')) load(); };
  load();
}

/** As many notifications as one press marks as read, and the pause between two: an API takes 20 commands a second. */
const READ_AT_ONCE = 500, READ_PAUSE_MILLISECONDS = 60;

export function inboxPage(page) {
  const box = h('div', { 'data-list': 'inbox' }, skeleton());
  let onlyUnread = false;
  const pick = segments('Which notifications', [[false, 'All'], [true, 'Unread']], false, (value) => { onlyUnread = value; load(); });
  /** One after the other, slower than commands are limited to. */
  async function readAll(b) {
    b.disabled = true;
    try {
      const { items } = await list('/v1/notifications', { unread: 'true' }, READ_AT_ONCE);
      for (const n of items) {
        await post(`/v1/notifications/${encodeURIComponent(n.notificationId)}/read`, {});
        await new Promise((done) => setTimeout(done, READ_PAUSE_MILLISECONDS));
      }
      toast(items.length ? `${whole(items.length)} marked as read.` : 'Nothing is unread.');
    } catch (error) { toast(error.message); } finally { b.disabled = false; }
  }
  replace(page.root, h('h1.sr', 'Notifications'), panel('Notifications', [button('Mark all read', readAll), pick], box));
  function load() {
    section(box, '/v1/notifications', onlyUnread ? { unread: 'true' } : {}, (items) => h('ul.feed', items.map((n) => {
      const unread = !n.readAt && n.status !== 'read' && n.status !== 'failed';
      const item = h('li' + (unread ? '.unread' : ''), h('span.dot', { title: unread ? 'unread' : 'read' }), h('div', h('strong', n.title), h('p.dim', n.body)), h('div', h('time', { datetime: n.visibleAt ?? n.sentAt ?? n.updatedAt ?? '' }, dateTime(n.visibleAt ?? n.sentAt ?? n.updatedAt)), unread ? h('div', button('Mark read', (b) => act(b, `/v1/notifications/${encodeURIComponent(n.notificationId)}/read`, {}, 'Marked as read.', () => { item.classList.remove('unread'); b.remove(); page.refreshBadge?.(); }))) : null));
      return item;
    })), { title: onlyUnread ? 'Nothing unread' : 'No notifications yet', text: 'Fills, alerts and rules report here.' });
  }
  page.onChange = (views) => { if (views.includes('notifications')) load(); };
  load();
}

export function operatorPage(page) {
  if (!isAdmin()) { replace(page.root, panel('Operator', null, empty('For operators only', 'Sign in with a token of role admin: tapefold token --user you --role admin'))); return; }
  const box = h('div', skeleton()), kpis = h('div.kpis');
  let showsLanes = false, newest = null, before = null, timer = 0, isGone = false;
  const fact = (label, value, tone = '') => h('div.kpi', h('div.label', label), h('div.value' + (tone ? '.' + tone : ''), value));
  replace(kpis, ['Views live', 'Lag, records', 'Records a second', 'Parked keys', 'Lanes without owner'].map((label) => fact(label, '–')));
  replace(page.root, h('h1.sr', 'Operator'), kpis, panel('Views', [h('span.dim', 'read every 2 s'), segments('How much to show', [[false, 'Views'], [true, 'Lanes too']], false, (all) => { showsLanes = all; if (newest) draw(...newest); })], box));
  async function load() {
    try {
      const { items } = await get('/v1/admin/views');
      if (isGone) return;
      const now = performance.now();
      const rate = (view) => { const old = before?.views.get(view.view); return old && old.build === view.build ? Math.max(0, (view.foldedRecords - old.foldedRecords) / ((now - before.at) / 1000)) : null; };
      const rates = new Map(items.map((view) => [view.view, rate(view)]));
      before = { at: now, views: new Map(items.map((view) => [view.view, view])) };
      draw(...newest = [items, rates]);
    } catch (error) { if (!isGone) replace(box, failure(error)); }
    if (!isGone) timer = setTimeout(load, 2000);
  }
  function draw(items, rates) {
    const lag = items.some((v) => v.lag === null) ? null : items.reduce((s, v) => s + v.lag, 0);
    const parked = items.reduce((s, v) => s + v.parkedKeys, 0), orphans = items.flatMap((v) => v.lanes).filter((l) => !l.owner).length;
    replace(kpis, fact('Views live', whole(items.length)), fact('Lag, records', whole(lag)), fact('Records a second', whole([...rates.values()].reduce((s, r) => s + (r ?? 0), 0))), fact('Parked keys', whole(parked), parked ? 'down' : ''), fact('Lanes without owner', whole(orphans), orphans ? 'down' : ''));
    const body = h('tbody');
    for (const view of items) {
      // A lane that is well is not worth a line unless somebody asks.
      const told = view.lanes.filter((lane) => showsLanes || !lane.owner || lane.paused || lane.parkedKeys);
      const lanes = told.map((lane) => h('tr', h('td.dim', `lane ${lane.lane}`), h('td', lane.owner ? h('span.dim', { title: `epoch ${lane.epoch}` }, lane.owner.slice(0, 40)) : h('span.tag.warn', 'NO OWNER'), ' ', lane.paused ? h('span.tag.warn', { title: lane.paused }, 'PAUSED') : null), h('td.num', whole(lane.lag)), h('td.num.wide', ''), h('td.num', lane.parkedKeys ? h('span.tag.down', whole(lane.parkedKeys)) : '0')));
      const build = view.rebuild ? h('div', h('progress', { max: 1, value: Math.min(1, view.rebuild.records / Math.max(1, view.rebuild.total)), 'aria-label': `Rebuild of ${view.view}` }), ` rebuild ${percent(String(Math.min(100, 100 * view.rebuild.records / Math.max(1, view.rebuild.total)).toFixed(1)), 1, false)} ${view.rebuild.running ? '' : 'stopped'}`) : null;
      const owned = view.lanes.filter((lane) => lane.owner).length;
      body.append(h('tr', h('td', h('strong', view.view), ' ', h('small.dim', { title: 'build' }, view.build), build), h('td', owned === view.lanes.length ? `${whole(owned)} lanes` : `${whole(owned)} of ${whole(view.lanes.length)} lanes`), h('td.num', h('strong', whole(view.lag))), h('td.num.wide', rates.get(view.view) === null ? '–' : `${whole(rates.get(view.view))}/s`), h('td.num', view.parkedKeys ? h('span.tag.down', `${whole(view.parkedKeys)} (${whole(view.parkedEvents)})`) : '0')), ...lanes);
    }
    replace(box, items.length ? h('div.scroll', h('table', h('caption.sr', 'Views'), h('thead', h('tr', h('th', 'View'), h('th', 'Lanes'), h('th.num', 'Lag'), h('th.num.wide', 'Rate'), h('th.num', 'Parked'))), body)) : empty('No view is live', 'Start the processors: tapefold up'));
  }
  page.onLeave = () => { isGone = true; clearTimeout(timer); };
  load();
}
"""####,
        "money.js": ####"""
// Exact decimals: strings from the API become BigInt units of 10^-8 for sums, and go to Intl as strings. Nothing that is
// money passes through a float, but for where a pixel is drawn.
const SCALE = 8, ONE = 10n ** 8n;

/** "-12.5" → -1250000000n; null for null. */
export function units(text) {
  if (text === null || text === undefined || text === '') return null;
  const negative = text[0] === '-';
  const [whole, fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const value = BigInt(whole || '0') * ONE + BigInt((fraction + '00000000').slice(0, SCALE));
  return negative ? -value : value;
}

/** Units back to a decimal string. */
export function decimal(value) {
  if (value === null) return null;
  const negative = value < 0n, size = negative ? -value : value;
  const fraction = (size % ONE).toString().padStart(SCALE, '0').replace(/0+$/, '');
  return (negative ? '-' : '') + (size / ONE).toString() + (fraction ? '.' + fraction : '');
}

const abs = (value) => (value < 0n ? -value : value);

/** The product of two numbers of units, rounded half to even. */
export function multiply(a, b) { return divideEven(a * b, ONE); }

/** A quotient of units as units; null for a zero denominator. */
export function divide(a, b) { return b === 0n ? null : divideEven(a * ONE, b); }

function divideEven(n, d) {
  if (d < 0n) { n = -n; d = -d; }
  const negative = n < 0n, size = abs(n);
  let q = size / d;
  const twice = (size % d) * 2n;
  if (twice > d || (twice === d && q % 2n === 1n)) q += 1n;
  return negative ? -q : q;
}

export const sum = (list) => list.reduce((total, value) => total + (value ?? 0n), 0n);

/** For drawing only. */
export const pixels = (value) => Number(value) / 1e8;

export const locale = navigator.languages?.[0] || 'en-IN';
const indian = /^(en|hi|bn|gu|kn|ml|mr|pa|ta|te)-IN$/.test(locale) ? locale : locale.startsWith('en') ? 'en-IN' : locale;
const ZONE = 'Asia/Kolkata';
const cache = new Map();
function formatter(options) {
  const key = JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(indian, options));
  return cache.get(key);
}
const asText = (value) => (typeof value === 'bigint' ? decimal(value) : value);

export const dash = '–';
export const money = (value, digits = 2) => value === null || value === undefined ? dash
  : formatter({ style: 'currency', currency: 'INR', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(asText(value));
export const signedMoney = (value, digits = 2) => value === null || value === undefined ? dash
  : formatter({ style: 'currency', currency: 'INR', signDisplay: 'exceptZero', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(asText(value));
export const compactMoney = (value, digits = 1) => value === null || value === undefined ? dash
  : formatter({ style: 'currency', currency: 'INR', notation: 'compact', maximumFractionDigits: digits }).format(asText(value));
export const price = (value) => value === null || value === undefined ? dash
  : formatter({ minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(asText(value));
export const quantity = (value) => value === null || value === undefined ? dash : formatter({ maximumFractionDigits: 8 }).format(asText(value));
export const whole = (value) => value === null || value === undefined ? dash : formatter({ maximumFractionDigits: 0 }).format(value);
export const ratio = (value, digits = 2) => value === null || value === undefined ? dash
  : formatter({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(asText(value));
export const percent = (value, digits = 2, signed = true) => value === null || value === undefined ? dash
  : formatter({ minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: signed ? 'exceptZero' : 'auto' }).format(asText(value)) + '%';

export const sign = (value) => {
  const n = typeof value === 'bigint' ? value : units(value);
  return n === null || n === 0n ? '' : n > 0n ? 'up' : 'down';
};

const dates = new Map();
function dateFormat(options) {
  const key = JSON.stringify(options);
  if (!dates.has(key)) dates.set(key, new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options }));
  return dates.get(key);
}
export const time = (text) => text ? dateFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(new Date(text)) : dash;
export const clock = (date) => dateFormat({ hour: '2-digit', minute: '2-digit', hour12: false }).format(date);
export const day = (date) => dateFormat({ day: 'numeric', month: 'short' }).format(date);
export const longDay = (date) => dateFormat({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(date);
export const month = (date) => dateFormat({ month: 'short', year: 'numeric' }).format(date);
export const dateTime = (text) => text ? dateFormat({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(text)) : dash;

/** The exchange's day, hour and weekday (Monday 0) of a time. India keeps no summer time: a fixed offset is exact. */
export function exchangeTime(text) {
  const local = new Date(Date.parse(text) + 330 * 60_000);
  return { day: local.toISOString().slice(0, 10), hour: local.getUTCHours(), weekday: (local.getUTCDay() + 6) % 7 };
}
"""####,
        "portfolio.js": ####"""
// The portfolio: what is held, what it is worth now, how it got there.
import { h, panel, replace, empty, failure, skeleton, show, segments, Turns } from './dom.js';
import { get, list } from './api.js';
import { units, sum, multiply, money, signedMoney, price, quantity, percent, sign, exchangeTime } from './money.js';
import { watch, loadQuotes, quotes, keyOf, dayChange } from './state.js';
import { curve, calendar } from './charts.js';

/** What moves with the price: the open quantity times what one of it stands for. */
const exposure = (position) => sum(position.openLots.map((lot) => multiply(units(lot.quantity), units(lot.multiplier))));

/** What the open lots were bought for; below zero where they were sold short. */
const costOf = (position) => sum(position.openLots.map((lot) => multiply(units(lot.price), multiply(units(lot.quantity), units(lot.multiplier)))));

/** The profit of the open lots at a price. */
const unrealized = (position, last) => (last === null ? null : multiply(last, position.exposure) - position.cost);

export function portfolioPage(page) {
  const kpi = (label) => { const value = h('div.value.live-figure', '–'), note = h('div.note', ' '); return { box: h('div.kpi', h('div.label', label), value, note), value, note }; };
  const top = { worth: kpi('Current value'), total: kpi('Unrealised P&L'), today: kpi('Day’s P&L'), realized: kpi('Realised P&L'), balance: kpi('Cash available') };
  const holdings = h('div', skeleton()), equityBox = h('div.body', skeleton()), drawBox = h('div.body', skeleton()), calendarBox = h('div.body', skeleton());
  let showsClosed = false, positions = [], stops = [];
  const turns = new Turns(), historyTurns = new Turns();
  const tools = segments('Which positions', [[false, 'Open'], [true, 'All']], false, (all) => { showsClosed = all; draw(); });
  const equityPanel = panel('Equity', null, equityBox);
  const below = [h('div.grid2', equityPanel, panel('Drawdown', null, drawBox)), panel('Daily P&L', null, calendarBox)];
  replace(page.root, h('h1.sr', 'Portfolio'), h('div.kpis', Object.values(top).map((k) => k.box)), panel('Positions', tools, holdings), below);
  // What stands below shows once all is there, so that nothing jumps.
  for (const box of below) box.hidden = true;

  async function load() {
    const isCurrent = turns.begin();
    try {
      const { items } = await list('/v1/positions', {}, 2000);
      for (const position of items) { position.exposure = exposure(position); position.cost = costOf(position); }
      await loadQuotes([...new Set(items.filter((p) => units(p.quantity) !== 0n).map(keyOf))]);
      if (!isCurrent()) return;
      positions = items;
      draw();
    } catch (error) { if (isCurrent()) replace(holdings, failure(error, load)); }
  }

  function draw() {
    stops.forEach((stop) => stop());
    stops = [];
    const shown = positions.filter((p) => showsClosed || units(p.quantity) !== 0n);
    if (!shown.length) { replace(holdings, positions.length ? empty('Nothing is open', 'All positions are closed. “All” shows them.') : empty('No positions yet', 'They appear here with the first trade.')); totals(); return; }
    const body = h('tbody');
    for (const position of shown) body.append(row(position));
    replace(holdings, h('div.scroll', h('table.holdings', h('caption.sr', 'Positions'), h('thead', h('tr', h('th', 'Instrument'), h('th.num', 'Qty.'), h('th.num.wide', 'Avg. cost'), h('th.num', 'LTP'), h('th.num.wide', 'Cur. value'), h('th.num', 'P&L'), h('th.num.wide', 'Net chg.'), h('th.num.wide', 'Day chg.'), h('th.num.wide', 'Realised'))), body)));
    totals();
  }

  function row(position) {
    const isOpen = units(position.quantity) !== 0n;
    const last = h('td.num.live-figure'), value = h('td.num.wide.live-figure'), pnl = h('td.num.live-figure'), net = h('td.num.wide.live-figure'), dayCell = h('td.num.wide.live-figure'), realized = h('td.num.wide');
    show(realized, signedMoney(position.realizedPnl), sign(position.realizedPnl));
    const side = units(position.quantity) < 0n ? h('span.tag.down', { title: 'Sold short' }, 'SHORT') : null;
    const update = (quote, moved = '') => {
      const now = units(quote?.lastPrice ?? position.lastPrice), profit = unrealized(position, now);
      const size = position.cost < 0n ? -position.cost : position.cost;
      show(last, price(now), '', moved);
      show(value, now === null || !isOpen ? '–' : money(multiply(now, position.exposure)));
      show(pnl, isOpen ? signedMoney(profit) : '–', isOpen ? sign(profit) : '', isOpen ? moved : '');
      show(net, profit === null || size === 0n ? '–' : percent(profit * 10_000_000_000n / size), sign(profit));
      const change = quote ? dayChange(quote) : null;
      show(dayCell, change ? percent(change.percent) : '–', change ? sign(change.value) : '');
      position.profit = profit; position.now = now;
      position.today = change && isOpen ? multiply(change.value, position.exposure) : null;
    };
    update(quotes.get(keyOf(position)));
    if (isOpen) stops.push(watch(keyOf(position), (quote, moved) => { update(quote, moved); if (moved) schedule(); }));
    return h('tr', h('td', h('a', { href: `#/chart/${encodeURIComponent(keyOf(position))}` }, position.symbol), ' ', h('small.dim.wide', position.exchange), ' ', side, position.account === 'main' ? null : h('span.tag', position.account)),
      h('td.num', quantity(position.quantity)), h('td.num.wide', isOpen ? price(position.averagePrice) : '–'), last, value, pnl, net, dayCell, realized);
  }

  let wanted = 0;
  const schedule = () => { if (!wanted) wanted = requestAnimationFrame(() => { wanted = 0; totals(); }); };
  function totals() {
    const open = positions.filter((p) => units(p.quantity) !== 0n);
    const priced = open.filter((p) => p.profit !== null && p.profit !== undefined);
    const worth = sum(priced.map((p) => multiply(p.now, p.exposure))), total = sum(priced.map((p) => p.profit)), moved = open.filter((p) => p.today !== null && p.today !== undefined), today = sum(moved.map((p) => p.today));
    const costs = priced.map((p) => p.cost);
    const invested = sum(costs), gross = sum(costs.map((cost) => (cost < 0n ? -cost : cost)));
    const realized = sum(positions.map((p) => units(p.realizedPnl)));
    show(top.worth.value, money(worth)); top.worth.note.textContent = `cost ${money(invested)}`;
    show(top.total.value, signedMoney(total), sign(total)); top.total.note.textContent = gross === 0n ? ' ' : percent(total * 10_000_000_000n / gross) + (priced.length < open.length ? ` · ${open.length - priced.length} of ${open.length} have no price` : '');
    show(top.today.value, moved.length || !open.length ? signedMoney(today) : '–', sign(today)); top.today.note.textContent = moved.length || !open.length ? 'since the last close' : 'last close unknown';
    show(top.realized.value, signedMoney(realized), sign(realized)); top.realized.note.textContent = 'after charges';
  }

  async function loadHistory() {
    const isCurrent = historyTurns.begin();
    try {
      const { items, isCut } = await list('/v1/closed-trades', {}, 5000);
      if (!isCurrent()) return;
      const days = new Map();
      for (const trade of items) { const key = exchangeTime(trade.closedAt).day; days.set(key, (days.get(key) ?? 0n) + units(trade.realizedPnl)); }
      replace(calendarBox, calendar(days) ?? empty('No closed trades yet', 'Each trading day’s realised profit or loss gets a square here.'), isCut ? h('p.dim', 'The newest 5,000 closed trades are counted.') : null);
      await loadEquity(days, isCurrent);
    } catch (error) { if (isCurrent()) for (const box of [equityBox, drawBox, calendarBox]) replace(box, failure(error, loadHistory)); }
  }

  async function loadEquity(days, isCurrent) {
    let points = null, note = '';
    try {
      const answer = await get('/v1/equity-curve', { limit: 1 });
      const { items } = await list('/v1/equity-curve', {}, 5000);
      points = items.map((p) => ({ day: p.day ?? p.date ?? p.time, value: units(p.equity), drop: p.drawdownPercent ?? null })).filter((p) => p.day && p.value !== null);
      if (answer.capitalBasis === 'assumed') note = 'No deposits are known: the curve starts from an assumed ' + money('1000000', 0) + '.';
    } catch (error) { if (!error.isMissing && error.status !== 503) throw error; }
    if (!isCurrent()) return;
    equityPanel.querySelector('h2').textContent = points ? 'Equity' : 'Realised P&L';
    if (!points) {
      let total = 0n;
      points = [...days.keys()].sort().map((key) => ({ day: key, value: (total += days.get(key)) }));
    }
    if (points.length < 2) { for (const box of [equityBox, drawBox]) replace(box, empty('Not enough days yet', 'The curve begins with the second trading day.')); return; }
    replace(equityBox, curve(points, { label: 'Equity', full: (v) => money(v) }), note ? h('p.dim', note) : null);
    let peak = points[0].value;
    const drops = points.map((p) => {
      if (p.drop !== null && p.drop !== undefined) { const value = -Math.abs(Number(p.drop)); return { day: p.day, value }; }
      if (p.value > peak) peak = p.value;
      return { day: p.day, value: p.value - peak };
    });
    if (drops.every((d) => d.value === 0n || d.value === 0)) { replace(drawBox, empty('No drawdown', 'Each day ended at a new high.')); return; }
    const inPercent = typeof drops[0].value === 'number';
    replace(drawBox, curve(drops, { label: 'Drawdown', under: true, ...(inPercent ? { format: percent, full: (v) => percent(v) } : { full: (v) => money(v) }) }));
  }

  async function loadBalance() {
    try {
      const answer = await get('/v1/balance');
      const row = answer.items?.find((item) => item.currency === 'INR') ?? answer.items?.[0] ?? answer;
      show(top.balance.value, money(row.available ?? row.balance)); top.balance.note.textContent = row.balance ? `balance ${money(row.balance)}` : 'no money has moved yet';
    } catch (error) { top.balance.box.hidden = error.isMissing; top.balance.note.textContent = 'not known yet'; }
  }

  page.onChange = (views) => { if (views.includes('positions')) { load(); loadHistory(); } else if (views.includes('analytics')) loadHistory(); if (views.includes('cash')) loadBalance(); };
  page.onLeave = () => { turns.end(); historyTurns.end(); stops.forEach((stop) => stop()); };
  loadBalance();
  Promise.all([load(), loadHistory()]).then(() => { for (const box of below) box.hidden = false; });
}
"""####,
        "state.js": ####"""
// What several pages look at: the last quote of every symbol, with the live ticks on top.
import { get, stream } from './api.js';
import { units } from './money.js';

export const quotes = new Map();
const watchers = new Map();
export const keyOf = (row) => `${row.exchange}:${row.symbol}`;

function put(quote) {
  const key = keyOf(quote), known = quotes.get(key);
  const at = Date.parse(quote.updatedAt ?? quote.time);
  // An older tick never overwrites a quote.
  if (known && known.at > at) return;
  const merged = { ...known, ...quote, at };
  quotes.set(key, merged);
  const before = units(known?.lastPrice), now = units(merged.lastPrice);
  const moved = before === null || before === undefined || now === before ? '' : now > before ? 'up' : 'down';
  for (const watcher of watchers.get(key) ?? []) watcher(merged, moved, quote);
}

stream.onTick = put;
setInterval(() => { if (stream.state === 'live' && stream.unserved.length) loadQuotes(stream.unserved).catch(() => {}); }, 5000);

/** Calls back with a symbol's quote, now and whenever it moves; returns how to stop. */
export function watch(key, watcher) {
  if (!watchers.has(key)) watchers.set(key, new Set());
  watchers.get(key).add(watcher);
  const stop = stream.follow(key);
  const known = quotes.get(key);
  if (known) watcher(known, '', known);
  return () => { watchers.get(key)?.delete(watcher); stop(); };
}

export async function loadQuotes(keys) {
  for (let i = 0; i < keys.length; i += 100) {
    const { items } = await get('/v1/quotes', { symbols: keys.slice(i, i + 100).join(','), limit: 100 });
    items.forEach(put);
  }
}

export async function someQuotes(count) {
  const { items } = await get('/v1/quotes', { limit: count });
  items.forEach(put);
  return items;
}

export const dayChange = (quote) => {
  const last = units(quote.lastPrice), before = units(quote.previousClose);
  return last === null || before === null || before === 0n ? null : { value: last - before, percent: (last - before) * 10_000_000_000n / before };
};
"""####,
    ]
}
