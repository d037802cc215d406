//! Limits that are reached, and what fills up because of it.

use crate::design::Kind;
use crate::sim::{Figure, Happening};

use super::digest::{at, median};
use super::findings::Search;
use super::what::{Place, What};
use super::words;

impl Search<'_> {
    /// The wires that leave a component.
    pub fn wires_from(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let wires = self.recording.parts.wires.iter().enumerate();
        wires.filter(move |(_, (from, _))| *from == index).map(|(wire, _)| wire as u32)
    }

    /// Users who want more, and users who reload.
    pub(super) fn users(&mut self, index: u32) {
        let digest = self.digest;
        let wanted = |second: usize| digest.users[second].wanted;
        // The beginning of the calm, for a slow rise must show, too.
        let early = self.calm.start..self.calm.end.min(self.calm.start + 10);
        let usual = median(early.map(wanted).collect()).unwrap_or(0.0);
        let first = self.recording.parts.clients.first() == Some(&index);
        if usual > 0.0
            && first
            && let Some(second) = self.first(&|second| wanted(second) > 1.4 * usual && wanted(second) > usual + 5.0)
        {
            let most = self.window.clone().map(wanted).fold(0.0, f64::max);
            let evidence = words::changed("requests wanted a second", usual, most, words::number);
            self.note(second, What::Surge, Place::Component(index), evidence);
        }
        let reloads = |second: usize| digest.users[second].reloads;
        if first && let Some(second) = self.first(&|second| reloads(second) > 0.05 * wanted(second).max(20.0)) {
            let most = self.window.clone().map(reloads).fold(0.0, f64::max);
            let evidence = format!("up to {} reloads a second", words::number(most));
            self.note(second, What::Reloads, Place::Component(index), evidence);
        }
    }

    /// Servers, slots, connections: what is in use up to the last one.
    pub(super) fn limits(&mut self, index: u32) {
        let Some(kind) = self.kind(index) else { return };
        let (digest, place) = (self.digest, Place::Component(index));
        let busy = |second: usize| digest.part(second, index).utilization();
        let full = |second: usize| digest.part(second, index).fullness();
        let consumers = matches!(kind, Kind::Worker(_));
        let locks = matches!(kind, Kind::LockService(_));
        let work = |second: usize| if consumers { full(second).max(busy(second)) } else { busy(second) };
        let up = |second: usize| digest.part(second, index).down < 0.5;
        if let Some(second) = self.first(&|second| !locks && up(second) && work(second) > 0.95) {
            let usual = self.before(&|second| Some(work(second))).unwrap_or(0.0);
            let evidence = words::changed(words::servers_of(kind), usual, work(second), words::percent);
            self.note(second, What::Saturated, place, evidence);
        }
        if matches!(kind, Kind::ObjectStorage(_)) || consumers || locks {
            return;
        }
        // A database turns away whom it has no connection for.
        let database = matches!(kind, Kind::Database(_));
        let refuses = |second: usize| {
            let part = digest.part(second, index);
            database && part.shed > 0.01 * part.arrivals && part.shed >= 1.0
        };
        let filled = |second: usize| up(second) && busy(second) < 0.9 && (full(second) > 0.95 || refuses(second));
        let Some(second) = self.first(&filled) else { return };
        let part = digest.part(second, index);
        let slots = words::number(part.slots);
        let evidence = format!("all {slots} in use, {} busy", words::percent(part.utilization()));
        let what = if database { What::ConnectionsFull } else { What::SlotsHeld };
        self.note(second, what, place, evidence);
    }

    /// The waiting room (of a queue: the backlog) that grows, and overflows.
    pub(super) fn queue(&mut self, index: u32) {
        let (digest, place) = (self.digest, Place::Component(index));
        let waiting = |second: usize| digest.part(second, index).waiting;
        let usual = self.before(&|second| Some(waiting(second))).unwrap_or(0.0);
        if let Some(second) = self.first(&|second| waiting(second) > (4.0 * usual).max(usual + 5.0)) {
            let end = (second + 30).min(self.window.end);
            let (most, when) = (second..end).fold((0.0, second), |(most, when), second| {
                if waiting(second) > most { (waiting(second), second) } else { (most, when) }
            });
            let capacity = digest.part(when, index).capacity;
            let grown = words::changed("waiting", usual, most, words::number);
            let room = if capacity > 0.0 { format!(" of {} places", words::number(capacity)) } else { String::new() };
            let evidence = format!("{grown}{room} in {} s", (when - second).max(1));
            self.note(second, What::QueueGrew, place, evidence);
        }
        let shed = |second: usize| digest.part(second, index).shed;
        let dropped = |second: usize| digest.part(second, index).figure(Figure::DroppedMessages);
        let overflows =
            |second: usize| shed(second) + dropped(second) > (0.01 * digest.part(second, index).arrivals).max(0.5);
        if let Some(second) = self.once(&overflows) {
            let log = self.recording.log.iter();
            let told = log.filter(|entry| entry.what == Happening::Overflowed(index) && entry.at >= at(second));
            let exact = told.map(|entry| entry.at).next().filter(|time| *time < at(second + 1));
            let all: f64 = (second..self.window.end).map(|second| shed(second) + dropped(second)).sum();
            let evidence = format!("{} turned away", words::number(all));
            self.note(second, What::Overflowed, place, evidence);
            if let (Some(exact), Some(last)) = (exact, self.found.last_mut()) {
                last.at = exact;
            }
        }
    }
}
