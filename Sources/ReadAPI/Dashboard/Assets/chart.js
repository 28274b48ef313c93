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
