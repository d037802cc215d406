//! One instance of a server: a machine with cores, slots, a waiting room, a line and memory of its own; and how it is.

use crate::design;
use crate::units::Time;

use super::background::OpenBatch;
use super::memory::Memory;
use crate::sim::station::Station;

/// How an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It serves.
    Up,
    /// Rented, but not ready for its first request.
    Starting,
    /// Down, and coming back.
    Booting,
    /// It finishes what it has and goes for good.
    Draining,
    /// It finishes what it has and comes back as something newer.
    Updating,
    /// There is none.
    Off,
}

/// What a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// CPU cores.
    pub cores: u32,
    /// Bytes; none is without limit.
    pub memory: Option<u64>,
}

impl Machine {
    /// The machine that the design asks for.
    pub fn of(settings: &design::Server) -> Machine {
        Machine { cores: settings.cores_there(), memory: settings.memory_there().map(|memory| memory.0) }
    }
}

/// One instance of a server.
#[derive(Clone, Debug)]
pub struct Instance {
    /// How it is.
    pub state: State,
    /// What it runs on.
    pub machine: Machine,
    /// Concurrency slots and the waiting room before them.
    pub slots: Station,
    /// Cores and the run queue before them, which the slots bound.
    pub cores: Station,
    /// The network line that answers leave by.
    pub line: Station,
    /// How many times slower the deployed version is.
    pub version: f64,
    /// When it last came up; none if it was up from the start.
    pub started: Option<Time>,
    /// When its waiting room was last seen empty.
    pub emptied: Time,
    /// The memory it takes.
    pub memory: Memory,
    /// Batches that are being filled.
    pub batches: Vec<OpenBatch>,
}

impl Instance {
    /// An instance that holds nothing.
    pub fn new(settings: &design::Server, machine: Machine, state: State) -> Instance {
        Instance {
            state,
            machine,
            slots: Station::new(settings.concurrency, settings.capacity),
            cores: Station::new(machine.cores, u32::MAX),
            line: Station::new(1, u32::MAX),
            version: 1.0,
            started: None,
            emptied: Time::ZERO,
            memory: Memory::default(),
            batches: Vec::new(),
        }
    }

    /// Opens as many servers as the design says, or none while all stands still.
    pub fn open(&mut self, settings: &design::Server, frozen: bool) {
        let of = |servers: u32| if frozen { 0 } else { servers };
        (self.slots.servers, self.slots.capacity) = (of(settings.concurrency), settings.capacity);
        self.slots.lifo = settings.order == design::Order::Lifo;
        self.cores.servers = of(self.machine.cores);
        self.line.servers = of(1);
    }

    /// Loses all work in hand; gives how much accepted work was in its batches.
    pub fn clear(&mut self, now: Time) -> u32 {
        self.slots.clear(now);
        self.cores.clear(now);
        self.line.clear(now);
        self.memory.clear(now);
        // The first of each batch is an attempt of its own, and is counted as such.
        self.batches.drain(..).map(|batch| batch.count - 1).sum()
    }

    /// Whether it holds no request.
    pub fn is_empty(&self) -> bool {
        self.slots.busy == 0 && self.slots.waiting == 0
    }

    /// Whether it is there to be paid for.
    pub fn is_there(&self) -> bool {
        self.state != State::Off
    }

    /// Whether its process runs.
    pub fn runs(&self) -> bool {
        matches!(self.state, State::Up | State::Draining | State::Updating)
    }

    /// How many times longer work takes on it now: its version, and the cold after a start, which fades over the warm-up.
    #[inline]
    pub fn slowness(&self, now: Time, settings: &design::Server) -> f64 {
        let Some(started) = self.started else { return self.version };
        let age = now.since(started);
        if age >= settings.warm_up {
            return self.version;
        }
        let left = 1.0 - age.as_secs_f64() / settings.warm_up.as_secs_f64();
        self.version * (1.0 + (settings.cold - 1.0) * left)
    }
}
