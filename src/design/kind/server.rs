//! Settings of servers: the machine, its waiting room, groups of instances, overload protection.

use crate::design::setting::{choices, settings};
use crate::units::{Bytes, Chance, Distribution, Time};

choices! {
    /// A size of machine, as clouds rent them: cores, memory, line and price grow together.
    Size {
        /// 1 core, 2 GB of memory, a line of 60 MB/s.
        Tiny = "tiny",
        /// 2 cores, 4 GB of memory, a line of 125 MB/s.
        Small = "small",
        /// 4 cores, 8 GB of memory, a line of 300 MB/s.
        Medium = "medium",
        /// 8 cores, 16 GB of memory, a line of 600 MB/s.
        Large = "large",
        /// 16 cores, 32 GB of memory, a line of 1.25 GB/s.
        Xlarge = "xlarge",
        /// 32 cores, 64 GB of memory, a line of 2.5 GB/s.
        Xxlarge = "xxlarge",
    }
}

/// What a size of machine has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeInfo {
    /// CPU cores.
    pub cores: u32,
    /// Memory.
    pub memory: Bytes,
    /// Bytes per second of its network line.
    pub bandwidth: Bytes,
    /// Dollars per hour.
    pub price: f64,
}

impl Size {
    /// What a machine of this size has.
    pub fn info(self) -> SizeInfo {
        let of = |cores, gigabytes: u64, megabytes: u64, price| SizeInfo {
            cores,
            memory: Bytes(gigabytes * 1_000_000_000),
            bandwidth: Bytes(megabytes * 1_000_000),
            price,
        };
        match self {
            Size::Tiny => of(1, 2, 60, 0.05),
            Size::Small => of(2, 4, 125, 0.09),
            Size::Medium => of(4, 8, 300, 0.18),
            Size::Large => of(8, 16, 600, 0.36),
            Size::Xlarge => of(16, 32, 1250, 0.72),
            Size::Xxlarge => of(32, 64, 2500, 1.44),
        }
    }
}

choices! {
    /// How requests are spread over the instances of a group.
    Spread {
        /// To the instance with the fewest requests, ties in turn.
        LeastConnections = "least-connections",
        /// Each in turn.
        RoundRobin = "round-robin",
        /// Any, at random.
        Random = "random",
    }
}

choices! {
    /// Who is next out of a waiting room.
    Order {
        /// First in, first out.
        Fifo = "fifo",
        /// Last in, first out: under overload the newest still has a patient caller.
        Lifo = "lifo",
    }
}

choices! {
    /// How current what is read must be.
    Consistency {
        /// A cache may answer.
        Eventual = "eventual",
        /// Only the data store itself may answer: reads pass caches by.
        Strong = "strong",
    }
}

settings! {
    /// An autoscaling group: instances come and go with the load, by target tracking.
    Autoscale {
        /// Instances at least.
        min: u32 = 1, Some((1.0, 1000.0));
        /// Instances at most.
        max: u32 = 10, Some((1.0, 1000.0));
        /// The CPU utilization that the number of instances aims at.
        target: Chance = Chance(0.6), Some((0.05, 1.0));
        /// Time between two looks at the utilization.
        interval: Time = Time::from_secs(15), Some((0.1, 3600.0));
        /// Instances are only taken away when the number has not changed for this long.
        cooldown: Time = Time::from_secs(120), Some((0.0, 86400.0));
        /// How long a new instance takes before it serves: renting the machine, starting it, passing its first check.
        start_up: Time = Time::from_secs(60), Some((0.0, 3600.0));
    }
}

settings! {
    /// Sheds by criticality: how full the waiting room may be for a request of each to be let in; critical ones may fill it.
    Shed {
        /// Requests of low criticality wait only while the waiting room is less full than this.
        low: Chance = Chance(0.25), Some((0.0, 1.0));
        /// Those of normal criticality.
        normal: Chance = Chance(0.5), Some((0.0, 1.0));
        /// Those of high criticality.
        high: Chance = Chance(0.75), Some((0.0, 1.0));
    }
}

settings! {
    /// Controlled delay: sheds who has waited too long, and far sooner when the queue has been standing for a while.
    Codel {
        /// The longest wait while the queue is standing.
        target: Time = Time::from_millis(5), Some((0.0, 60.0));
        /// A queue that has not been empty for this long is standing; otherwise this is the longest wait.
        interval: Time = Time::from_millis(100), Some((0.001, 60.0));
    }
}

settings! {
    /// Collects accepted requests and works them off many at a time: one write for the whole batch.
    Batch {
        /// A batch is full at this many requests.
        size: u32 = 1000, Some((1.0, 100_000.0));
        /// A batch is worked off at the latest this long after it was begun.
        every: Time = Time::from_secs(1), Some((0.001, 3600.0));
        /// CPU time that each request in a batch costs.
        cpu: Distribution = Distribution::Constant(Time(20_000)), Some((0.0, 60.0));
    }
}

settings! {
    /// Runs the application's code.
    Server {
        /// CPU cores.
        cores: u32 = 2, Some((1.0, 1_000_000.0));
        /// Requests worked on at once. A slot is held while the request waits for the database or another service.
        concurrency: u32 = 64, Some((1.0, 1_000_000.0));
        /// Places in the waiting room; a request that finds it full is shed. 0 is no waiting room.
        capacity: u32 = 256, Some((0.0, 1_000_000.0));
        /// CPU time of a request here, in place of what its class says; none asks the class.
        cpu: Option<Distribution> = None, Some((0.0, 3600.0));
        /// How fast a core is, against the one that the classes were measured on.
        speed: f64 = 1.0, Some((0.01, 100.0));
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
        /// A size of machine; it gives cores, memory and bandwidth where those are left as they are. None is a machine
        /// of your own making.
        size: Option<Size> = None, None;
        /// Memory. A process that needs more is killed and starts again; none never runs out.
        memory: Option<Bytes> = None, Some((1_000_000.0, 1e14));
        /// Memory that the process takes before its first request.
        base_memory: Bytes = Bytes(200_000_000), Some((0.0, 1e14));
        /// Bytes per second of its network line, shared by all answers in turn; none is without limit.
        bandwidth: Option<Bytes> = None, Some((1000.0, 1e15));
        /// How long it is down when its cores, memory or size change while it runs; none is 2 minutes for a machine that
        /// has a size, and no time for one that has not.
        resize: Option<Time> = None, Some((0.0, 3600.0));
        /// Identical instances behind a balancer of their own. Each has its own cores, slots and waiting room.
        instances: u32 = 1, Some((1.0, 1000.0));
        /// How requests are spread over the instances.
        spread: Spread = Spread::LeastConnections, None;
        /// Adds and takes away instances with the load.
        autoscale: Option<Autoscale> = None, None;
        /// Sheds the least critical requests first as the waiting room fills; none treats all alike.
        shed: Option<Shed> = None, None;
        /// Sheds requests that have waited too long; none lets them wait.
        codel: Option<Codel> = None, None;
        /// While the waiting room is fuller than this, calls over wires with a fallback are left out, and the fallback
        /// answers; none always calls.
        degrade: Option<Chance> = None, Some((0.0, 1.0));
        /// Who is next out of the waiting room.
        order: Order = Order::Fifo, None;
        /// How long it is slow after a start: code not yet compiled, caches not yet filled.
        warm_up: Time = Time::ZERO, Some((0.0, 3600.0));
        /// How many times longer work takes right after a start; falls to 1 over the warm-up.
        cold: f64 = 3.0, Some((1.0, 100.0));
        /// How current what it reads must be.
        consistency: Consistency = Consistency::Eventual, None;
        /// CPU time of a read that it answers from an index in its own memory; none asks the data store.
        index: Option<Distribution> = None, Some((0.0, 3600.0));
        /// Answers as soon as the request is understood, and does the rest after.
        answer_first: bool = false, None;
        /// How often each service wired to it is called for one request.
        fan_out: u32 = 1, Some((1.0, 1000.0));
        /// Works requests off in batches, after their answers; none works each off by itself.
        batch: Option<Batch> = None, None;
        /// How long a connection stays open after the answer, holding its slot and memory; none closes it at once.
        hold: Option<Distribution> = None, Some((0.0, 86400.0));
    }
}

/// The time that a machine of a given size needs to be resized, where nothing else is said: stop, move, start.
const RESIZE: Time = Time::from_secs(120);

impl Server {
    /// The cores it has: its own where they are not the default, otherwise its size's.
    pub fn cores_there(&self) -> u32 {
        match self.size {
            Some(size) if self.cores == Server::default().cores => size.info().cores,
            _ => self.cores,
        }
    }

    /// The memory it has; none is without limit.
    pub fn memory_there(&self) -> Option<Bytes> {
        self.memory.or(self.size.map(|size| size.info().memory))
    }

    /// The line it has; none is without limit.
    pub fn bandwidth_there(&self) -> Option<Bytes> {
        self.bandwidth.or(self.size.map(|size| size.info().bandwidth))
    }

    /// How long it is down when it is resized.
    pub fn resize_time(&self) -> Time {
        self.resize.unwrap_or(if self.size.is_some() { RESIZE } else { Time::ZERO })
    }

    /// The instances that it starts with.
    pub fn instances_at_start(&self) -> u32 {
        match &self.autoscale {
            Some(group) => self.instances.clamp(group.min, group.max.max(group.min)),
            None => self.instances,
        }
    }
}
