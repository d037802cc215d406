//! What a run yields: one frame per 100 ms of simulated time, with marks of sampled trips and a log.
//!
//! Components, wires and classes are named by their index in [`Parts`].

use serde::{Deserialize, Serialize};

use crate::units::Time;

use super::figure::Figure;
use super::sketch::Sketch;

/// The simulated time that one frame covers.
pub const FRAME: Time = Time(100_000_000);

/// What the indices in frames mean. A change in mid-run only ever appends: indices stay valid for the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// The components' names.
    pub components: Vec<String>,
    /// The wires' ends, as indices of components: caller, callee.
    pub wires: Vec<(u32, u32)>,
    /// The request classes' names.
    pub classes: Vec<String>,
    /// The components whose answers [`Frame::users`] holds, in that order.
    pub clients: Vec<u32>,
    /// How many real requests a simulated one stands for; 0 where nothing was run yet. Figures are those of the real ones.
    pub scale: u32,
}

impl Parts {
    /// The component of this name. A name taken away and given again belongs to the later one.
    pub fn component(&self, name: &str) -> Option<u32> {
        self.components.iter().rposition(|known| known == name).map(|index| index as u32)
    }

    /// The wire between these two components.
    pub fn wire(&self, from: &str, to: &str) -> Option<u32> {
        let ends = (self.component(from)?, self.component(to)?);
        self.wires.iter().rposition(|known| *known == ends).map(|index| index as u32)
    }
}

/// What happened in one stretch of [`FRAME`] simulated time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Its number: it covers `index · FRAME` up to the next.
    pub index: u32,
    /// One for each of [`Parts::components`].
    pub components: Vec<ComponentFrame>,
    /// One for each of [`Parts::wires`].
    pub wires: Vec<WireFrame>,
    /// One for each of [`Parts::clients`].
    pub users: Vec<Answers>,
    /// One for each of [`Parts::classes`].
    pub classes: Vec<Answers>,
    /// Steps of the sampled trips, in order of time.
    pub marks: Vec<Mark>,
    /// What is worth telling, in order of time.
    pub log: Vec<LogEntry>,
}

/// How a component is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Health {
    /// Working.
    #[default]
    Up,
    /// Working, but slowed by a fault.
    Slow,
    /// Coming back after a restart.
    Booting,
    /// Dead.
    Down,
    /// Cut off by a partition.
    CutOff,
    /// Taken out of the design in mid-run.
    Gone,
}

/// One component in one frame. Counts are of this frame alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentFrame {
    /// Requests that came in; for clients, requests issued.
    pub arrivals: u32,
    /// Requests answered well.
    pub completions: u32,
    /// Requests turned away because the waiting room was full.
    pub shed: u32,
    /// Requests answered with a failure.
    pub failed: u32,
    /// Of these, requests that found it dead, or were in its hands when it died.
    pub dead: u32,
    /// Requests worked off for a caller that had given up.
    pub late: u32,
    /// Work dropped because its deadline had passed: requests not begun, calls not made. Work saved.
    pub expired: u32,
    /// Requests that came out of the waiting room.
    pub began: u32,
    /// How long requests waited, in the waiting room and for a core, added up in seconds when each wait ended.
    pub waited: f64,
    /// Busy servers (cores, statements …), time average.
    pub busy: f32,
    /// Servers there are.
    pub servers: f32,
    /// Held concurrency slots (or connections), time average.
    pub held: f32,
    /// Concurrency slots (or connections) there are.
    pub slots: f32,
    /// Requests waiting, time average.
    pub waiting: f32,
    /// Places in the waiting room.
    pub capacity: f32,
    /// Look-ups that found their key, of a cache or of a database's buffer.
    pub hits: u32,
    /// Look-ups that did not.
    pub misses: u32,
    /// Stale answers of a cache or a replica: the database (or the primary) had a newer version.
    pub stale: u32,
    /// How it is, at the end of the frame.
    pub health: Health,
    /// What only its kind has, in the order of [`Figure`].
    pub figures: Vec<(Figure, f32)>,
}

impl ComponentFrame {
    /// The figure of this name, if its kind has it.
    pub fn figure(&self, wanted: Figure) -> Option<f64> {
        self.figures.iter().find(|(figure, _)| *figure == wanted).map(|(_, value)| f64::from(*value))
    }
}

/// The state of a wire's circuit breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BreakerState {
    /// Calls go through (or there is no breaker).
    #[default]
    Closed,
    /// A few calls are let through to see.
    HalfOpen,
    /// Calls are refused at once.
    Open,
}

/// One wire in one frame. Counts are of this frame alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WireFrame {
    /// Attempts made, retries and hedges counted.
    pub attempts: u32,
    /// Of these, retries.
    pub retries: u32,
    /// Of these, hedges: sent beside one that had not answered yet.
    pub hedges: u32,
    /// Attempts answered well in time.
    pub ok: u32,
    /// Attempts whose caller stopped waiting.
    pub timed_out: u32,
    /// Attempts that were refused: by this wire's breaker or bulkhead, or by a rate limit or filter further on.
    pub refused: u32,
    /// Of these, turned away by this wire itself, before they were sent.
    pub turned_away: u32,
    /// Attempts shed by the callee.
    pub shed: u32,
    /// Attempts that failed otherwise.
    pub failed: u32,
    /// Attempts whose twin answered first.
    pub beaten: u32,
    /// Calls that failed for good, answered by their caller's fallback.
    pub degraded: u32,
    /// Answers that came after their caller had stopped waiting.
    pub late: u32,
    /// Requests and answers that got lost on the way.
    pub lost: u32,
    /// Bytes that went through, both ways.
    pub bytes: u64,
    /// Attempts in flight, time average.
    pub in_flight: f32,
    /// The breaker, at the end of the frame.
    pub breaker: BreakerState,
    /// Whether the caller's health check holds the callee for sick, at the end of the frame.
    pub sick: bool,
}

/// How a call or a request ended, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Answered well.
    Ok,
    /// The caller stopped waiting.
    TimedOut,
    /// Turned away by a breaker, a bulkhead or a rate limit.
    Refused,
    /// Turned away because a waiting room was full.
    Shed,
    /// Anything else that went wrong.
    Failed,
    /// Answered, but less well.
    Degraded,
}

impl Outcome {
    /// Whether it was answered, well or less well.
    #[inline]
    pub fn is_good(self) -> bool {
        matches!(self, Outcome::Ok | Outcome::Degraded)
    }
}

/// Requests of users (or of one class) in one frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// Requests issued, reloads counted.
    pub issued: u32,
    /// Of these, impatient reloads.
    pub refreshes: u32,
    /// Requests answered, well or less well.
    pub succeeded: u32,
    /// Of these, answered less well: by a fallback somewhere on the way.
    pub degraded: u32,
    /// Requests given up on.
    pub timed_out: u32,
    /// Requests refused.
    pub refused: u32,
    /// Requests shed.
    pub shed: u32,
    /// Requests failed otherwise.
    pub failed: u32,
    /// Requests under way at the end of the frame.
    pub in_flight: u32,
    /// Latencies of the requests answered well.
    pub latency: Sketch,
}

impl Answers {
    /// Requests that ended without a good answer.
    pub fn lost(&self) -> u32 {
        self.timed_out + self.refused + self.shed + self.failed
    }
}

/// One step of a sampled trip. A trip is one user request; its spans are the attempts made for it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The trip's number; the first of a run is 0.
    pub trip: u32,
    /// The span's number within the trip; the first is 0.
    pub span: u16,
    /// When.
    pub at: Time,
    /// What.
    pub step: Step,
}

/// What happened to a span.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// A user wants something: the trip begins. Span 0 follows.
    Wanted {
        /// The clients' component.
        clients: u32,
        /// The request class.
        class: u16,
    },
    /// The attempt leaves its caller.
    Sent {
        /// The span it works for; none for the user's own.
        parent: Option<u16>,
        /// Over this wire.
        wire: u32,
        /// The first attempt is 1.
        attempt: u16,
    },
    /// It reaches the callee (and waits there if all are busy).
    Arrived,
    /// The callee starts to work on it.
    Began,
    /// The callee is done with it; the answer goes back.
    Answered(Outcome),
    /// The caller has the answer, or has stopped waiting for it.
    Settled(Outcome),
    /// The answer came back to a caller that had stopped waiting.
    Late,
    /// The user has an answer or has given up: the trip ends (late work may still follow).
    Ended(Outcome),
}

/// Something worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When.
    pub at: Time,
    /// What.
    pub what: Happening,
}

/// What is worth telling. Indices are those of [`Parts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happening {
    /// A component died.
    Crashed(u32),
    /// A component's process needed more memory than there is, and was killed.
    OutOfMemory(u32),
    /// So many instances of a component died.
    InstancesDied(u32, u32),
    /// A component has this many instances serving now.
    Scaled(u32, u32),
    /// A component moves to another machine.
    Resizing(u32),
    /// A component is being deployed anew, this many times slower (in percent).
    Deploying(u32, u32),
    /// A component stands still.
    Paused(u32),
    /// A component has begun to leak memory.
    Leaking(u32),
    /// Users all ask for one key.
    HotKey(u32),
    /// Users come this many times as often (in percent).
    Surged(u32, u32),
    /// A component is coming back.
    Booting(u32),
    /// A component works again.
    Recovered(u32),
    /// A component became slower, this many times (in percent).
    Slowed(u32, u32),
    /// A wire became slower, this many times (in percent).
    WireSlowed(u32, u32),
    /// A component was cut off.
    CutOff(u32),
    /// A wire was cut.
    WireCut(u32),
    /// A wire works again.
    WireRecovered(u32),
    /// A wire, a component or a region (by name) loses this share of its packets (in thousandths).
    Lossy(String, u32),
    /// Packets of a wire, a component or a region (by name) take longer, by this many milliseconds.
    Delayed(String, u32),
    /// A region was cut off from the others.
    RegionCutOff(String),
    /// The network of a component or a region (by name) works again.
    NetworkRecovered(String),
    /// A cache forgot everything.
    Flushed(u32),
    /// A database's disk is full.
    DiskFull(u32),
    /// A replica became the primary.
    Promoted(u32),
    /// A waiting room shed its first request in a while.
    Overflowed(u32),
    /// A wire's breaker opened.
    BreakerOpened(u32),
    /// A wire's breaker closed.
    BreakerClosed(u32),
    /// A health check took the callee of this wire out.
    TakenOut(u32),
    /// A health check brought the callee of this wire back.
    BroughtBack(u32),
    /// A queue's consumers share its partitions anew; it stands still meanwhile.
    Rebalancing(u32),
    /// A follower leads the nodes of a queue now.
    LeaderElected(u32),
    /// A queue gave up on a message, the first in a while.
    DeadLettered(u32),
    /// A lease ran out before its holder let go, the first in a while.
    LeaseLost(u32),
    /// The failures of real requests took the callee of this wire out.
    Ejected(u32),
    /// The design was changed by hand.
    Changed,
    /// The run was stopped to bound memory.
    Stopped(String),
}
