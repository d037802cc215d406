//! When users are hurt: stretches in which errors, latency or the age of messages are well above the calm.

use std::ops::Range;

use crate::sim::Figure;

use super::digest::{Digest, quantile};

/// Seconds of calm that end an incident.
const CALM: usize = 4;

/// The stretches of the run, in seconds, in which users are hurt.
pub fn stretches(digest: &Digest, queues: &[u32]) -> Vec<Range<usize>> {
    let usual = Usual::of(digest, queues);
    let hurt: Vec<bool> = (0..digest.seconds).map(|second| usual.is_hurt(digest, second)).collect();
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for second in (0..digest.seconds).filter(|second| hurt[*second]) {
        match stretches.last_mut() {
            Some(last) if second <= last.end + CALM => last.end = second + 1,
            _ => stretches.push(second..second + 1),
        }
    }
    // A single second counts where it hurt many.
    stretches.retain(|stretch| stretch.len() > 1 || error_share(digest, stretch.start) > 0.1);
    stretches
}

/// The share of requests that ended without a good answer in a second and the one before.
pub fn error_share(digest: &Digest, second: usize) -> f64 {
    let both = &digest.users[second.saturating_sub(1)..=second];
    let lost: f64 = both.iter().map(|users| users.lost).sum();
    let ended = lost + both.iter().map(|users| users.succeeded).sum::<f64>();
    if ended > 0.0 { lost / ended } else { 0.0 }
}

/// What is usual in this run.
struct Usual {
    /// In seconds.
    p95: f64,
    errors: f64,
    in_flight: f64,
    degraded: f64,
    /// Of each queue, the age of its oldest message in seconds.
    ages: Vec<(u32, f64)>,
}

impl Usual {
    fn of(digest: &Digest, queues: &[u32]) -> Usual {
        let seconds = || 1..digest.seconds;
        let low = |numbers: Vec<f64>, share: f64| quantile(numbers, share).unwrap_or(0.0);
        let age = |queue: &u32| {
            let ages = seconds().map(|second| digest.part(second, *queue).figure(Figure::OldestMessage));
            (*queue, low(ages.collect(), 0.2))
        };
        Usual {
            p95: low(digest.users.iter().skip(1).filter_map(|users| users.p95).collect(), 0.15),
            errors: low(seconds().map(|second| error_share(digest, second)).collect(), 0.1),
            in_flight: low(digest.users.iter().skip(2).map(|users| users.in_flight).collect(), 0.25),
            degraded: low(digest.users.iter().map(|users| users.degraded).collect(), 0.2),
            ages: queues.iter().map(age).collect(),
        }
    }

    fn is_hurt(&self, digest: &Digest, second: usize) -> bool {
        let users = &digest.users[second];
        let lost = users.lost + second.checked_sub(1).map_or(0.0, |before| digest.users[before].lost);
        let errors = error_share(digest, second);
        // One in ten is too many, however usual.
        let fails = lost >= 3.0 && errors > (2.0 * self.errors).clamp(0.03, 0.1);
        let slow = users.succeeded >= 3.0 && users.p95.is_some_and(|p95| p95 > 3.0 * self.p95 && p95 > self.p95 + 0.1);
        // Where nobody stops waiting, latency shows only once it is over.
        let waits = users.in_flight > 5.0 * self.in_flight + 10.0 && users.in_flight > users.wanted;
        let poorer = users.degraded > 3.0 * self.degraded + 2.0 && users.degraded > 0.1 * users.succeeded;
        let messages = self.ages.iter().any(|(queue, usual)| {
            let part = digest.part(second, *queue);
            let figures = [Figure::DroppedMessages, Figure::ExpiredMessages, Figure::LostMessages, Figure::DeadLetters];
            part.figure(Figure::OldestMessage) > (4.0 * usual).max(usual + 5.0)
                || figures.into_iter().any(|figure| part.figure(figure) > 0.0)
        });
        fails || slow || waits || poorer || messages
    }
}
