//! Real figures from simulated ones: where a simulated request stands for k real ones, whatever counts requests, or what
//! they share, is multiplied by k. Times and shares stay.

use std::sync::Arc;

use crate::design::{Design, Fault, Shrunk, hot_keys, shrink, shrink_fault};

use super::random::Alias;
use super::{Answers, ComponentFrame, Figure, Frame, Happening, LogEntry, Parts, WireFrame};

/// Different users that open traffic comes from.
const USERS: u32 = 1_000_000;

/// The scale of a run. A run has one from its start to its end.
#[derive(Clone, Debug)]
pub struct Magnifier {
    /// How many real requests a simulated one stands for.
    pub k: u32,
    /// Different users of each clients: in a scaled run they are fewer, each asking as often.
    pub users: u32,
    /// The design as it is in earnest; none where it is simulated as it is.
    whole: Option<Arc<Design>>,
    /// The servers whose instances were divided.
    fleets: Vec<u32>,
    /// Caches, and the bytes of their popular entries, which were not divided.
    hot_bytes: Vec<(u32, f64)>,
}

impl Magnifier {
    /// One simulated request for so many.
    pub fn new(k: u32) -> Magnifier {
        let k = k.max(1);
        Magnifier { k, users: USERS / k, whole: None, fleets: Vec::new(), hot_bytes: Vec::new() }
    }

    /// The design to simulate in place of this one; none if it is simulated as it is.
    pub fn shrink(&mut self, design: &Design) -> Option<Shrunk> {
        if self.k == 1 {
            return None;
        }
        self.whole = Some(Arc::new(design.clone()));
        Some(shrink(design, self.k))
    }

    /// The fault to strike with in place of this one.
    pub fn shrink_fault(&self, fault: &Fault) -> Fault {
        self.whole.as_ref().map_or_else(|| fault.clone(), |whole| shrink_fault(fault, whole, self.k))
    }

    /// Finds what was divided in a way of its own among the parts.
    pub fn place(&mut self, small: &Shrunk, parts: &Parts) {
        self.fleets = small.fleets.iter().filter_map(|name| parts.component(name)).collect();
        let place = |(name, bytes): &(String, f64)| Some((parts.component(name)?, *bytes));
        self.hot_bytes = small.hot_bytes.iter().filter_map(place).collect();
    }

    /// Makes a frame tell of real requests.
    pub fn magnify(&self, frame: &mut Frame) {
        if self.k == 1 {
            return;
        }
        let Frame { index: _, components, wires, users, classes, marks: _, log: _ } = frame;
        components.iter_mut().enumerate().for_each(|(part, frame)| self.component(part as u32, frame));
        wires.iter_mut().for_each(|wire| self.wire(wire));
        users.iter_mut().chain(classes).for_each(|answers| self.answers(answers));
    }

    /// Makes a log tell of real instances. It counts nothing else.
    pub fn magnify_log(&self, log: &mut [LogEntry]) {
        for entry in log {
            if let Happening::InstancesDied(part, count) | Happening::Scaled(part, count) = &mut entry.what
                && self.fleets.contains(part)
            {
                *count *= self.k;
            }
        }
    }

    fn counts(&self, counts: &mut [&mut u32]) {
        counts.iter_mut().for_each(|count| **count = count.saturating_mul(self.k));
    }

    fn means(&self, means: &mut [&mut f32]) {
        means.iter_mut().for_each(|mean| **mean *= self.k as f32);
    }

    fn component(&self, part: u32, frame: &mut ComponentFrame) {
        let ComponentFrame {
            arrivals,
            completions,
            shed,
            failed,
            dead,
            late,
            expired,
            began,
            waited,
            busy,
            servers,
            held,
            slots,
            waiting,
            capacity,
            hits,
            misses,
            stale,
            health: _,
            figures,
        } = frame;
        self.counts(&mut [arrivals, completions, shed, failed, dead, late, expired, began, hits, misses, stale]);
        self.means(&mut [busy, servers, held, slots, waiting, capacity]);
        *waited *= f64::from(self.k);
        for (figure, value) in figures {
            *value = self.figure(part, *figure, *value);
        }
    }

    /// What a figure is in earnest. A new one does not compile before it says so here.
    fn figure(&self, part: u32, figure: Figure, value: f32) -> f32 {
        use Figure::*;
        let k = self.k as f32;
        match figure {
            Connections | LockWaiters | UnappliedWrites | OwnWritesMissed | LostWrites | Evictions | Coalesced
            | UnwrittenKeys | UnwrittenLost | BytesServed | BytesFromOrigin | Backlog | InHand | Redelivered
            | Duplicates | OutOfOrder | DeadLetters | LostMessages | DroppedMessages | ExpiredMessages
            | IdleConsumers | LocksHeld | LeasesLost | UnsafeWrites | FencedWrites | Memory | LostWork | Limited
            | Filtered | Handshakes | Logins | BytesSaved | Lookups | Spent | ReadRepairs | Hints => value * k,
            LockWait | DiskUtilization | ReplicationLag | HottestShard | OldestMessage | MessageAge
            | LineUtilization | InSync => value,
            // Keys move at their own pace, all of them.
            KeysToMove => value,
            Instances if self.fleets.contains(&part) => value * k,
            Instances => value,
            MemoryUsed => {
                let hot = self.hot_bytes.iter().find(|(of, _)| *of == part).map_or(0.0, |(_, hot)| *hot as f32);
                value.min(hot) + (value - hot).max(0.0) * k
            }
        }
    }

    fn wire(&self, frame: &mut WireFrame) {
        let WireFrame {
            attempts,
            retries,
            hedges,
            ok,
            timed_out,
            refused,
            turned_away,
            shed,
            failed,
            beaten,
            degraded,
            late,
            lost,
            bytes,
            in_flight,
            breaker: _,
            sick: _,
        } = frame;
        self.counts(&mut [attempts, retries, hedges, ok, timed_out, refused, turned_away, shed, failed]);
        self.counts(&mut [beaten, degraded, late, lost]);
        *bytes *= u64::from(self.k);
        self.means(&mut [in_flight]);
    }

    fn answers(&self, answers: &mut Answers) {
        let Answers { issued, refreshes, succeeded, degraded, timed_out, refused, shed, failed, in_flight, latency } =
            answers;
        self.counts(&mut [issued, refreshes, succeeded, degraded, timed_out, refused, shed, failed, in_flight]);
        *latency = latency.times(self.k);
    }
}

/// Draws the keys of a class: all of them, or the popular ones and a sample of the others.
#[derive(Clone, Debug)]
pub struct KeyDraw {
    alias: Alias,
    /// The popular keys, all there.
    hot: u32,
    /// Beyond them, one key stands for so many neighbours.
    step: u32,
    count: u32,
}

impl KeyDraw {
    /// Keys 0..count after Zipf's law, in a run of this scale. A key that stands for its neighbours is asked for as often
    /// as they together: with a k-th of the requests, that is its own full rate.
    pub fn zipf(count: u32, exponent: f64, k: u32) -> KeyDraw {
        let hot = if k == 1 { count } else { hot_keys(k).min(count) };
        if hot == count {
            return KeyDraw { alias: Alias::zipf(count, exponent), hot, step: 1, count };
        }
        let weight = |rank: u32| libm::pow(f64::from(rank), -exponent);
        let rare = (hot..count).step_by(k as usize);
        let together = rare.map(|first| (first..(first + k).min(count)).map(|key| weight(key + 1)).sum());
        let weights: Vec<f64> = (1..=hot).map(weight).chain(together).collect();
        KeyDraw { alias: Alias::new(&weights), hot, step: k, count }
    }

    /// One draw.
    #[inline]
    pub fn draw(&self, stream: &mut super::random::Stream) -> u32 {
        let index = self.alias.draw(stream);
        if index < self.hot { index } else { self.key_of(index) }
    }

    /// The middle one of those that it stands for.
    fn key_of(&self, index: u32) -> u32 {
        (self.hot + (index - self.hot) * self.step + self.step / 2).min(self.count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Stream;
    use super::*;

    #[test]
    fn rare_keys_are_fewer_at_their_full_rate() {
        let (count, k, draws) = (20_000, 4, 4_000_000u32);
        let all = draw_all(&KeyDraw::zipf(count, 0.8, 1), count, draws);
        let sample = draw_all(&KeyDraw::zipf(count, 0.8, k), count, draws / k);
        let rates = |drawn: &[u32], keys: std::ops::Range<usize>| {
            let asked: Vec<u32> = drawn[keys].iter().copied().filter(|count| *count > 0).collect();
            (asked.len(), f64::from(asked.iter().sum::<u32>()) / asked.len() as f64)
        };
        let ((many, rate), (few, sampled)) = (rates(&all, 1000..2000), rates(&sample, 1000..2000));
        assert_eq!((many, few), (1000, 250));
        assert!((sampled / rate - 1.0).abs() < 0.03, "{sampled} for {rate}");
        // The popular ones are all there, each with a k-th of its requests.
        let hot = hot_keys(k) as usize;
        let ((many, rate), (few, thinned)) = (rates(&all, 0..hot), rates(&sample, 0..hot));
        assert_eq!((many, few), (hot, hot));
        assert!((f64::from(k) * thinned / rate - 1.0).abs() < 0.02, "{thinned} for {rate}");
    }

    fn draw_all(keys: &KeyDraw, count: u32, draws: u32) -> Vec<u32> {
        let (mut drawn, mut stream) = (vec![0; count as usize], Stream::new(5, "keys"));
        (0..draws).for_each(|_| drawn[keys.draw(&mut stream) as usize] += 1);
        drawn
    }
}
