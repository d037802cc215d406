// W2 of `performance.md` as one would write it by hand in JavaScript, and nothing else: the yardstick of the engine in wasm.
// Typed arrays throughout and no object on the way: a 4-ary heap for random delays, rings for the constant ones, the next
// arrival in a variable. No policies, no frames, no metrics: the same as ../reference/mod.rs.

const KEYS = 100_000;
const HELD = 10_000;
const SERVERS = 10;
const WORKERS = 16;
const ROOM = 256;
const STATEMENTS = 200;
const TRIES = 3;

const SERVED = 0;
const QUERIED = 1;
const RETRY = 2;

// xoshiro128++ on 32-bit integers, as a Worker may not have a better one.
let [s0, s1, s2, s3] = [1, 2, 3, 4];
function bits() {
  const sum = (s0 + s3) | 0;
  const result = (((sum << 7) | (sum >>> 25)) + s0) | 0;
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = (s3 << 11) | (s3 >>> 21);
  return result >>> 0;
}
const exponential = (mean) => -Math.log((bits() + 1) / 4294967296) * mean;

/** Walker's alias table of Zipf's law with exponent 1. */
const [keep, other] = (() => {
  const share = new Float64Array(KEYS);
  let sum = 0;
  for (let key = 0; key < KEYS; key++) sum += share[key] = 1 / (key + 1);
  const [keep, other] = [new Float64Array(KEYS).fill(1), new Int32Array(KEYS)];
  const [small, large] = [[], []];
  for (let key = 0; key < KEYS; key++) {
    share[key] *= KEYS / sum;
    (share[key] < 1 ? small : large).push(key);
  }
  while (small.length > 0 && large.length > 0) {
    const [less, more] = [small.pop(), large[large.length - 1]];
    [keep[less], other[less]] = [share[less], more];
    share[more] -= 1 - share[less];
    if (share[more] < 1) small.push(large.pop());
  }
  return [keep, other];
})();

function draw() {
  const place = bits() / 4294967296 * KEYS;
  const key = place | 0;
  return place - key < keep[key] ? key : other[key];
}

/** First in, first out, of times and two numbers each; it grows. */
class Ring {
  constructor() {
    [this.head, this.tail, this.mask] = [0, 0, 1023];
    [this.times, this.who, this.which] = [new Float64Array(1024), new Int32Array(1024), new Int32Array(1024)];
  }
  push(time, who, which) {
    if (this.tail - this.head > this.mask) this.grow();
    const at = this.tail++ & this.mask;
    this.times[at] = time;
    this.who[at] = who;
    this.which[at] = which;
  }
  grow() {
    const size = this.mask + 1;
    for (const name of ["times", "who", "which"]) {
      const larger = new this[name].constructor(2 * size);
      for (let i = 0; i < size; i++) larger[i] = this[name][(this.head + i) & this.mask];
      this[name] = larger;
    }
    [this.head, this.tail, this.mask] = [0, size, 2 * size - 1];
  }
}

/** Runs so many seconds of W2 from the start and gives the requests that succeeded. */
export function byHand(seconds) {
  [s0, s1, s2, s3] = [1, 2, 3, 4];
  const end = seconds * 1e9;
  let now = 0;
  let succeeded = 0;

  // A heap of times, each with a kind and a request. Ties are as good as impossible in doubles, and harmless.
  let room = 1024;
  let times = new Float64Array(room);
  let whats = new Int32Array(room);
  let count = 0;
  const after = (delay, kind, request) => {
    if (count === room) {
      const [moreTimes, moreWhats] = [new Float64Array(2 * room), new Int32Array(2 * room)];
      moreTimes.set(times);
      moreWhats.set(whats);
      [times, whats, room] = [moreTimes, moreWhats, 2 * room];
    }
    const time = now + delay;
    let at = count++;
    while (at > 0) {
      const above = (at - 1) >> 2;
      if (times[above] <= time) break;
      times[at] = times[above];
      whats[at] = whats[above];
      at = above;
    }
    times[at] = time;
    whats[at] = (kind << 24) | request;
  };
  const drop = () => {
    const time = times[--count];
    const what = whats[count];
    let at = 0;
    for (;;) {
      const first = 4 * at + 1;
      if (first >= count) break;
      const last = Math.min(first + 4, count);
      let least = first;
      let leastTime = times[first];
      for (let child = first + 1; child < last; child++) {
        const childTime = times[child];
        if (childTime < leastTime) {
          least = child;
          leastTime = childTime;
        }
      }
      if (leastTime >= time) break;
      times[at] = leastTime;
      whats[at] = whats[least];
      at = least;
    }
    times[at] = time;
    whats[at] = what;
  };

  // Requests in a slab, freed slots in a stack.
  let slots = 4096;
  let grown = 0;
  let freeCount = 0;
  let [serverOf, keyOf, triesOf, timerOf, alive, free] = Array.from({ length: 6 }, () => new Int32Array(slots));
  const slot = (key, tries) => {
    if (freeCount === 0 && grown === slots) {
      slots *= 2;
      const larger = (array) => {
        const copy = new Int32Array(slots);
        copy.set(array);
        return copy;
      };
      [serverOf, keyOf, triesOf, timerOf, alive, free] = [serverOf, keyOf, triesOf, timerOf, alive, free].map(larger);
    }
    const request = freeCount > 0 ? free[--freeCount] : grown++;
    keyOf[request] = key;
    triesOf[request] = tries;
    alive[request] = 1;
    return request;
  };

  const timers = new Ring();
  const lookUps = new Ring();
  let timer = 0;

  const busy = new Int32Array(SERVERS);
  const waiting = Array.from({ length: SERVERS }, () => new Ring());
  let nextServer = 0;
  let statements = 0;
  const asking = new Ring();

  const again = (request) => {
    alive[request] = 0;
    const tries = triesOf[request];
    if (tries < TRIES) {
      const pause = 1e8 * (1 << (tries - 1)) * (0.5 + (0.5 * bits()) / 4294967296);
      after(pause, RETRY, slot(keyOf[request], tries + 1));
    }
  };
  const send = (request) => {
    const server = nextServer;
    nextServer = server + 1 === SERVERS ? 0 : server + 1;
    serverOf[request] = server;
    timerOf[request] = ++timer;
    timers.push(now + 1e9, request, timer);
    if (busy[server] < WORKERS) {
      busy[server]++;
      after(exponential(5e6), SERVED, request);
    } else if (waiting[server].tail - waiting[server].head < ROOM) {
      waiting[server].push(0, request, 0);
    } else {
      timerOf[request] = 0;
      again(request);
      free[freeCount++] = request;
    }
  };

  // The least recently used: a list over the keys themselves; a key that follows itself is not held.
  const before = new Int32Array(KEYS);
  const behind = Int32Array.from({ length: KEYS }, (_, key) => key);
  let [first, last, held] = [-1, -1, 0];
  const unlink = (key) => {
    const [ahead, next] = [before[key], behind[key]];
    if (ahead < 0) first = next;
    else behind[ahead] = next;
    if (next < 0) last = ahead;
    else before[next] = ahead;
    behind[key] = key;
  };
  const link = (key) => {
    before[key] = last;
    behind[key] = -1;
    if (last < 0) first = key;
    else behind[last] = key;
    last = key;
  };

  const finish = (request) => {
    succeeded += alive[request];
    timerOf[request] = 0;
    free[freeCount++] = request;
    const server = serverOf[request];
    const line = waiting[server];
    if (line.head < line.tail) after(exponential(5e6), SERVED, line.who[line.head++ & line.mask]);
    else busy[server]--;
  };

  let arrival = 0;
  for (;;) {
    const random = count > 0 ? times[0] : Infinity;
    const lookUp = lookUps.head < lookUps.tail ? lookUps.times[lookUps.head & lookUps.mask] : Infinity;
    const timeout = timers.head < timers.tail ? timers.times[timers.head & timers.mask] : Infinity;
    const constant = lookUp < timeout ? lookUp : timeout;
    const soonest = random < constant ? random : constant;
    if (arrival <= soonest) {
      if (arrival >= end) return succeeded;
      now = arrival;
      arrival += exponential(1e9 / 15_000);
      send(slot(draw(), 1));
      continue;
    }
    if (soonest >= end) return succeeded;
    now = soonest;
    if (random === soonest) {
      const what = whats[0];
      drop();
      const request = what & 0xffffff;
      const kind = what >> 24;
      if (kind === SERVED) {
        lookUps.push(now + 500_000, request, 0);
      } else if (kind === RETRY) {
        send(request);
      } else {
        if (asking.head < asking.tail) after(exponential(8e6), QUERIED, asking.who[asking.head++ & asking.mask]);
        else statements--;
        const key = keyOf[request];
        if (behind[key] === key) {
          if (held === HELD) unlink(first);
          else held++;
          link(key);
        }
        finish(request);
      }
    } else if (lookUp === soonest) {
      const request = lookUps.who[lookUps.head++ & lookUps.mask];
      const key = keyOf[request];
      if (behind[key] !== key) {
        if (key !== last) {
          unlink(key);
          link(key);
        }
        finish(request);
      } else if (statements < STATEMENTS) {
        statements++;
        after(exponential(8e6), QUERIED, request);
      } else {
        asking.push(0, request, 0);
      }
    } else {
      const at = timers.head++ & timers.mask;
      const request = timers.who[at];
      if (timerOf[request] === timers.which[at]) again(request);
    }
  }
}
