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
