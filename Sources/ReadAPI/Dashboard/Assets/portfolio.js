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
