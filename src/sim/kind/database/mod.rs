//! The database: statements in progress, connections, and the true version of every key. What a statement does besides
//! taking its time is in the rooms of this folder.

mod buffer;
mod disk;
mod failover;
mod group;
#[cfg(test)]
mod laws;
mod lock;
mod quorum;
mod repair;
mod replication;
mod statement;
mod stream;
mod transaction;

use std::collections::VecDeque;

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Class, Duration};
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME, Figure};

use disk::Disk;
use lock::Locks;
use quorum::Nodes;

pub use group::Group;
pub use statement::SERVED;

/// A database at run time.
#[derive(Clone, Debug)]
pub struct Database {
    /// What the design says.
    pub settings: design::Database,
    /// Statements in progress, and connections that wait.
    pub station: Station,
    /// The time of a read.
    pub read: Duration,
    /// The time of a write.
    pub write: Duration,
    /// Whether a statement does nothing but take its time: no locks, no disk, no replicas.
    pub plain: bool,
    /// The version of each key of each class: the number of the write that wrote it last.
    versions: Vec<Vec<u32>>,
    /// Writes so far.
    writes: u32,
    /// Cores and the run queue before them. Once there, it stays, for those that are in it.
    cores: Option<Station>,
    disk: Option<Box<Disk>>,
    locks: Option<Box<Locks>>,
    nodes: Option<Box<Nodes>>,
    /// Its disk is full.
    full: bool,
    /// Some class writes in transactions.
    transactions: bool,
    /// Some class's statements take longer than usual, or less long.
    queries: bool,
    /// The group of primary and replicas it belongs to; NONE if it is alone.
    pub group: u32,
    /// Writes that wait for replicas: their places in the log, and their attempts.
    waiting: VecDeque<(u64, u32)>,
    count: Count,
}

/// What the current frame has counted.
#[derive(Clone, Debug, Default)]
struct Count {
    hits: u32,
    misses: u32,
    stale: u32,
    own_writes_missed: u32,
    lost_writes: u32,
}

impl Database {
    /// An empty database.
    pub fn new(settings: &design::Database) -> Database {
        Database {
            settings: settings.clone(),
            station: Station::new(0, 0),
            read: Duration { distribution: settings.read, constant: None },
            write: Duration { distribution: settings.write, constant: None },
            plain: true,
            versions: Vec::new(),
            writes: 0,
            cores: None,
            disk: None,
            locks: None,
            nodes: None,
            full: false,
            transactions: false,
            queries: false,
            group: NONE,
            waiting: VecDeque::new(),
            count: Count::default(),
        }
    }

    /// Takes over what the design says; the keys of each class are 0..`counts[class]`.
    fn configure(&mut self, settings: &design::Database, counts: &[u32]) {
        self.settings = settings.clone();
        if settings.quorum.is_some() {
            // The nodes do the work; the cluster as a whole takes connections.
            (self.station.servers, self.station.capacity) = (settings.connections, 0);
        } else {
            // A connection is either served or waits for its turn.
            self.station.servers = settings.concurrency.min(settings.connections);
            self.station.capacity = settings.connections - self.station.servers;
        }
        fit(&mut self.versions, counts, 0);
        if let Some(cores) = settings.cores {
            self.cores.get_or_insert_with(|| Station::new(0, u32::MAX)).servers = cores;
        }
        if settings.locks {
            self.locks.get_or_insert_default().configure(counts);
        }
        if let Some(quorum) = &settings.quorum {
            let versions = &self.versions;
            self.nodes.get_or_insert_default().configure(quorum, settings.concurrency, versions);
        }
        self.find_plain();
    }

    fn find_plain(&mut self) {
        let settings = &self.settings;
        self.plain = !settings.locks
            && settings.cores.is_none()
            && settings.disk.is_none()
            && settings.quorum.is_none()
            && settings.contention == 0.0
            && settings.coherency == 0.0
            && self.group == NONE
            && !self.transactions
            && !self.queries
            && !self.full;
    }

    /// The disk fills up, or has room again.
    pub fn fill_disk(&mut self, full: bool) {
        self.full = full;
        self.find_plain();
    }

    /// The time of the statement that an attempt asks for. A request that comes straight from a user or a balancer is
    /// one write if its class writes, otherwise one read.
    pub fn statement(&self, attempt: &Attempt, classes: &[Class]) -> &Duration {
        if writes(attempt, classes) { &self.write } else { &self.read }
    }

    /// Executes the statement.
    pub fn execute(&mut self, attempt: &mut Attempt, classes: &[Class]) {
        let space = classes[usize::from(attempt.class)].space;
        if attempt.op == Op::Copy {
            return self.take_over(space, attempt.key, attempt.version);
        }
        let version = &mut self.versions[usize::from(space)][attempt.key as usize];
        if writes(attempt, classes) {
            self.writes = self.writes.wrapping_add(1);
            *version = self.writes;
        }
        attempt.version = *version;
    }

    /// Writes all keys of a transaction.
    fn write_all(&mut self, keys: &[(u16, u32)]) {
        for (class, key) in keys {
            self.writes = self.writes.wrapping_add(1);
            self.versions[usize::from(*class)][*key as usize] = self.writes;
        }
    }

    /// Takes a key over from another shard.
    fn take_over(&mut self, class: u16, key: u32, version: u32) {
        self.versions[usize::from(class)][key as usize] = version;
        // Later writes here must be newer than all that was ever seen of the key.
        self.writes = self.writes.max(version);
    }

    /// The version of a key of this class (whose keys are its own) as this database knows it.
    pub fn version(&self, class: u16, key: u32) -> u32 {
        // One that was taken away knows nothing of new keys.
        self.versions.get(usize::from(class)).and_then(|keys| keys.get(key as usize)).copied().unwrap_or(0)
    }

    /// Loses all work in hand, and what its memory held.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        self.cores.iter_mut().for_each(|cores| cores.clear(now));
        self.disk.iter_mut().for_each(|disk| disk.clear(now));
        self.locks.iter_mut().for_each(|locks| locks.clear(now));
        self.nodes.iter_mut().for_each(|nodes| nodes.clear(now));
        self.waiting.clear();
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        let keys: usize = self.versions.iter().map(Vec::len).sum();
        let disk = self.disk.as_ref().map_or(0, |disk| disk.bytes());
        let locks = self.locks.as_ref().map_or(0, |locks| locks.bytes());
        let nodes = self.nodes.as_ref().map_or(0, |nodes| nodes.bytes());
        keys * size_of::<u32>() + disk + locks + nodes
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.waiting) = self.station.harvest(now, FRAME);
        frame.servers = self.station.servers as f32;
        frame.held = frame.busy + frame.waiting;
        frame.slots = self.settings.connections as f32;
        frame.capacity = self.station.capacity as f32;
        frame.figures.push((Figure::Connections, frame.held));
        if let Some(cores) = &mut self.cores {
            let (busy, runnable) = cores.harvest(now, FRAME);
            if self.settings.cores.is_some() {
                (frame.busy, frame.servers) = (busy, cores.servers as f32);
            }
            frame.waiting += runnable;
        }
        self.locks.iter_mut().for_each(|locks| locks.harvest(now, frame));
        self.disk.iter_mut().for_each(|disk| disk.harvest(now, frame));
        if let (Some(nodes), Some(_)) = (&mut self.nodes, &self.settings.quorum) {
            nodes.harvest(now, frame);
        }
        let count = std::mem::take(&mut self.count);
        (frame.hits, frame.misses, frame.stale) = (count.hits, count.misses, count.stale);
        if self.group != NONE {
            frame.figures.push((Figure::OwnWritesMissed, count.own_writes_missed as f32));
            frame.figures.push((Figure::LostWrites, count.lost_writes as f32));
        }
    }
}

/// Makes room for keys 0..`counts[class]` of each class. Those of a larger count before stay.
fn fit(table: &mut Vec<Vec<u32>>, counts: &[u32], empty: u32) {
    table.resize(counts.len(), Vec::new());
    for (row, count) in table.iter_mut().zip(counts) {
        row.resize((*count as usize).max(row.len()), empty);
    }
}

fn writes(attempt: &Attempt, classes: &[Class]) -> bool {
    match attempt.op {
        Op::Write | Op::Copy | Op::Transact | Op::Prepare | Op::Commit => true,
        Op::Serve => classes[usize::from(attempt.class)].cost.writes > 0,
        _ => false,
    }
}

impl Simulation {
    fn database(&mut self, at: u32) -> &mut Database {
        match &mut self.parts[at as usize].behavior {
            Behavior::Database(database) => database,
            _ => unreachable!("only databases execute statements"),
        }
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_database(&mut self, at: u32, settings: &design::Database) {
        let (read, write) = (self.prepared(settings.read), self.prepared(settings.write));
        let page = settings.disk.as_ref().map(|disk| self.prepared(disk::page_time(disk)));
        let counts = self.key_counts();
        self.parts[at as usize].boot = settings.boot;
        let transactions = self.classes.iter().any(|class| class.cost.transaction);
        let queries = self.classes.iter().any(|class| class.cost.query != 1.0);
        let database = self.database(at);
        (database.read, database.write, database.transactions) = (read, write, transactions);
        database.queries = queries;
        database.configure(settings, &counts);
        if let (Some(settings), Some(page)) = (&settings.disk, page) {
            let disk = database.disk.get_or_insert_with(|| Box::new(Disk::new(page)));
            disk.configure(settings, page, database.settings.buffer, &counts);
        }
        self.refill_statements(at);
    }

    /// The version of a key that a read through this wire should see: the primary's, at the shard that keeps it.
    pub(in crate::sim) fn true_version(&self, wire: u32, class: u16, key: u32) -> Option<u32> {
        let to = self.wires.get(wire as usize)?.to;
        let space = self.classes[usize::from(class)].space;
        let home = match &self.parts[to as usize].behavior {
            Behavior::Router(router) => router.home(space, key)?,
            _ => to,
        };
        self.version_at_primary(home, space, key)
    }

    /// The class whose keys an attempt is about.
    #[inline]
    pub(in crate::sim) fn space_of(&self, index: u32) -> u16 {
        self.classes[usize::from(self.attempts[index].class)].space
    }

    /// The version of a key at a database, or at its primary if it has one.
    pub(in crate::sim) fn version_at_primary(&self, at: u32, class: u16, key: u32) -> Option<u32> {
        let Behavior::Database(database) = &self.parts[at as usize].behavior else { return None };
        let Some(group) = self.groups.get(database.group as usize) else { return Some(database.version(class, key)) };
        match &self.parts[group.primary as usize].behavior {
            Behavior::Database(primary) => Some(primary.version(class, key)),
            _ => None,
        }
    }
}
