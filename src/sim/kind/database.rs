//! The database: statements served at once, connections, and the true version of every key.

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, Op};
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Class, Duration};
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME, Figure};

/// A database at run time.
#[derive(Clone, Debug)]
pub struct Database {
    /// What the design says.
    pub settings: design::Database,
    /// Statements served, and connections that wait.
    pub station: Station,
    /// The time of a read.
    pub read: Duration,
    /// The time of a write.
    pub write: Duration,
    /// How often each key of each class was written.
    versions: Vec<Vec<u32>>,
}

impl Database {
    /// An empty database.
    pub fn new(settings: &design::Database) -> Database {
        Database {
            settings: settings.clone(),
            station: Station::new(0, 0),
            read: Duration { distribution: settings.read, constant: None },
            write: Duration { distribution: settings.write, constant: None },
            versions: Vec::new(),
        }
    }

    /// Takes over what the design says; the keys of each class are 0..`counts[class]`.
    pub fn configure(&mut self, settings: &design::Database, read: Duration, write: Duration, counts: &[u32]) {
        self.settings = settings.clone();
        (self.read, self.write) = (read, write);
        // A connection is either served or waits for its turn.
        self.station.servers = settings.concurrency.min(settings.connections);
        self.station.capacity = settings.connections - self.station.servers;
        self.versions.resize(counts.len(), Vec::new());
        for (versions, count) in self.versions.iter_mut().zip(counts) {
            versions.resize((*count as usize).max(versions.len()), 0);
        }
    }

    /// The time of the statement that an attempt asks for. A request that comes straight from a user or a balancer is
    /// one write if its class writes, otherwise one read.
    pub fn statement(&self, attempt: &Attempt, classes: &[Class]) -> Duration {
        if writes(attempt, classes) { self.write } else { self.read }
    }

    /// Executes the statement.
    pub fn execute(&mut self, attempt: &mut Attempt, classes: &[Class]) {
        let space = classes[usize::from(attempt.class)].space;
        let version = &mut self.versions[usize::from(space)][attempt.key as usize];
        *version = version.wrapping_add(u32::from(writes(attempt, classes)));
        attempt.version = *version;
    }

    /// The true version of a key of this class.
    pub fn version(&self, class: u16, key: u32) -> u32 {
        self.versions[usize::from(class)][key as usize]
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.versions.iter().map(Vec::len).sum::<usize>() * size_of::<u32>()
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.waiting) = self.station.harvest(now, FRAME);
        frame.servers = self.station.servers as f32;
        frame.held = frame.busy + frame.waiting;
        frame.slots = self.settings.connections as f32;
        frame.capacity = self.station.capacity as f32;
        frame.figures.push((Figure::Connections, frame.held));
    }
}

fn writes(attempt: &Attempt, classes: &[Class]) -> bool {
    match attempt.op {
        Op::Write => true,
        Op::Serve => classes[usize::from(attempt.class)].cost.writes > 0,
        _ => false,
    }
}

impl Simulation {
    /// Takes over what the design says.
    pub(in crate::sim) fn configure_database(&mut self, at: u32, settings: &design::Database) {
        let (read, write) = (self.prepared(settings.read), self.prepared(settings.write));
        let counts = self.key_counts();
        let part = &mut self.parts[at as usize];
        part.boot = settings.boot;
        if let Behavior::Database(database) = &mut part.behavior {
            database.configure(settings, read, write, &counts);
        }
    }
}
