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
