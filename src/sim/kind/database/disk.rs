//! The disk under a database: a station of its own, for pages that are not in memory and for the log of writes.

use crate::design;
use crate::units::{Distribution, Time};

use crate::sim::attempt::Stage;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Duration;
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Figure};

use super::buffer::Buffer;

/// A disk at run time. Once there, it stays, for those that are in its queue.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Pages read and written, and the queue before it.
    pub station: Station,
    /// The time of one page.
    pub page: Duration,
    /// What memory holds; none if it holds everything.
    pub buffer: Option<Buffer>,
    /// Group commit: the writes that the disk writes now, the one that stands for all of them first.
    batch: Vec<u32>,
    /// Those that come with the next go.
    next_batch: Vec<u32>,
}

/// The time of one page: `depth` at once at `iops` a second.
pub fn page_time(settings: &design::Disk) -> Distribution {
    Distribution::Constant(Time::from_secs_f64(f64::from(settings.depth) / f64::from(settings.iops)))
}

impl Disk {
    /// An idle disk.
    pub fn new(page: Duration) -> Disk {
        Disk { station: Station::new(1, u32::MAX), page, buffer: None, batch: Vec::new(), next_batch: Vec::new() }
    }

    /// Takes over what the design says; `room` is how many keys fit into memory.
    pub fn configure(&mut self, settings: &design::Disk, page: Duration, room: Option<u32>, counts: &[u32]) {
        (self.station.servers, self.page) = (settings.depth, page);
        match room {
            None => self.buffer = None,
            Some(room) => self.buffer.get_or_insert_with(Buffer::new).configure(room, counts),
        }
    }

    /// Loses all work in hand, and what memory held.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        self.buffer.iter_mut().for_each(Buffer::clear);
        self.batch.clear();
        self.next_batch.clear();
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.buffer.as_ref().map_or(0, Buffer::bytes)
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (busy, queued) = self.station.harvest(now, FRAME);
        frame.waiting += queued;
        frame.figures.push((Figure::DiskUtilization, busy / self.station.servers as f32));
    }
}

impl Simulation {
    fn disk(&mut self, at: u32) -> &mut Disk {
        self.database(at).disk.as_mut().expect("only with a disk is anything read or written")
    }

    /// A statement wants one page read or written.
    pub(super) fn wants_disk(&mut self, at: u32, index: u32) {
        let now = self.now;
        let crate::sim::part::Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        let Some(disk) = &mut database.disk else { return };
        match disk.station.admit(now, index, &mut self.attempts) {
            Admission::Served => self.disk_starts(at, index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("the disk's queue has no bound"),
        }
    }

    fn disk_starts(&mut self, at: u32, index: u32) {
        let page = self.disk(at).page;
        self.attempts[index].stage = Stage::Working;
        let delay = self.service(at, page);
        self.move_on(index, delay, Event::Done);
    }

    /// A page is read or written: the disk turns to the next.
    pub(super) fn disk_done(&mut self, at: u32) {
        let now = self.now;
        self.disk(at).station.release(now);
        self.refill_disk(at);
    }

    pub(super) fn refill_disk(&mut self, at: u32) {
        let now = self.now;
        while let crate::sim::part::Behavior::Database(database) = &mut self.parts[at as usize].behavior {
            let Some(disk) = &mut database.disk else { return };
            let Some(next) = disk.station.next(now, &self.attempts) else { return };
            self.parts[at as usize].frame.waited += now.since(self.attempts[next].since).as_secs_f64();
            self.disk_starts(at, next);
        }
    }

    /// A write goes to the log: with group commit together with all that came while the log was being written.
    pub(super) fn wants_log(&mut self, at: u32, index: u32) {
        let together = self.database(at).settings.disk.as_ref().is_some_and(|disk| disk.group_commit);
        if !together {
            return self.wants_disk(at, index);
        }
        let disk = self.disk(at);
        if disk.batch.is_empty() {
            disk.batch.push(index);
            return self.wants_disk(at, index);
        }
        disk.next_batch.push(index);
        self.attempts[index].stage = Stage::WaitingCore;
    }

    /// The log has what this write stands for: all of its batch go on, and the next batch is written.
    pub(super) fn log_done(&mut self, at: u32, index: u32) {
        self.disk_done(at);
        let disk = self.disk(at);
        if disk.batch.first() != Some(&index) {
            return self.statement_commits(at, index);
        }
        let written = std::mem::take(&mut disk.batch);
        disk.batch = std::mem::take(&mut disk.next_batch);
        if let Some(&first) = disk.batch.first() {
            self.wants_disk(at, first);
        }
        written.iter().for_each(|index| self.statement_commits(at, *index));
        // Its memory is used again.
        let disk = self.disk(at);
        if disk.next_batch.is_empty() {
            disk.next_batch = written;
            disk.next_batch.clear();
        }
    }
}
