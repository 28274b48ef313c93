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
