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
