//! What is out of the ordinary in a stretch of a run, compared with the calm before it. Only what an operator can see is
//! looked at: figures, traces, and the log of what shows by itself; never which fault was injected.

use std::ops::Range;

use crate::design::{Design, Kind};
use crate::metrics::Recording;
use crate::sim::{Figure, Happening};
use crate::units::Time;

use super::digest::{Digest, Part, at, median};
use super::what::{Place, What};
use super::words;

/// What was over this many seconds before users are hurt does not hurt them.
const OVER: usize = 6;

/// Something out of the ordinary.
#[derive(Clone, Debug)]
pub struct Finding {
    /// When it began.
    pub at: Time,
    /// What it is.
    pub what: What,
    /// Where.
    pub place: Place,
    /// The figures that show it, in words.
    pub evidence: String,
}

/// Where to look, and what to compare with.
pub struct Search<'a> {
    /// The run.
    pub recording: &'a Recording,
    /// The same, second by second.
    pub digest: &'a Digest,
    /// The design that ran then.
    pub design: &'a Design,
    /// The seconds of calm before.
    pub calm: Range<usize>,
    /// The seconds to look at.
    pub window: Range<usize>,
    /// What was found.
    pub found: Vec<Finding>,
}

impl<'a> Search<'a> {
    /// Looks everywhere.
    pub fn everything(mut self) -> Vec<Finding> {
        self.read_log();
        for index in 0..self.recording.parts.components.len() as u32 {
            self.component(index);
        }
        for index in 0..self.recording.parts.wires.len() as u32 {
            self.wire(index);
        }
        self.whole_components_cut_off();
        crate::units::put_in_order(&mut self.found, |a, b| (a.at, a.what) < (b.at, b.what));
        self.found
    }

    /// The kind of a component; none if the design does not have it (any more).
    pub fn kind(&self, index: u32) -> Option<&'a Kind> {
        let name = self.recording.parts.components.get(index as usize)?;
        self.design.component(name).map(|component| &component.kind)
    }

    /// When something began that lasted for two seconds.
    pub fn first(&self, test: &dyn Fn(usize) -> bool) -> Option<usize> {
        self.onset(2, test)
    }

    /// When something began, if only for a second.
    pub fn once(&self, test: &dyn Fn(usize) -> bool) -> Option<usize> {
        self.onset(1, test)
    }

    /// The start of the first stretch in which the test holds, of those that reach the time when users are hurt. What was
    /// over long before comes last.
    fn onset(&self, least: usize, test: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for second in self.window.clone().filter(|second| test(*second)) {
            match stretches.last_mut() {
                Some(last) if second <= last.end + 1 => last.end = second + 1,
                _ => stretches.push(second..second + 1),
            }
        }
        stretches.retain(|stretch| stretch.len() >= least || stretch.end == self.window.end);
        let reaches = |stretch: &&Range<usize>| stretch.end + OVER >= self.calm.end;
        stretches.iter().find(reaches).or(stretches.last()).map(|stretch| stretch.start)
    }

    /// What a figure came to in the calm; none if there was no calm.
    pub fn before(&self, figure: &dyn Fn(usize) -> Option<f64>) -> Option<f64> {
        median(self.calm.clone().filter_map(figure).collect())
    }

    /// Notes something that began in this second.
    pub fn note(&mut self, second: usize, what: What, place: Place, evidence: String) {
        self.found.push(Finding { at: at(second), what, place, evidence });
    }

    /// The log, without what only the one who broke it can know.
    fn read_log(&mut self) {
        let (from, to) = (at(self.window.start), at(self.window.end));
        // A rollout goes on after an incident that it made.
        let long = at(self.calm.end.saturating_sub(super::LEAD));
        for entry in self.recording.log.iter().filter(|entry| entry.at >= long && entry.at < to) {
            if entry.at < from && !matches!(entry.what, Happening::Deploying(..)) {
                continue;
            }
            let (what, place) = match entry.what {
                Happening::Crashed(index) => (What::Crashed, Place::Component(index)),
                Happening::OutOfMemory(index) => (What::OutOfMemory, Place::Component(index)),
                Happening::InstancesDied(index, _) => (What::InstancesDied, Place::Component(index)),
                Happening::Resizing(index) => (What::Resized, Place::Component(index)),
                Happening::Deploying(index, _) => (What::Deployed, Place::Component(index)),
                Happening::DiskFull(index) => (What::DiskFull, Place::Component(index)),
                Happening::BreakerOpened(index) => (What::BreakerOpened, Place::Wire(index)),
                Happening::TakenOut(index) | Happening::Ejected(index) => (What::TakenOut, Place::Wire(index)),
                _ => continue,
            };
            let told = self.found.iter().any(|known| (known.what, known.place) == (what, place));
            if !told {
                let evidence = words::logged(what, &entry.what);
                self.found.push(Finding { at: entry.at, what, place, evidence });
            }
        }
    }

    fn component(&mut self, index: u32) {
        if let Some(Kind::Clients(_)) = self.kind(index) {
            return self.users(index);
        }
        self.service(index);
        self.stall(index);
        self.cache(index);
        self.figures(index);
        self.memory(index);
        self.limits(index);
        self.queue(index);
    }

    /// The time that one piece of work takes: busy servers per piece begun. What locks and crowding add is taken off.
    fn service_time(&self, part: &Part, kind: &Kind) -> Option<f64> {
        let pieces = part.began;
        if pieces < 5.0 || part.down > 0.0 {
            return None;
        }
        let waiters = part.figure(Figure::LockWaiters);
        let busy = match kind {
            Kind::Database(database) if database.cores.is_none() => {
                let others = (part.busy - 1.0).max(0.0);
                let pairs = part.busy * others;
                let crowding = 1.0 + database.contention * others + database.coherency * pairs;
                (part.busy - waiters).max(0.0) / crowding
            }
            _ => part.busy,
        };
        (busy > 0.0).then(|| busy * part.seconds / pieces)
    }

    fn service(&mut self, index: u32) {
        let Some(kind) = self.kind(index) else { return };
        if matches!(kind, Kind::ObjectStorage(_) | Kind::Queue(_) | Kind::Cdn(_)) {
            return;
        }
        let digest = self.digest;
        let time = |second| self.service_time(&digest.lately(second, index), kind);
        let Some(before) = self.before(&time) else { return };
        // A full disk makes statements wait there: that is no slower work.
        let disk = |second| digest.part(second, index).figure(Figure::DiskUtilization) > 0.9;
        let slow = |second: usize| time(second).is_some_and(|time| time > 1.5 * before && time > before + 0.0005);
        if let Some(second) = self.first(&|second| slow(second) && !disk(second)) {
            let worst = (second..self.window.end.min(second + 5)).filter_map(time).fold(0.0, f64::max);
            let evidence = words::changed("one piece of work takes", before, worst, words::seconds);
            self.note(second, What::Slowed, Place::Component(index), evidence);
        }
    }

    /// It has work and nobody downstream holds it, and yet nothing comes out.
    fn stall(&mut self, index: u32) {
        let Some(kind) = self.kind(index) else { return };
        if matches!(kind, Kind::Queue(_) | Kind::LockService(_) | Kind::Dns(_)) {
            return;
        }
        let digest = self.digest;
        let rate = |second| {
            let part = digest.part(second, index);
            Some(part.completions + part.failed)
        };
        let usual = self.before(&rate).unwrap_or(0.0);
        let calls = |second| self.wires_from(index).map(|wire| digest.line(second, wire).in_flight).sum::<f64>();
        let stalled = |second: usize| {
            let part = digest.part(second, index);
            let held = part.held.max(part.busy) + part.waiting;
            let out = part.completions + part.failed + part.shed;
            part.down == 0.0
                && held >= 1.0
                && out < 0.35 * usual
                && part.began < 0.35 * usual
                && calls(second) < 0.5 * part.held.max(part.busy)
                && part.arrivals > 0.5 * usual
        };
        if usual >= 5.0
            && let Some(second) = self.once(&|second| stalled(second))
        {
            let part = digest.part(second, index);
            let evidence = format!(
                "{} requests there, {} answers a second in place of {}",
                words::number(part.held.max(part.busy) + part.waiting),
                words::number(part.completions + part.failed),
                words::number(usual)
            );
            self.note(second, What::Stalled, Place::Component(index), evidence);
        }
    }

    fn cache(&mut self, index: u32) {
        if !matches!(self.kind(index), Some(Kind::Cache(_) | Kind::Cdn(_))) {
            return;
        }
        let digest = self.digest;
        let ratio = |second: usize| {
            let part = digest.part(second, index);
            let all = part.hits + part.misses;
            (all >= 10.0).then(|| part.hits / all)
        };
        // Without a calm before, what it comes to later tells what it can do.
        let later = || median((self.window.end..digest.seconds).filter_map(ratio).collect());
        let Some(usual) = self.before(&ratio).or_else(later) else { return };
        let fallen = |second: usize| ratio(second).is_some_and(|ratio| ratio < usual - 0.15);
        let held = |second: usize| digest.part(second, index).figure(Figure::MemoryUsed);
        let usual_held = self.before(&|second| Some(held(second))).unwrap_or(0.0);
        let Some(second) = self.once(&|second| fallen(second)) else { return };
        let near = second.saturating_sub(1)..(second + 2).min(self.window.end);
        let down = near.clone().any(|second| digest.part(second, index).down > 0.0);
        let lost = near.clone().any(|second| held(second) < 0.7 * usual_held) && !self.is_expiry(index, second);
        let emptied = down || lost || self.calm.len() < 3;
        let worst = near.filter_map(ratio).fold(1.0, f64::min);
        let evidence = words::changed("hit ratio", usual, worst, words::percent);
        let what = if emptied { What::CacheEmptied } else { What::CacheExpired };
        self.note(second, what, Place::Component(index), evidence);
    }

    /// Whether what was filled when the run began expires about now, for the first time or again.
    fn is_expiry(&self, index: u32, second: usize) -> bool {
        let Some(Kind::Cache(cache)) = self.kind(index) else { return false };
        let Some(ttl) = cache.ttl.map(Time::as_secs_f64).filter(|_| cache.ttl_jitter.0 == 0.0) else { return false };
        let since = (second + 1) as f64 % ttl;
        second as f64 + 1.0 >= ttl && since <= (0.25 * ttl).max(2.0)
    }

    /// What a figure of a component came to in the calm.
    fn usual(&self, index: u32, figure: Figure) -> f64 {
        self.before(&|second| Some(self.digest.part(second, index).figure(figure))).unwrap_or(0.0)
    }

    /// What only some kinds have.
    fn figures(&mut self, index: u32) {
        let digest = self.digest;
        let place = Place::Component(index);
        let figure = |figure| move |second: usize| digest.part(second, index).figure(figure);
        let (hottest, usual) = (figure(Figure::HottestShard), self.usual(index, Figure::HottestShard));
        if usual > 0.0
            && let Some(second) = self.first(&|second| hottest(second) > usual + 0.15)
        {
            let evidence = words::changed("share of the busiest shard", usual, hottest(second), words::percent);
            self.note(second, What::HotShard, place, evidence);
        }
        let (waiters, usual) = (figure(Figure::LockWaiters), self.usual(index, Figure::LockWaiters));
        if let Some(second) = self.first(&|second| waiters(second) > (3.0 * usual).max(3.0)) {
            let worst = (second..self.window.end.min(second + 5)).map(waiters).fold(0.0, f64::max);
            let evidence = words::changed("writes that wait for a row's lock", usual, worst, words::number);
            self.note(second, What::LockContention, place, evidence);
        }
        let (disk, usual) = (figure(Figure::DiskUtilization), self.usual(index, Figure::DiskUtilization));
        if let Some(second) = self.first(&|second| disk(second) > 0.93) {
            let evidence = words::changed("disk busy", usual, disk(second), words::percent);
            self.note(second, What::DiskBusy, place, evidence);
        }
        self.limited(index);
        self.messages(index);
    }

    fn limited(&mut self, index: u32) {
        let digest = self.digest;
        let limited = |second: usize| digest.part(second, index).figure(Figure::Limited);
        let usual = self.usual(index, Figure::Limited);
        let many = |second: usize| limited(second) > (0.02 * digest.part(second, index).arrivals).max(2.0 * usual);
        let Some(second) = self.first(&many) else { return };
        let arrivals = digest.part(second, index).arrivals;
        let evidence =
            format!("{} of {} a second turned away", words::number(limited(second)), words::number(arrivals));
        self.note(second, What::RateLimited, Place::Component(index), evidence);
    }

    fn messages(&mut self, index: u32) {
        let digest = self.digest;
        let bad = |second: usize| {
            let part = digest.part(second, index);
            part.figure(Figure::DeadLetters) + part.figure(Figure::Redelivered)
        };
        let usual = self.before(&|second| Some(bad(second))).unwrap_or(0.0);
        let Some(second) = self.once(&|second| bad(second) > (3.0 * usual).max(1.0)) else { return };
        let sum: f64 = (second..self.window.end).map(bad).sum();
        let evidence = format!("{} messages came back or were given up on", words::number(sum));
        self.note(second, What::Poison, Place::Component(index), evidence);
    }

    /// Memory that grows while there is no more work than before.
    fn memory(&mut self, index: u32) {
        let digest = self.digest;
        let memory = |second: usize| digest.part(second, index).figure(Figure::Memory);
        let Some(died) = self
            .found
            .iter()
            .find(|finding| finding.what == What::OutOfMemory && finding.place == Place::Component(index))
        else {
            return;
        };
        let died = ((died.at.0 / 1_000_000_000) as usize).min(digest.seconds.saturating_sub(1));
        let from = died.saturating_sub(30).max(1);
        if died < from + 3 {
            return;
        }
        let inside = |second: usize| {
            let part = digest.part(second, index);
            part.held + part.waiting
        };
        let (grown, work) = (memory(died - 1) / memory(from).max(1.0), inside(died - 1) / inside(from).max(1.0));
        if grown > 1.15 && work < 2.0 {
            let evidence = words::changed("memory", memory(from), memory(died - 1), words::bytes);
            self.note(from, What::MemoryLeak, Place::Component(index), format!("{evidence}, with no more work in it"));
        }
    }
}
