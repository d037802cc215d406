//! Rate limiters: pure state machines, for everybody together or for each user in a bounded table.
//!
//! Token bucket and leaky bucket are both the "generic cell rate algorithm" (ITU-T I.371): one remembered time says it all.
//! A token bucket lets an early request through, a leaky bucket makes it wait until its time.

use crate::design::{Algorithm, Limit, Per};
use crate::units::Time;

use super::random::mix;

/// Users that a limiter remembers one by one: sets of ways. A user who is pushed out begins anew, which errs in the
/// user's favour.
const SETS: usize = 4096;
const WAYS: usize = 4;
/// Cells that a sliding window is cut into.
const CELLS: usize = 16;

/// What a limiter says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on at once.
    Pass,
    /// Go on after this long.
    Wait(Time),
    /// Too many.
    Refuse,
}

/// A leaky bucket: what goes in comes out evenly spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Leak {
    /// When the next may come out, in ns (a float, so that a third of a second is no rounded number of ns).
    free: f64,
}

impl Leak {
    /// Puts one in; `places` may wait besides the one that comes out now.
    pub fn enter(&mut self, now: Time, gap: f64, places: u32) -> Verdict {
        let wait = self.free - now.0 as f64;
        if wait <= 0.0 {
            self.free = now.0 as f64 + gap;
            return Verdict::Pass;
        }
        // The last of `places` waits `places` gaps at most.
        if wait > gap * f64::from(places) + 0.5 {
            return Verdict::Refuse;
        }
        self.free += gap;
        Verdict::Wait(Time(wait as u64 + 1))
    }
}

/// The time between two requests at this rate, in ns.
pub fn gap(rate: f64) -> f64 {
    1e9 / rate
}

/// What is remembered of one user, or of all together.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Memory {
    /// Token bucket: when it will be full again, in ns. Leaky bucket: when the next may come out.
    time: f64,
    /// The number of the window or cell that was counted in last.
    window: u64,
    /// What was counted: in the window, or in each cell of a sliding one.
    cells: [u32; CELLS],
}

const NOTHING: Memory = Memory { time: 0.0, window: 0, cells: [0; CELLS] };

/// A rate limiter at run time.
#[derive(Clone, Debug)]
pub struct Limiter {
    /// What the design says.
    pub settings: Limit,
    /// One for all, or `SETS · WAYS` of them.
    memories: Vec<Memory>,
    /// Who each memory is of, and the last use of it.
    owners: Vec<(u32, Time)>,
}

impl Limiter {
    /// A limiter that has seen nothing.
    pub fn new(settings: &Limit) -> Limiter {
        let (memories, owners) = match settings.per {
            Per::Global => (1, 0),
            Per::Client => (SETS * WAYS, SETS * WAYS),
        };
        Limiter {
            settings: settings.clone(),
            memories: vec![NOTHING; memories],
            owners: vec![(u32::MAX, Time::ZERO); owners],
        }
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.memories.len() * size_of::<Memory>() + self.owners.len() * size_of::<(u32, Time)>()
    }

    /// Asks for a request of this user.
    pub fn ask(&mut self, now: Time, user: u32) -> Verdict {
        let place = self.place(now, user);
        let memory = &mut self.memories[place];
        let (rate, burst) = (self.settings.rate.0, self.settings.burst);
        let most = (rate * self.settings.window.as_secs_f64()).max(1.0) as u32;
        match self.settings.algorithm {
            Algorithm::TokenBucket => memory.take_token(now, gap(rate), burst),
            Algorithm::LeakyBucket => {
                let mut leak = Leak { free: memory.time };
                let verdict = leak.enter(now, gap(rate), burst);
                memory.time = leak.free;
                verdict
            }
            Algorithm::FixedWindow => memory.count_in_window(now, self.settings.window, most),
            Algorithm::SlidingWindow => memory.count_in_cells(now, self.settings.window, most),
        }
    }

    /// Where a user's memory is: its own, or the longest unused of its set.
    fn place(&mut self, now: Time, user: u32) -> usize {
        if self.owners.is_empty() {
            return 0;
        }
        let first = (mix(u64::from(user)) % SETS as u64) as usize * WAYS;
        let set = &mut self.owners[first..first + WAYS];
        let known = set.iter().position(|(owner, _)| *owner == user);
        let way = known.unwrap_or_else(|| (0..WAYS).min_by_key(|way| set[*way].1).unwrap_or(0));
        set[way] = (user, now);
        if known.is_none() {
            self.memories[first + way] = NOTHING;
        }
        first + way
    }
}

impl Memory {
    /// A token bucket that holds `burst` tokens is one whose time of being full lies at most `burst` gaps ahead.
    fn take_token(&mut self, now: Time, gap: f64, burst: u32) -> Verdict {
        let full = self.time.max(now.0 as f64) + gap;
        // Half a nanosecond of grace, for the rounding of sums.
        if full - now.0 as f64 > gap * f64::from(burst) + 0.5 {
            return Verdict::Refuse;
        }
        self.time = full;
        Verdict::Pass
    }

    fn count_in_window(&mut self, now: Time, window: Time, most: u32) -> Verdict {
        let number = now.0 / window.0;
        if number != self.window {
            (self.window, self.cells[0]) = (number, 0);
        }
        if self.cells[0] >= most {
            return Verdict::Refuse;
        }
        self.cells[0] += 1;
        Verdict::Pass
    }

    /// Counts the cell of now and the sixteen before it. That is a little more than the window, so that the limit holds in
    /// every stretch as long as it; the rate that passes is up to a sixteenth lower for it.
    fn count_in_cells(&mut self, now: Time, window: Time, most: u32) -> Verdict {
        let number = now.0 / (window.0 / (CELLS as u64 - 1)).max(1);
        for gone in 1..=number.saturating_sub(self.window).min(CELLS as u64) {
            self.cells[((self.window + gone) % CELLS as u64) as usize] = 0;
        }
        self.window = number;
        if self.cells.iter().sum::<u32>() >= most {
            return Verdict::Refuse;
        }
        self.cells[(number % CELLS as u64) as usize] += 1;
        Verdict::Pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;
    use crate::units::Rate;

    fn limiter(algorithm: Algorithm, rate: f64, burst: u32, per: Per) -> Limiter {
        Limiter::new(&Limit { algorithm, rate: Rate(rate), burst, per, window: Time::from_secs(1) })
    }

    /// The times let through of requests at these times; of a leaky bucket, when they come out.
    fn passed(limiter: &mut Limiter, times: impl Iterator<Item = u64>) -> Vec<u64> {
        let go = |at: u64| match limiter.ask(Time(at), 1) {
            Verdict::Pass => Some(at),
            Verdict::Wait(wait) => Some(at + wait.0),
            Verdict::Refuse => None,
        };
        times.filter_map(go).collect()
    }

    /// Arrivals in ns, at random: bursts and pauses, ten times the rate on average.
    fn arrivals(seed: u64, rate: f64, count: usize) -> Vec<u64> {
        let mut stream = Stream::new(seed, "arrivals");
        let mut at = 0;
        let step = |_| {
            let gap = if stream.below(50) == 0 { 2e9 } else { 0.2e9 } / rate;
            at += (stream.unit() * gap) as u64;
            at
        };
        (0..count).map(step).collect()
    }

    /// The most in any stretch of this length that starts with one that passed.
    fn most_within(passed: &[u64], length: u64) -> usize {
        let until = |start: &u64| passed.partition_point(|at| at < &(start + length));
        passed.iter().enumerate().map(|(index, start)| until(start) - index).max().unwrap_or(0)
    }

    #[test]
    fn a_token_bucket_lets_through_rate_times_time_plus_burst_and_no_more() {
        for seed in 0..20 {
            let (rate, burst) = (3.0 + seed as f64 * 7.0, 1 + seed as u32 * 3);
            let times = arrivals(seed, rate, 5000);
            let passed = passed(&mut limiter(Algorithm::TokenBucket, rate, burst, Per::Global), times.iter().copied());
            for seconds in [0.01, 0.1, 1.0, 7.3] {
                let most = most_within(&passed, (seconds * 1e9) as u64);
                assert!(most as f64 <= rate * seconds + f64::from(burst) + 1e-6, "seed {seed}: {most} in {seconds} s");
            }
            // And no less: the textbook's bucket, which counts tokens, lets the same ones through.
            let (mut tokens, mut last) = (f64::from(burst), 0);
            let textbook = times.into_iter().filter(|at| {
                tokens = (tokens + (at - last) as f64 / 1e9 * rate).min(f64::from(burst));
                last = *at;
                let passes = tokens >= 1.0 - 1e-9;
                tokens -= f64::from(u8::from(passes));
                passes
            });
            assert_eq!(passed, textbook.collect::<Vec<_>>(), "seed {seed}");
        }
    }

    #[test]
    fn a_token_bucket_under_steady_overload_passes_exactly_its_rate() {
        let times = (0..1_000_000u64).map(|step| step * 10_000);
        let passed = passed(&mut limiter(Algorithm::TokenBucket, 300.0, 20, Per::Global), times);
        assert!((3019..=3020).contains(&passed.len()), "20 at once and 300 a second for 10 s: {}", passed.len());
    }

    #[test]
    fn a_leaky_bucket_lets_out_evenly_and_refuses_beyond_its_places() {
        let mut bucket = limiter(Algorithm::LeakyBucket, 100.0, 5, Per::Global);
        // Twenty at once: one comes out now, five wait, the others are refused.
        let out = passed(&mut bucket, std::iter::repeat_n(1_000, 20));
        assert_eq!(out.len(), 6);
        for pair in out.windows(2) {
            assert!((pair[1] - pair[0]).abs_diff(10_000_000) <= 1, "{out:?}");
        }
        for seed in 0..10 {
            let mut bucket = limiter(Algorithm::LeakyBucket, 70.0, 8, Per::Global);
            let out = passed(&mut bucket, arrivals(seed, 70.0, 5000).into_iter());
            assert!(out.windows(2).all(|pair| pair[1] - pair[0] + 1 >= 1_000_000_000 / 70), "seed {seed}");
        }
    }

    /// A hundred requests just before a second ends, a hundred just after.
    fn at_the_edge() -> impl Iterator<Item = u64> {
        (0..100).map(|step| 990_000_000 + step * 100_000).chain((0..100).map(|step| 1_000_000_000 + step * 100_000))
    }

    #[test]
    fn a_fixed_window_lets_twice_as_much_through_at_its_edge() {
        let passed = passed(&mut limiter(Algorithm::FixedWindow, 100.0, 1, Per::Global), at_the_edge());
        assert_eq!(most_within(&passed, 20_000_000), 200);
    }

    #[test]
    fn a_sliding_window_holds_its_limit_in_every_stretch() {
        let sliding = || limiter(Algorithm::SlidingWindow, 100.0, 1, Per::Global);
        assert_eq!(passed(&mut sliding(), at_the_edge()).len(), 100);
        for seed in 0..10 {
            let times = arrivals(seed, 100.0, 20_000);
            let passed = passed(&mut sliding(), times.iter().copied());
            assert!(most_within(&passed, 1_000_000_000) <= 100, "seed {seed}");
            let least = 100.0 * (*times.last().unwrap() as f64 / 1e9) * 0.85;
            assert!(passed.len() as f64 >= least, "seed {seed}: {} of {least}", passed.len());
        }
    }

    #[test]
    fn each_user_has_a_bucket_of_its_own() {
        for algorithm in
            [Algorithm::TokenBucket, Algorithm::LeakyBucket, Algorithm::FixedWindow, Algorithm::SlidingWindow]
        {
            let mut limiter = limiter(algorithm, 2.0, 2, Per::Client);
            let first = (0..50).filter(|_| limiter.ask(Time(5), 7) != Verdict::Refuse).count();
            assert!((2..=3).contains(&first), "{algorithm:?}: {first}");
            assert_ne!(limiter.ask(Time(6), 8), Verdict::Refuse, "{algorithm:?}: another user is not spoilt");
            assert_eq!(limiter.ask(Time(7), 7), Verdict::Refuse, "{algorithm:?}: the first one is remembered");
        }
    }
}
