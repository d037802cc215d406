//! What a run records: the log, marks of sampled trips, and the frames it closes.

use super::engine::{ATTEMPTS_MAX, Simulation};
use super::event::is_live;
use super::part::Behavior;
use super::replay::Status;
use super::{ComponentFrame, FRAME, Frame, Happening, Health, LogEntry, Mark, Parts, Step};

/// Sampled trips that begin in one frame, at most.
const TRIPS_PER_FRAME: u32 = 8;
/// Spans that are marked of one trip, at most.
const SPANS_MAX: u16 = 64;

impl Simulation {
    /// Writes into the log.
    pub(super) fn tell(&mut self, what: Happening) {
        self.log.push(LogEntry { at: self.now, what });
    }

    /// Marks a step of a sampled trip.
    #[inline(always)]
    pub(super) fn mark(&mut self, attempt: u32, step: Step) {
        if self.attempts[attempt].trip != 0 {
            self.mark_sampled(attempt, step);
        }
    }

    #[inline(never)]
    fn mark_sampled(&mut self, attempt: u32, step: Step) {
        let attempt = &self.attempts[attempt];
        if attempt.span < SPANS_MAX {
            self.marks.push(Mark { trip: attempt.trip - 1, span: attempt.span, at: self.now, step });
        }
    }

    /// Decides whether a new request is sampled, and gives the trip's number plus one, or 0.
    #[inline]
    pub(super) fn sample(&mut self) -> u32 {
        self.issued_in_frame += 1;
        if !self.issued_in_frame.is_multiple_of(self.stride) || self.trips_in_frame >= TRIPS_PER_FRAME {
            return 0;
        }
        self.trips_in_frame += 1;
        self.trips.push(0);
        self.trips.len() as u32
    }

    /// Gives an attempt of a sampled trip its span.
    pub(super) fn open_span(&mut self, attempt: u32) {
        let trip = self.attempts[attempt].trip;
        if trip != 0 {
            let spans = &mut self.trips[trip as usize - 1];
            self.attempts[attempt].span = *spans;
            *spans = spans.saturating_add(1);
        }
    }

    pub(super) fn close_frame(&mut self) -> Frame {
        let mut frame = Frame { index: self.frames, ..Frame::default() };
        frame.components = (0..self.parts.len()).map(|index| self.harvest_part(index)).collect();
        frame.wires = self.wires.iter_mut().map(|wire| wire.harvest(self.now, FRAME)).collect();
        for part in self.parts.iter_mut() {
            if let Behavior::Clients(clients) = &mut part.behavior {
                frame.users.push(clients.meter.harvest());
            }
        }
        frame.classes = self.classes.iter_mut().map(|class| class.meter.harvest()).collect();
        frame.marks = std::mem::take(&mut self.marks);
        self.magnifier.magnify(&mut frame);
        self.frames += 1;
        self.stride = (self.issued_in_frame / TRIPS_PER_FRAME).max(1);
        (self.trips_in_frame, self.issued_in_frame) = (0, 0);
        if let Some(totals) = &mut self.totals {
            totals.fold(&frame, self.now);
        }
        self.calendar.prune(self.attempts.alive(), |entry| is_live(entry, &self.attempts));
        self.judge();
        frame.log = std::mem::take(&mut self.log);
        self.magnifier.magnify_log(&mut frame.log);
        frame
    }

    fn judge(&mut self) {
        if self.attempts.alive() > ATTEMPTS_MAX {
            let most = ATTEMPTS_MAX as u64 * u64::from(self.stands_for());
            let why = format!(
                "stopped at {}: more than {most} requests were in flight; set timeouts, or smaller waiting rooms",
                self.now
            );
            self.tell(Happening::Stopped(why.clone()));
            self.status = Status::Stopped(why);
        } else if self.now >= self.duration {
            self.status = Status::Ended;
        }
    }

    fn harvest_part(&mut self, index: usize) -> ComponentFrame {
        let part = &mut self.parts[index];
        let mut frame = std::mem::take(&mut part.frame);
        part.behavior.harvest(self.now, &mut frame);
        let starting = matches!(&part.behavior, Behavior::Server(server) if server.is_booting());
        self.harvest_replica(index as u32, &mut frame);
        let part = &self.parts[index];
        frame.health = match () {
            () if part.gone => Health::Gone,
            () if part.booting != 0 => Health::Booting,
            () if part.down => Health::Down,
            () if starting => Health::Booting,
            () if part.cut => Health::CutOff,
            () if part.slow != 1.0 => Health::Slow,
            () => Health::Up,
        };
        frame
    }

    pub(super) fn rename_parts(&mut self) {
        self.names = Parts {
            components: self.parts.iter().map(|part| part.name.clone()).collect(),
            wires: self.wires.iter().map(|wire| (wire.from, wire.to)).collect(),
            classes: self.classes.iter().map(|class| class.name.clone()).collect(),
            clients: (0..self.parts.len() as u32)
                .filter(|at| matches!(self.parts[*at as usize].behavior, Behavior::Clients(_)))
                .collect(),
            scale: self.stands_for(),
        };
    }
}
