//! The way of a request through a CDN: edge, shield, origin, and back; and those who wait on the way.

use crate::units::Time;

use crate::sim::Outcome;
use crate::sim::attempt::{NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::kind::cache::is_newer;
use crate::sim::part::{Behavior, by_key};

use super::SHIELD;

/// Where a request is at a CDN, in its attempt's `step`; 0 is at the edge's station.
const WAITS_AT_EDGE: u32 = 1;
const TO_SHIELD: u32 = 2;
const WAITS_AT_SHIELD: u32 = 3;
const AT_ORIGIN: u32 = 4;
const FROM_SHIELD: u32 = 5;
const PASSES: u32 = 6;

/// The way of a request.
impl Simulation {
    /// An edge is done with looking, a copy is on its way no more, or one who waits has waited long enough.
    pub(in crate::sim::kind) fn cdn_done(&mut self, at: u32, index: u32) {
        match self.attempts[index].step {
            WAITS_AT_EDGE => self.cdn_waited(at, index, self.attempts[index].token),
            WAITS_AT_SHIELD => self.cdn_waited(at, index, SHIELD),
            TO_SHIELD => self.look_at_shield(at, index),
            FROM_SHIELD => self.reach_edge(at, index),
            _ => self.look_at_edge(at, index),
        }
    }

    fn answer_bytes(&self, index: u32) -> u64 {
        self.classes[usize::from(self.attempts[index].class)].cost.response.0
    }

    fn look_at_edge(&mut self, at: u32, index: u32) {
        let class = self.attempts[index].class;
        if self.attempts[index].op != Op::Serve || !self.classes[usize::from(class)].cost.is_static {
            self.free_slot(at, index);
            return self.ask_origin(at, index, PASSES);
        }
        let ((space, key), now, edge) = (self.key_of(index), self.now, self.edge_of(at, index));
        self.attempts[index].token = edge;
        let bytes = self.answer_bytes(index);
        let Some(cdn) = self.cdn(at) else { return };
        let Some(place) = cdn.place(edge) else { return self.leave(at, index, Outcome::Failed) };
        if let Some(found) = place.store.look_up(space, key, now) {
            cdn.hits += 1;
            cdn.served += bytes;
            self.attempts[index].version = found.version;
            self.judge_copy(at, index);
            return self.leave(at, index, Outcome::Ok);
        }
        cdn.misses += 1;
        self.free_slot(at, index);
        self.fetch_copy(at, index, edge);
    }

    /// An edge or the shield lacks a key: this request fetches it, or waits for another that does.
    fn fetch_copy(&mut self, at: u32, index: u32, number: u32) {
        let ((space, key), now) = (self.key_of(index), self.now);
        let Behavior::Cdn(cdn) = &mut self.parts[at as usize].behavior else { return };
        let (coalesce, lease) = (cdn.settings.coalesce, cdn.settings.lease);
        if let Some(place) = cdn.place(number).filter(|_| coalesce) {
            let until = place.flights.of(space, key).map_or(now, |flight| flight.since + lease);
            if until > now {
                place.flights.join(space, key, index, &mut self.attempts);
                cdn.coalesced += 1;
                let attempt = &mut self.attempts[index];
                attempt.stage = Stage::Calling;
                attempt.step = if number == SHIELD { WAITS_AT_SHIELD } else { WAITS_AT_EDGE };
                return self.move_on(index, Delay::For(until.since(now)), Event::Done);
            }
            place.flights.open(space, key, index, false, now);
        }
        self.fetch_on(at, index, number);
    }

    /// Who flies goes on from here: from an edge to the shield where there is one, and from there to the origin.
    fn fetch_on(&mut self, at: u32, index: u32, number: u32) {
        let Some(cdn) = self.cdn(at) else { return };
        if number != SHIELD && cdn.settings.shield {
            (self.attempts[index].step, self.attempts[index].stage) = (TO_SHIELD, Stage::Working);
            return self.cross(at, index);
        }
        self.ask_origin(at, index, AT_ORIGIN);
    }

    fn look_at_shield(&mut self, at: u32, index: u32) {
        let ((space, key), now) = (self.key_of(index), self.now);
        let Some(cdn) = self.cdn(at) else { return };
        match cdn.shield.as_mut().and_then(|shield| shield.store.look_up(space, key, now)) {
            Some(found) => {
                self.attempts[index].version = found.version;
                self.send_to_edge(at, index, Outcome::Ok, found.expires);
            }
            None => self.fetch_copy(at, index, SHIELD),
        }
    }

    fn ask_origin(&mut self, at: u32, index: u32, step: u32) {
        let attempt = &mut self.attempts[index];
        attempt.step = step;
        attempt.stage = Stage::Calling;
        let (op, class, key) = (attempt.op, attempt.class, attempt.key);
        let wire = self.cdn(at).and_then(|cdn| cdn.origins.of(class)).map_or(NONE, |turn| turn.next());
        match wire {
            NONE => self.origin_answered(at, index, Outcome::Failed, 0),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// A CDN goes on after a call to its origin.
    pub(in crate::sim) fn cdn_resumes(&mut self, at: u32, index: u32, reply: Reply) {
        self.origin_answered(at, index, reply.outcome, reply.version);
    }

    fn origin_answered(&mut self, at: u32, index: u32, outcome: Outcome, version: u32) {
        let ((space, key), now, bytes) = (self.key_of(index), self.now, self.answer_bytes(index));
        self.attempts[index].version = version;
        let (step, edge) = (self.attempts[index].step, self.attempts[index].token);
        let Some(cdn) = self.cdn(at) else { return };
        cdn.fetched += if is_good(outcome) { bytes } else { 0 };
        if step == PASSES {
            cdn.served += if is_good(outcome) { bytes } else { 0 };
            return self.answer(index, outcome);
        }
        let number = if cdn.settings.shield { SHIELD } else { edge };
        let keeps = outcome == Outcome::Ok;
        let expires = match cdn.place(number) {
            Some(place) if keeps => place.store.put(space, key, version, now),
            _ => now,
        };
        if number == SHIELD {
            let waiting = self.waiting_at(at, index, SHIELD, outcome);
            self.send_to_edge(at, index, outcome, expires);
            for waiting in waiting {
                self.attempts[waiting].version = version;
                self.send_to_edge(at, waiting, outcome, expires);
            }
        } else {
            self.serve_from_edge(at, index, outcome);
        }
    }

    /// What the shield has is on its way to an edge.
    fn send_to_edge(&mut self, at: u32, index: u32, outcome: Outcome, expires: Time) {
        let attempt = &mut self.attempts[index];
        (attempt.step, attempt.stage) = (FROM_SHIELD, Stage::Working);
        (attempt.outcome, attempt.since) = (outcome, expires);
        self.cross(at, index);
    }

    /// Goes the way between an edge and the shield, which stands where the origin is.
    fn cross(&mut self, at: u32, index: u32) {
        let (class, user) = (self.attempts[index].class, self.attempts[index].user);
        let Some(cdn) = self.cdn(at) else { return };
        let (away, latency) = (cdn.away, cdn.settings.shield_latency);
        let origin = cdn.origins.of(class).and_then(|turn| turn.wires.first().copied());
        let afar = origin.map_or(Time::ZERO, |wire| self.wires[wire as usize].users_way(user));
        let delay = if afar == Time::ZERO { away } else { Delay::For(latency + afar) };
        self.move_on(index, delay, Event::Done);
    }

    fn reach_edge(&mut self, at: u32, index: u32) {
        let ((space, key), now) = (self.key_of(index), self.now);
        let attempt = &self.attempts[index];
        let (outcome, version, expires, edge) = (attempt.outcome, attempt.version, attempt.since, attempt.token);
        let Some(cdn) = self.cdn(at) else { return };
        if outcome == Outcome::Ok
            && expires > now
            && let Some(place) = cdn.place(edge)
        {
            place.store.put_until(space, key, version, expires);
        }
        self.serve_from_edge(at, index, outcome);
    }

    /// Answers the one who fetched, and those who waited for it at the same edge.
    fn serve_from_edge(&mut self, at: u32, index: u32, outcome: Outcome) {
        let (bytes, version, edge) =
            (self.answer_bytes(index), self.attempts[index].version, self.attempts[index].token);
        let waiting = self.waiting_at(at, index, edge, outcome);
        let count = 1 + waiting.len() as u64;
        if let Some(cdn) = self.cdn(at).filter(|_| is_good(outcome)) {
            cdn.served += bytes * count;
        }
        self.answer(index, outcome);
        for waiting in waiting {
            self.attempts[waiting].version = version;
            self.answer(waiting, outcome);
        }
    }

    /// Ends the flight of this one's key and gives those who waited for it: if it has brought the object, or if nobody else is
    /// under way for it.
    fn waiting_at(&mut self, at: u32, index: u32, number: u32, outcome: Outcome) -> Vec<u32> {
        let (space, key) = self.key_of(index);
        let mut waiting = Vec::new();
        let Behavior::Cdn(cdn) = &mut self.parts[at as usize].behavior else { return waiting };
        let Some(place) = cdn.place(number) else { return waiting };
        if outcome == Outcome::Ok || place.flights.is_last(space, key, index) {
            loop {
                match place.flights.next(space, key, &self.attempts) {
                    NONE => break,
                    next => waiting.push(next),
                }
            }
            place.flights.close(space, key);
        }
        waiting.iter().for_each(|next| self.attempts[*next].due = 0);
        waiting
    }

    /// A flight takes too long for one of those who wait: the first in line flies too, and the others wait for that.
    fn cdn_waited(&mut self, at: u32, index: u32, number: u32) {
        let ((space, key), now) = (self.key_of(index), self.now);
        let Behavior::Cdn(cdn) = &mut self.parts[at as usize].behavior else { return };
        let lease = cdn.settings.lease;
        let Some(place) = cdn.place(number) else { return };
        let until = place.flights.of(space, key).map_or(now, |flight| flight.since + lease);
        if until > now {
            return self.move_on(index, Delay::For(until.since(now)), Event::Done);
        }
        let first = place.flights.next(space, key, &self.attempts);
        if first == NONE {
            return self.fetch_on(at, index, number);
        }
        place.flights.join_in(space, key, first, now);
        if first != index {
            self.move_on(index, Delay::For(lease), Event::Done);
        }
        self.attempts[first].due = 0;
        self.fetch_on(at, first, number);
    }

    /// Notes whether a copy that is about to be served is older than what the origin's database says.
    fn judge_copy(&mut self, at: u32, index: u32) {
        let attempt = &self.attempts[index];
        let (class, key, version) = (attempt.class, attempt.key, attempt.version);
        if !self.classes[usize::from(class)].written {
            return;
        }
        let Behavior::Cdn(cdn) = &self.parts[at as usize].behavior else { return };
        let home = cdn.homes.get(usize::from(class)).map_or(NONE, |home| by_key(home, key));
        let truth = self.true_version(home, class, key);
        if let Some(cdn) = self.cdn(at).filter(|_| truth.is_some_and(|truth| is_newer(truth, version))) {
            cdn.stale += 1;
        }
    }
}

fn is_good(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Ok | Outcome::Degraded)
}
