//! The users: open traffic along a curve, a closed population that thinks, patience, and impatient reloads.

use crate::design::{self, Arrivals, Names};
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Duration};
use crate::sim::random::{Alias, Stream};
use crate::sim::tally::Meter;
use crate::sim::turn::Turns;
use crate::sim::{Outcome, Step};

/// Clients at run time.
#[derive(Clone, Debug)]
pub struct Clients {
    /// What the design says.
    pub settings: design::Clients,
    /// The wires that requests leave by, in turn.
    pub turns: Turns,
    /// Requests and how they ended.
    pub meter: Meter,
    /// Gaps between arrivals. A stream of its own: whatever the design does, the same users come at the same time.
    arrivals: Stream,
    /// What a request is about.
    wishes: Stream,
    /// Who asks for what: the classes' shares.
    mix: Option<Alias>,
    /// The traffic curve in seconds and per second.
    curve: Vec<(f64, f64)>,
    /// The arrival event that is running; 0 is none.
    next: u32,
    /// Users of the closed population, thinking or waiting.
    population: u32,
    /// The high bits of its users' numbers: users of different clients are different users.
    first_user: u32,
    think: Duration,
    hesitation: Duration,
    patience: Option<Delay>,
    /// How many times as often users come, in a surge.
    surge: f64,
    /// The key that everybody asks for.
    hot: Option<HotKey>,
    /// Who asks for it. A stream of its own: all others go on asking for what they would have.
    crowd: Stream,
}

/// A key that a share of all requests ask for.
#[derive(Clone, Debug)]
struct HotKey {
    share: f64,
    key: u32,
    /// Whether requests of each class may; empty is all.
    classes: Vec<bool>,
}

impl Clients {
    /// Clients that have asked for nothing.
    pub fn new(settings: &design::Clients, seed: u64, name: &str) -> Clients {
        Clients {
            settings: settings.clone(),
            turns: Turns::default(),
            meter: Meter::default(),
            arrivals: Stream::new(seed, &format!("{name}/arrivals")),
            wishes: Stream::new(seed, &format!("{name}/wishes")),
            mix: None,
            curve: Vec::new(),
            next: 0,
            population: 0,
            first_user: 0,
            think: Duration { distribution: settings.think, constant: None },
            hesitation: Duration { distribution: settings.hesitation, constant: None },
            patience: None,
            surge: 1.0,
            hot: None,
            crowd: Stream::new(seed, &format!("{name}/crowd")),
        }
    }

    /// When the rate's area from `now` on has grown by `area`; never if the rate stays 0 before.
    ///
    /// The inversion method for a non-homogeneous Poisson process (Çinlar 1975), exact for a piecewise-linear rate:
    /// on a segment with rate r + s·x the area is r·x + s·x²/2, a quadratic in x.
    fn after(&self, now: f64, mut area: f64) -> Option<f64> {
        let next = self.curve.partition_point(|(at, _)| *at <= now);
        let mut start = now;
        for index in next..=self.curve.len() {
            let rate = self.rate(start, index);
            let Some(&(end, rate_end)) = self.curve.get(index) else {
                return (rate > 0.0).then(|| start + area / rate);
            };
            let span = end - start;
            let whole = (rate + rate_end) / 2.0 * span;
            if area < whole {
                let slope = (rate_end - rate) / span;
                let root = (rate * rate + 2.0 * slope * area).max(0.0).sqrt();
                // The form that does not cancel for small slopes.
                return Some(start + (2.0 * area / (rate + root)).min(span));
            }
            area -= whole;
            start = end;
        }
        None
    }

    /// The rate at a time between the points `index - 1` and `index`.
    fn rate(&self, at: f64, index: usize) -> f64 {
        match (index.checked_sub(1).map(|before| self.curve[before]), self.curve.get(index)) {
            (None, None) => 0.0,
            (Some((_, rate)), None) => rate,
            (None, Some((_, rate))) => *rate,
            // Two points at one time are a step: from there on the second counts.
            (Some((from, _)), Some((to, high))) if *to <= from => *high,
            (Some((from, low)), Some((to, high))) => low + (high - low) * (at - from) / (to - from),
        }
    }
}

impl Simulation {
    #[inline(always)]
    pub(super) fn clients(&mut self, at: u32) -> &mut Clients {
        match &mut self.parts[at as usize].behavior {
            Behavior::Clients(clients) => clients,
            _ => unreachable!("only clients want something"),
        }
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_clients(&mut self, at: u32, settings: &design::Clients) {
        let turns = Turns::new(&self.wires_to(at, |_| true), &self.wires, self.classes.len());
        let (think, hesitation) = (self.prepared(settings.think), self.prepared(settings.hesitation));
        let patience = settings.patience.map(|patience| self.calendar.constant(patience));
        let shares: Vec<f64> =
            self.classes.iter().map(|class| if class.active { class.cost.share } else { 0.0 }).collect();
        let others = self.parts.iter().take(at as usize).filter(|part| matches!(part.behavior, Behavior::Clients(_)));
        let first_user = (others.count() as u32) << super::USER_BITS;
        let clients = self.clients(at);
        clients.first_user = first_user;
        if !clients.turns.same_wires(&turns) {
            clients.turns = turns;
        }
        let curve = settings.traffic.0.iter().map(|(time, rate)| (time.as_secs_f64(), rate.0)).collect();
        let same = clients.next != 0 && clients.curve == curve && clients.settings.arrivals == settings.arrivals;
        (clients.settings, clients.curve) = (settings.clone(), curve);
        (clients.think, clients.hesitation, clients.patience) = (think, hesitation, patience);
        clients.mix = (shares.iter().sum::<f64>() > 0.0).then(|| Alias::new(&shares));
        let newcomers = settings.users.saturating_sub(clients.population);
        clients.population += newcomers;
        if !same {
            self.plan_arrival(at);
        }
        (0..newcomers).for_each(|_| self.think(at));
    }

    fn plan_arrival(&mut self, at: u32) {
        let Behavior::Clients(clients) = &mut self.parts[at as usize].behavior else { return };
        let area = match clients.settings.arrivals {
            Arrivals::Poisson => self.exponential.draw(&mut clients.arrivals),
            Arrivals::Even => 1.0,
        };
        clients.next = 0;
        if let Some(when) = clients.after(self.now.as_secs_f64(), area / clients.surge) {
            let delay = Time::from_secs_f64(when).since(self.now);
            clients.next = self.calendar.schedule(self.now, Delay::For(delay), Event::Arrive.on(at));
        }
    }

    /// The next open arrival.
    pub(in crate::sim) fn arrive(&mut self, at: u32, seq: u32) {
        if self.clients(at).next != seq {
            return;
        }
        self.plan_arrival(at);
        if self.parts[at as usize].gone {
            return;
        }
        let users = self.magnifier.users;
        let clients = self.clients(at);
        let user = clients.wishes.below(users);
        let refreshes = clients.settings.refreshes as u16;
        self.wish(at, user, refreshes, false);
    }

    /// Users come this many times as often from now on.
    pub(in crate::sim) fn set_surge(&mut self, at: u32, factor: f64) {
        self.clients(at).surge = factor;
        if !self.parts[at as usize].gone {
            self.plan_arrival(at);
        }
    }

    /// A share of the requests of some classes ask for one key from now on; or no more.
    pub(in crate::sim) fn set_hot_key(&mut self, at: u32, hot: Option<(f64, u32, Names)>) {
        let named = |names: &Names| match names.0.is_empty() {
            true => Vec::new(),
            false => self.classes.iter().map(|class| names.0.contains(&class.name)).collect(),
        };
        let hot = hot.map(|(share, key, names)| HotKey { share, key, classes: named(&names) });
        self.clients(at).hot = hot;
    }

    /// A user of the closed population starts to think.
    fn think(&mut self, at: u32) {
        let Behavior::Clients(clients) = &mut self.parts[at as usize].behavior else { return };
        let time = self.exponential.sample(clients.think.distribution, &mut clients.arrivals);
        self.calendar.schedule(self.now, Delay::For(time), Event::Think.on(at));
    }

    /// A user of the closed population is done thinking; one too many leaves.
    pub(in crate::sim) fn think_over(&mut self, at: u32) {
        let gone = self.parts[at as usize].gone;
        let clients = self.clients(at);
        if gone || clients.population > clients.settings.users {
            clients.population -= 1;
            return;
        }
        let (population, refreshes) = (clients.population, clients.settings.refreshes as u16);
        let user = clients.wishes.below(population);
        self.wish(at, user, refreshes, true);
    }

    /// A user wants something of a class drawn from the mix.
    fn wish(&mut self, at: u32, user: u32, refreshes: u16, closed: bool) {
        let Behavior::Clients(clients) = &mut self.parts[at as usize].behavior else { return };
        let Some(mix) = &clients.mix else { return };
        let class = mix.draw(&mut clients.wishes) as u16;
        let mut root = Attempt::new(class, Op::Serve);
        if let Some(keys) = &self.classes[usize::from(class)].keys {
            root.key = keys.draw(&mut clients.wishes);
        }
        if let Some(hot) = &clients.hot
            && hot.classes.get(usize::from(class)).is_none_or(|named| *named)
            && clients.crowd.unit() < hot.share
        {
            root.key = hot.key.min(self.classes[usize::from(class)].key_space - 1);
        }
        (root.at, root.user, root.tries, root.closed) = (at, clients.first_user | user, refreshes, closed);
        self.issue(root, false);
    }

    /// Issues a user's request.
    #[inline(always)]
    fn issue(&mut self, mut root: Attempt, reload: bool) {
        let (at, class) = (root.at, root.class);
        root.sent = self.now;
        root.stage = Stage::Calling;
        root.trip = self.sample();
        root.counts = self.totals.as_mut().is_some_and(|totals| totals.issue(class, self.now));
        self.classes[usize::from(class)].meter.issue(reload);
        self.parts[at as usize].frame.arrivals += 1;
        let clients = self.clients(at);
        clients.meter.issue(reload);
        let patience = clients.patience;
        let wire = self.leave_by(at, class);
        let key = root.key;
        let index = self.attempts.add(root);
        self.mark(index, Step::Wanted { clients: at, class });
        if let Some(patience) = patience {
            self.attempts[index].timer = self.calendar.schedule(self.now, patience, Event::Patience.on(index));
        }
        match wire {
            NONE => self.finish(index, Outcome::Failed),
            wire => self.call(index, wire, Op::Serve, key, 0),
        }
    }

    /// The wire that the next request leaves by: each in turn, as often as its weight says.
    #[inline(always)]
    fn leave_by(&mut self, at: u32, class: u16) -> u32 {
        let wires = &self.wires;
        let Behavior::Clients(clients) = &mut self.parts[at as usize].behavior else { return NONE };
        let Some(turn) = clients.turns.of(class) else { return NONE };
        match turn.wires.as_slice() {
            [] => NONE,
            [only] => *only,
            _ => turn.next_weighted(|wire| i64::from(wires[wire as usize].policy.weight)),
        }
    }

    /// A user's request has ended.
    pub(in crate::sim) fn finish(&mut self, index: u32, outcome: Outcome) {
        let root = &self.attempts[index];
        let (at, class, counts) = (root.at, root.class, root.counts);
        let latency = self.now.since(root.sent);
        self.mark(index, Step::Ended(outcome));
        if counts && let Some(totals) = &mut self.totals {
            totals.end(class, outcome, latency);
        }
        self.classes[usize::from(class)].meter.end(outcome, latency);
        let frame = &mut self.parts[at as usize].frame;
        let ok = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        *if ok { &mut frame.completions } else { &mut frame.failed } += 1;
        self.clients(at).meter.end(outcome, latency);
        let root = &mut self.attempts[index];
        root.timer = 0;
        if !ok && root.tries > 0 {
            root.stage = Stage::Pausing;
            let hesitation = self.clients(at).hesitation;
            let delay = self.service(at, hesitation);
            return self.move_on(index, delay, Event::Reload);
        }
        let closed = root.closed;
        self.attempts.remove(index);
        if closed && !self.parts[at as usize].gone {
            self.think(at);
        }
    }

    /// A user gives up on the page. Whoever works on it does not know.
    pub(in crate::sim) fn give_up(&mut self, index: u32) {
        let child = std::mem::replace(&mut self.attempts[index].child, NONE);
        self.abandon(child, Outcome::TimedOut);
        self.finish(index, Outcome::TimedOut);
    }

    /// A user reloads the page: a new request for the same thing.
    pub(in crate::sim) fn reload(&mut self, index: u32) {
        let old = self.attempts[index].clone();
        self.attempts.remove(index);
        if self.parts[old.at as usize].gone {
            return;
        }
        let mut root = Attempt::new(old.class, Op::Serve);
        (root.at, root.user, root.key, root.tries, root.closed) =
            (old.at, old.user, old.key, old.tries - 1, old.closed);
        self.issue(root, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;

    fn clients(points: &[(f64, f64)]) -> Clients {
        let mut clients = Clients::new(&design::Clients::default(), 1, "users");
        clients.curve = points.to_vec();
        clients
    }

    #[test]
    fn inverts_the_area_under_the_curve() {
        let check = |points: &[(f64, f64)], now: f64, area: f64, expected: Option<f64>| {
            let seen = clients(points).after(now, area);
            match (seen, expected) {
                (Some(seen), Some(expected)) => assert!((seen - expected).abs() < 1e-9, "{seen} for {expected}"),
                _ => assert_eq!(seen, expected),
            }
        };
        check(&[(0.0, 10.0)], 3.0, 5.0, Some(3.5));
        check(&[(5.0, 10.0)], 0.0, 5.0, Some(0.5));
        check(&[(0.0, 0.0), (10.0, 10.0)], 0.0, 50.0, Some(10.0));
        check(&[(0.0, 0.0), (10.0, 10.0)], 0.0, 12.5, Some(5.0));
        check(&[(0.0, 10.0), (10.0, 0.0)], 0.0, 37.5, Some(5.0));
        check(&[(0.0, 10.0), (10.0, 0.0)], 0.0, 51.0, None);
        check(&[(0.0, 0.0), (5.0, 0.0), (5.0, 8.0)], 0.0, 4.0, Some(5.5));
        check(&[], 0.0, 1.0, None);
    }

    #[test]
    fn a_curve_is_a_setting() {
        assert_eq!(design::Clients::default().traffic.0, [(Time::ZERO, Rate(10.0))]);
    }
}
