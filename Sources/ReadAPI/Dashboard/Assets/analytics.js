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
