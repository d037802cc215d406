//! The recording of a run: frames, sampled trips and log, in order of time; bounded by the run's duration.

use crate::sim::{FRAME, Frame, LogEntry, Mark, Outcome, Parts, Step};
use crate::units::Time;

/// All that is known of a run so far.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// What the indices in the frames mean.
    pub parts: Parts,
    /// The frames; frame `i` covers `i · FRAME` up to the next.
    pub frames: Vec<Frame>,
    /// The sampled trips, by number.
    pub trips: Vec<Trip>,
    /// What is worth telling.
    pub log: Vec<LogEntry>,
}

/// One sampled user request, with all attempts made for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trip {
    /// The clients' component.
    pub clients: u32,
    /// The request class.
    pub class: u16,
    /// When the user wanted it.
    pub wanted: Time,
    /// When and how it ended for the user; none while under way.
    pub ended: Option<(Time, Outcome)>,
    /// The attempts, in the order they were sent.
    pub spans: Vec<TripSpan>,
}

/// One attempt of a trip.
#[derive(Clone, Debug, PartialEq)]
pub struct TripSpan {
    /// The span it worked for; none for the user's own.
    pub parent: Option<u16>,
    /// The wire it went over.
    pub wire: u32,
    /// The first attempt is 1.
    pub attempt: u16,
    /// When it left its caller.
    pub sent: Time,
    /// When it reached the callee.
    pub arrived: Moment,
    /// When the callee started on it.
    pub began: Moment,
    /// When the callee was done, and with what.
    pub answered: Option<(Time, Outcome)>,
    /// When the caller had the answer or stopped waiting, and with what.
    pub settled: Option<(Time, Outcome)>,
    /// When the answer came back to a caller that had stopped waiting.
    pub late: Moment,
}

/// A time that may not be known, in the space of a time: a recording holds a great many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(Time);

impl Moment {
    const UNKNOWN: Moment = Moment(Time::MAX);

    /// The time, if it is known.
    pub fn get(self) -> Option<Time> {
        (self != Moment::UNKNOWN).then_some(self.0)
    }
}

impl Recording {
    /// The time up to which it is known.
    pub fn end(&self) -> Time {
        Time(self.frames.len() as u64 * FRAME.0)
    }

    /// The last frame that ended by this time.
    pub fn frame_at(&self, at: Time) -> Option<&Frame> {
        let ended = (at.0 / FRAME.0) as usize;
        self.frames.get(ended.min(self.frames.len()).checked_sub(1)?)
    }

    /// Appends the next frames; their marks and log move to the trips and the log.
    pub fn extend(&mut self, frames: Vec<Frame>) {
        for mut frame in frames {
            std::mem::take(&mut frame.marks).into_iter().for_each(|mark| self.mark(mark));
            self.log.append(&mut frame.log);
            self.frames.push(frame);
        }
    }

    /// Appends one frame of a run whose parts are these now.
    pub fn keep(&mut self, parts: &Parts, frame: &Frame) {
        if self.parts != *parts {
            self.parts = parts.clone();
        }
        self.extend(vec![frame.clone()]);
    }

    /// Forgets all from this time on: a change here starts a new future. Rounded down to a whole frame.
    pub fn truncate(&mut self, at: Time) {
        let keep = (at.0 / FRAME.0) as usize;
        self.frames.truncate(keep);
        let end = Time(keep as u64 * FRAME.0);
        self.log.retain(|entry| entry.at < end);
        // Numbers stay dense: trips are numbered in the order of their start.
        let kept = self.trips.partition_point(|trip| trip.wanted < end);
        self.trips.truncate(kept);
        for trip in &mut self.trips {
            trip.truncate(end);
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Step::Wanted { clients, class } = mark.step {
            self.trips.push(Trip { clients, class, wanted: mark.at, ended: None, spans: Vec::new() });
            return;
        }
        if let Some(trip) = self.trips.get_mut(mark.trip as usize) {
            trip.mark(mark);
        }
    }
}

impl Trip {
    fn mark(&mut self, mark: Mark) {
        match mark.step {
            Step::Wanted { .. } => return,
            Step::Ended(outcome) => {
                self.ended = Some((mark.at, outcome));
                return;
            }
            Step::Sent { parent, wire, attempt } => {
                let span = TripSpan {
                    parent,
                    wire,
                    attempt,
                    sent: mark.at,
                    arrived: Moment::UNKNOWN,
                    began: Moment::UNKNOWN,
                    answered: None,
                    settled: None,
                    late: Moment::UNKNOWN,
                };
                self.spans.push(span);
                return;
            }
            _ => {}
        }
        let Some(span) = self.spans.get_mut(usize::from(mark.span)) else { return };
        match mark.step {
            Step::Arrived => span.arrived = Moment(mark.at),
            Step::Began => span.began = Moment(span.began.get().unwrap_or(mark.at)),
            Step::Answered(outcome) => span.answered = Some((mark.at, outcome)),
            Step::Settled(outcome) => span.settled = Some((mark.at, outcome)),
            Step::Late => span.late = Moment(mark.at),
            Step::Wanted { .. } | Step::Sent { .. } | Step::Ended(_) => {}
        }
    }

    fn truncate(&mut self, end: Time) {
        let known = |at: Moment| if at.0 < end { at } else { Moment::UNKNOWN };
        let ended = |at: Option<(Time, Outcome)>| at.filter(|(at, _)| *at < end);
        self.ended = ended(self.ended);
        self.spans.truncate(self.spans.partition_point(|span| span.sent < end));
        for span in &mut self.spans {
            span.arrived = known(span.arrived);
            span.began = known(span.began);
            span.answered = ended(span.answered);
            span.settled = ended(span.settled);
            span.late = known(span.late);
        }
    }
}
