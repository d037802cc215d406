//! What one would write for one workload and nothing else: the yardstick of the benches.
//!
//! A binary heap for random delays, queues for the constant ones, a slab of requests, no policies, no frames, no metrics.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::workload::Load;

/// xoshiro256++, and an exponential by inversion.
pub struct Dice(pub [u64; 4]);

impl Dice {
    fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An exponential time.
    pub fn exp(&mut self, mean_ns: f64) -> u64 {
        (-(1.0 - self.unit()).ln() * mean_ns) as u64
    }
}

#[derive(Clone, Copy, Default)]
struct Request {
    server: u32,
    key: u32,
    tries: u32,
    /// The timeout that is running; another number in the lane is a dead one.
    timer: u32,
    alive: bool,
}

const ARRIVE: u32 = 0;
const SERVED: u32 = 1;
const LOOKED_UP: u32 = 2;
const QUERIED: u32 = 3;
const RETRY: u32 = 4;

/// W2 and nothing else.
pub struct Reference {
    now: u64,
    sequence: u32,
    heap: BinaryHeap<Reverse<(u64, u32, u32, u32)>>,
    look_ups: VecDeque<(u64, u32, u32)>,
    timers: VecDeque<(u64, u32, u32)>,
    requests: Vec<Request>,
    free: Vec<u32>,
    load: Load,
    busy: Vec<u32>,
    waiting: Vec<VecDeque<u32>>,
    database: (u32, VecDeque<u32>),
    cache: Lru,
    zipf: Vec<(f64, u32)>,
    dice: Dice,
    next_server: u32,
    succeeded: u64,
}

impl Reference {
    /// A machine that has done nothing.
    pub fn new(load: Load) -> Reference {
        let weights: Vec<f64> = (1..=100_000).map(|rank| 1.0 / f64::from(rank)).collect();
        Reference {
            now: 0,
            sequence: 0,
            heap: BinaryHeap::new(),
            look_ups: VecDeque::new(),
            timers: VecDeque::new(),
            requests: Vec::new(),
            free: Vec::new(),
            load,
            busy: vec![0; load.servers as usize],
            waiting: vec![VecDeque::new(); load.servers as usize],
            database: (0, VecDeque::new()),
            cache: Lru::new(100_000, 10_000),
            zipf: alias(&weights),
            dice: Dice([1, 2, 3, 4]),
            next_server: 0,
            succeeded: 0,
        }
    }

    fn after(&mut self, delay: u64, kind: u32, request: u32) {
        self.sequence += 1;
        self.heap.push(Reverse((self.now + delay, self.sequence, kind, request)));
    }

    fn key(&mut self) -> u32 {
        let bits = self.dice.bits();
        let index = (((bits >> 32) * 100_000) >> 32) as usize;
        let (keep, other) = self.zipf[index];
        if f64::from(bits as u32) / 4_294_967_296.0 < keep { index as u32 } else { other }
    }

    fn send(&mut self, request: u32) {
        let server = self.next_server;
        self.next_server = (server + 1) % self.load.servers;
        self.sequence += 1;
        let slot = &mut self.requests[request as usize];
        (slot.server, slot.timer) = (server, self.sequence);
        self.timers.push_back((self.now + 1_000_000_000, self.sequence, request));
        if self.busy[server as usize] < self.load.workers {
            self.busy[server as usize] += 1;
            self.serve(request);
        } else if self.waiting[server as usize].len() < 256 {
            self.waiting[server as usize].push_back(request);
        } else {
            self.requests[request as usize].timer = 0;
            self.again(request);
        }
    }

    fn serve(&mut self, request: u32) {
        let time = self.dice.exp(5e6);
        self.after(time, SERVED, request);
    }

    fn again(&mut self, request: u32) {
        let slot = &mut self.requests[request as usize];
        slot.alive = false;
        let (tries, key) = (slot.tries, slot.key);
        if tries < 3 {
            let fresh = self.slot(key, tries + 1);
            let pause = (1e8 * f64::from(1 << (tries - 1)) * (0.5 + 0.5 * self.dice.unit())) as u64;
            self.after(pause, RETRY, fresh);
        }
    }

    fn slot(&mut self, key: u32, tries: u32) -> u32 {
        let request = Request { key, tries, alive: true, ..Request::default() };
        match self.free.pop() {
            Some(index) => {
                self.requests[index as usize] = request;
                index
            }
            None => {
                self.requests.push(request);
                self.requests.len() as u32 - 1
            }
        }
    }

    fn finish(&mut self, request: u32) {
        let slot = self.requests[request as usize];
        self.succeeded += u64::from(slot.alive);
        self.requests[request as usize].timer = 0;
        self.free.push(request);
        let server = slot.server as usize;
        match self.waiting[server].pop_front() {
            Some(next) => self.serve(next),
            None => self.busy[server] -= 1,
        }
    }

    fn handle(&mut self, kind: u32, request: u32) {
        match kind {
            ARRIVE => {
                let gap = self.dice.exp(1e9 / self.load.rate);
                self.after(gap, ARRIVE, 0);
                let key = self.key();
                let request = self.slot(key, 1);
                self.send(request);
            }
            SERVED => {
                self.sequence += 1;
                self.look_ups.push_back((self.now + 500_000, self.sequence, request));
            }
            LOOKED_UP if self.cache.hit(self.requests[request as usize].key) => self.finish(request),
            LOOKED_UP if self.database.0 < self.load.statements => {
                self.database.0 += 1;
                let time = self.dice.exp(8e6);
                self.after(time, QUERIED, request);
            }
            LOOKED_UP => self.database.1.push_back(request),
            QUERIED => {
                match self.database.1.pop_front() {
                    Some(next) => {
                        let time = self.dice.exp(8e6);
                        self.after(time, QUERIED, next);
                    }
                    None => self.database.0 -= 1,
                }
                self.cache.put(self.requests[request as usize].key);
                self.finish(request);
            }
            _ => self.send(request),
        }
    }

    /// Runs it to its end and gives the requests that succeeded.
    pub fn run(mut self) -> u64 {
        self.after(0, ARRIVE, 0);
        loop {
            let heap = self.heap.peek().map_or((u64::MAX, 0), |Reverse(next)| (next.0, next.1));
            let look_up = self.look_ups.front().map_or((u64::MAX, 0), |next| (next.0, next.1));
            let timer = self.timers.front().map_or((u64::MAX, 0), |next| (next.0, next.1));
            let next = heap.min(look_up).min(timer);
            if next.0 >= self.load.end_ns {
                return self.succeeded;
            }
            self.now = next.0;
            if next == timer {
                let (_, sequence, request) = self.timers.pop_front().expect("it was seen");
                if self.requests[request as usize].timer == sequence {
                    self.again(request);
                }
            } else if next == look_up {
                let (_, _, request) = self.look_ups.pop_front().expect("it was seen");
                self.handle(LOOKED_UP, request);
            } else {
                let Reverse((_, _, kind, request)) = self.heap.pop().expect("it was seen");
                self.handle(kind, request);
            }
        }
    }
}

/// Walker's alias table.
fn alias(weights: &[f64]) -> Vec<(f64, u32)> {
    let scale = weights.len() as f64 / weights.iter().sum::<f64>();
    let mut share: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
    let mut table: Vec<(f64, u32)> = (0..weights.len() as u32).map(|index| (1.0, index)).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|&index| share[index] < 1.0);
    while let (Some(less), Some(&more)) = (small.pop(), large.last()) {
        table[less] = (share[less], more as u32);
        share[more] -= 1.0 - share[less];
        if share[more] < 1.0 {
            large.pop();
            small.push(more);
        }
    }
    table
}

/// An LRU of keys by a doubly linked list over arrays.
struct Lru {
    /// For each key: before, after; u32::MAX is none, and a key that is its own successor is absent.
    links: Vec<(u32, u32)>,
    first: u32,
    last: u32,
    held: u32,
    most: u32,
}

impl Lru {
    fn new(keys: u32, most: u32) -> Lru {
        Lru { links: (0..keys).map(|key| (key, key)).collect(), first: u32::MAX, last: u32::MAX, held: 0, most }
    }

    fn unlink(&mut self, key: u32) {
        let (before, after) = self.links[key as usize];
        match before {
            u32::MAX => self.first = after,
            before => self.links[before as usize].1 = after,
        }
        match after {
            u32::MAX => self.last = before,
            after => self.links[after as usize].0 = before,
        }
        self.links[key as usize] = (key, key);
    }

    fn link(&mut self, key: u32) {
        self.links[key as usize] = (self.last, u32::MAX);
        match self.last {
            u32::MAX => self.first = key,
            last => self.links[last as usize].1 = key,
        }
        self.last = key;
    }

    fn hit(&mut self, key: u32) -> bool {
        let held = self.links[key as usize].1 != key;
        if held {
            self.unlink(key);
            self.link(key);
        }
        held
    }

    fn put(&mut self, key: u32) {
        if self.links[key as usize].1 != key {
            return;
        }
        if self.held == self.most {
            self.unlink(self.first);
        } else {
            self.held += 1;
        }
        self.link(key);
    }
}

/// A closed population: `users` think for a time, are served for a time, and think again; `requests` in all.
pub fn closed(users: u32, think_ns: f64, service_ns: f64, requests: u64) -> impl FnOnce() -> u64 {
    let (mut dice, mut heap) = (Dice([1, 2, 3, 4]), BinaryHeap::new());
    (0..users).for_each(|user| heap.push(Reverse((dice.exp(think_ns), user, false))));
    move || {
        let mut served = 0;
        while served < requests {
            let Some(Reverse((now, user, in_service))) = heap.pop() else { break };
            served += u64::from(in_service);
            let mean = if in_service { think_ns } else { service_ns };
            heap.push(Reverse((now + dice.exp(mean), user, !in_service)));
        }
        served
    }
}
