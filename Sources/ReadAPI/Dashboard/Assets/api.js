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
