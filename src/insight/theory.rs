//! Theory beside practice: the curve that queueing theory predicts for a station, where the run is on it, and Little's law.

use crate::design::{Design, Kind, Spread, Strategy};
use crate::sim::{Frame, Parts};
use crate::units::{Distribution, Time};

use super::law::{variability_factor, wait_mmc, wait_mmck};
use super::window::FRAME_S;

/// Points of a curve.
const POINTS: u32 = 60;
/// The furthest that a curve is drawn, as a share of the station's limit.
const LOAD_MAX: f64 = 1.2;
/// Longer waiting rooms than this are drawn as if they had no end: nobody waits that long.
const ROOM_MAX: u32 = 20_000;
/// More servers than this are drawn as a delay without waiting.
const SERVERS_MAX: f64 = 5000.0;
/// The share of requests that may fail for Little's law to be shown with the latencies of the others.
const FAILING: f64 = 0.02;
/// Where the curve is found by halving: how often.
const HALVINGS: u32 = 50;

/// What a station's servers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servers {
    /// Cores (statements, consumers, operations …) that work.
    Busy,
    /// Slots that are held, mostly for calls to others.
    Slots,
}

/// Little's law with a run's own numbers: L = λ · W.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Little {
    /// L: how many there are, on average.
    pub number: f64,
    /// λ: how many come through per second.
    pub rate: f64,
    /// W: how long each stays, in seconds, on average.
    pub time: f64,
}

impl Little {
    /// λ · W.
    pub fn product(self) -> f64 {
        self.rate * self.time
    }

    /// How far L is from λ · W, as a share of L; 0 where nobody is there.
    pub fn difference(self) -> f64 {
        if self.number > 1e-9 { (self.product() - self.number) / self.number } else { 0.0 }
    }
}

/// A station beside its theory. Times are in seconds, rates per second.
#[derive(Clone, Debug, PartialEq)]
pub struct Theory {
    /// What its servers are.
    pub servers: Servers,
    /// How many there are.
    pub count: f64,
    /// The name of the law: `M/M/2`.
    pub law: String,
    /// The mean time that a request holds a server, as measured.
    pub service: f64,
    /// What waits are multiplied by for the variability of arrivals and services; 1 for memoryless ones.
    pub variability: f64,
    /// The rate at which all servers are busy all the time.
    pub limit: f64,
    /// The rate at which waiting takes as long as the work: from here on it grows steeply.
    pub knee: f64,
    /// The mean time here (waiting and work) by arrival rate.
    pub curve: Vec<(f64, f64)>,
    /// The arrival rate and the mean time here, as measured.
    pub live: (f64, f64),
    /// What the law says at that rate; none where it says that the queue grows without end.
    pub expected: Option<f64>,
    /// Little's law for those who wait.
    pub waiting: Little,
}

/// A station as the law knows it.
#[derive(Clone, Copy, Debug)]
struct Station {
    service: f64,
    count: u32,
    /// Alike stations beside each other, each with its share of the arrivals.
    copies: f64,
    room: Option<u32>,
    variability: f64,
}

impl Station {
    /// The mean time here, for those who are let in.
    fn time(self, rate: f64) -> f64 {
        let rate = rate / self.copies;
        let wait = match self.room {
            Some(room) => wait_mmck(rate, self.service, self.count, room).0,
            None => wait_mmc(rate, self.service, self.count),
        };
        // In a room with an end the wait of an overloaded station is the room's length, however varied the services.
        let factor = if rate * self.service < f64::from(self.count) { self.variability } else { 1.0 };
        wait * factor + self.service
    }

    fn limit(self) -> f64 {
        self.copies * f64::from(self.count) / self.service
    }

    /// The rate at which as long is waited as worked.
    fn knee(self) -> f64 {
        let endless = Station { room: None, ..self };
        let (mut low, mut high) = (0.0, self.limit());
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            if endless.time(middle) > 2.0 * self.service { high = middle } else { low = middle }
        }
        low
    }
}

impl Theory {
    /// A component beside its theory, by the frames of a stretch in which its design was this one; none where nothing came,
    /// or where the component has no servers.
    pub fn of(design: &Design, parts: &Parts, frames: &[Frame], at: u32) -> Option<Theory> {
        let component = design.component(parts.components.get(at as usize)?)?;
        let seen = || frames.iter().filter_map(|frame| frame.components.get(at as usize));
        let seconds = seen().count() as f64 * FRAME_S;
        let mean =
            |figure: &dyn Fn(&crate::sim::ComponentFrame) -> f64| seen().map(figure).sum::<f64>() * FRAME_S / seconds;
        let sum = |figure: &dyn Fn(&crate::sim::ComponentFrame) -> f64| seen().map(figure).sum::<f64>();
        let arrivals = sum(&|frame| f64::from(frame.arrivals)) / seconds;
        let let_in = arrivals - sum(&|frame| f64::from(frame.shed)) / seconds;
        let began = sum(&|frame| f64::from(frame.began));
        if seconds <= 0.0 || let_in <= 0.0 || began <= 0.0 {
            return None;
        }
        let (busy, cores) = (mean(&|frame| f64::from(frame.busy)), mean(&|frame| f64::from(frame.servers)));
        let (held, slots) = (mean(&|frame| f64::from(frame.held)), mean(&|frame| f64::from(frame.slots)));
        let fuller = cores <= 0.0 || (slots > 0.0 && held / slots > busy / cores);
        // Connections are a waiting room, not servers.
        let servers = if fuller && component.kind.server().is_some() { Servers::Slots } else { Servers::Busy };
        let (used, count) = if servers == Servers::Slots { (held, slots) } else { (busy, cores) };
        if count < 1.0 || used <= 0.0 {
            return None;
        }
        let began_rate = began / seconds;
        let service = used / began_rate;
        let copies = copies_of(&component.kind);
        let station = Station {
            service,
            count: libm::round((count / copies).min(SERVERS_MAX)).max(1.0) as u32,
            copies,
            room: room_of(&component.kind, servers),
            variability: variability_of(design, parts, at, servers),
        };
        let wait = sum(&|frame| frame.waited) / began;
        let rate = |point: u32| station.limit() * LOAD_MAX * f64::from(point) / f64::from(POINTS);
        let points = (0..=POINTS).map(|point| (rate(point), station.time(rate(point))));
        let expected = Some(station.time(arrivals)).filter(|time| time.is_finite());
        Some(Theory {
            servers,
            count,
            law: law_of(station),
            service,
            variability: station.variability,
            limit: station.limit(),
            knee: station.knee(),
            curve: points.take_while(|(_, time)| time.is_finite()).collect(),
            live: (arrivals, wait + service),
            expected,
            waiting: Little { number: mean(&|frame| f64::from(frame.waiting)), rate: began_rate, time: wait },
        })
    }
}

/// Little's law for all users: those who wait for an answer, how many get one per second, and how long that takes. It
/// holds in a stretch at whose ends as many are under way. None where many fail: only the time of good answers is known.
pub fn little_of_users(frames: &[Frame]) -> Option<Little> {
    let users = || frames.iter().flat_map(|frame| &frame.users);
    let seconds = frames.len() as f64 * FRAME_S;
    let number = users().map(|users| f64::from(users.in_flight)).sum::<f64>() / frames.len().max(1) as f64;
    let latencies = || users().flat_map(|users| users.latency.latencies());
    let count: f64 = latencies().map(|(_, count)| f64::from(count)).sum();
    let sum: f64 = latencies().map(|(micros, count)| f64::from(micros) * f64::from(count)).sum::<f64>() / 1e6;
    let lost: f64 = users().map(|users| f64::from(users.lost())).sum();
    (count > 0.0 && lost <= FAILING * count).then(|| Little { number, rate: count / seconds, time: sum / count })
}

/// Alike stations beside each other. Those that take the request with the fewest ahead act as one large station, nearly.
fn copies_of(kind: &Kind) -> f64 {
    match kind.server() {
        Some(server) if server.spread != Spread::LeastConnections => f64::from(server.instances_at_start()),
        _ => 1.0,
    }
}

/// The places to wait; none where there are so many that they do not count, or where the wait is not at the door.
fn room_of(kind: &Kind, servers: Servers) -> Option<u32> {
    let room = match kind {
        Kind::Database(database) if database.cores.is_none() && database.quorum.is_none() => {
            database.connections.saturating_sub(database.concurrency)
        }
        Kind::Cache(cache) => cache.capacity,
        Kind::Cdn(cdn) => cdn.capacity,
        Kind::External(external) => external.capacity,
        _ => {
            let server = kind.server()?;
            match servers {
                Servers::Slots => server.capacity,
                // Those who wait for a core have a slot.
                Servers::Busy => (server.concurrency + server.capacity).saturating_sub(server.cores_there()),
            }
        }
    };
    Some(room).filter(|room| *room <= ROOM_MAX)
}

fn law_of(station: Station) -> String {
    let memoryless = (station.variability - 1.0).abs() < 0.01;
    let (letter, count) = (if memoryless { "M/M" } else { "G/G" }, station.count);
    let name = match station.room {
        Some(room) => format!("{letter}/{count}/{}", count.saturating_add(room)),
        None => format!("{letter}/{count}"),
    };
    if station.copies > 1.0 { format!("{} × {name}", station.copies) } else { name }
}

/// By what the waits of memoryless arrivals and services are multiplied here.
fn variability_of(design: &Design, parts: &Parts, at: u32, servers: Servers) -> f64 {
    let services = match servers {
        Servers::Busy => services_of(design, &parts.components[at as usize]).unwrap_or(1.0),
        Servers::Slots => 1.0,
    };
    variability_factor(arrivals_of(design, parts, at), services)
}

/// The squared coefficient of variation of the gaps between arrivals: 0 from users that come evenly spaced, 1/n where a
/// balancer deals out random arrivals in turn to n servers (the gaps are sums of n), 1 elsewhere.
fn arrivals_of(design: &Design, parts: &Parts, at: u32) -> f64 {
    let mut callers = parts.wires.iter().filter(|(_, to)| *to == at).map(|(from, _)| &parts.components[*from as usize]);
    let (Some(caller), None) = (callers.next(), callers.next()) else { return 1.0 };
    match design.component(caller).map(|caller| &caller.kind) {
        Some(Kind::Clients(users)) if users.arrivals == crate::design::Arrivals::Even && users.users == 0 => 0.0,
        Some(Kind::LoadBalancer(balancer)) if balancer.strategy == Strategy::RoundRobin => {
            1.0 / design.wires_from(caller).count().max(1) as f64
        }
        _ => 1.0,
    }
}

/// The squared coefficient of variation of the work of one request, all classes mixed by their shares; none where it is
/// not known, or infinite.
fn services_of(design: &Design, name: &str) -> Option<f64> {
    let kind = &design.component(name)?.kind;
    let mixed = |work: &dyn Fn(&crate::design::RequestClass) -> Vec<(f64, Distribution)>| {
        let (mut weight, mut first, mut second) = (0.0, 0.0, 0.0);
        for class in &design.classes {
            for (count, time) in work(class) {
                let share = class.cost.share * count;
                let mean = time.mean().as_secs_f64();
                weight += share;
                first += share * mean;
                second += share * second_moment(time)?;
            }
        }
        let (first, second) = (first / weight, second / weight);
        (first > 0.0).then(|| (second - first * first) / (first * first))
    };
    match kind {
        Kind::Database(database)
            if database.disk.is_none()
                && !database.locks
                && database.quorum.is_none()
                && design.classes.iter().all(|class| class.cost.query == 1.0) =>
        {
            mixed(&|class| {
                vec![(f64::from(class.cost.reads), database.read), (f64::from(class.cost.writes), database.write)]
            })
        }
        Kind::Cache(cache) => mixed(&|_| vec![(1.0, cache.lookup)]),
        Kind::External(external) => mixed(&|_| vec![(1.0, external.latency)]),
        Kind::Worker(_) => mixed(&|class| class.cost.job.map(|job| (1.0, job)).into_iter().collect()),
        _ => {
            let server = kind.server()?;
            mixed(&|class| vec![(1.0, server.cpu.unwrap_or(class.cost.cpu))])
        }
    }
}

/// The mean of the square, in seconds squared; none where it is infinite.
fn second_moment(time: Distribution) -> Option<f64> {
    let square = |time: Time| time.as_secs_f64() * time.as_secs_f64();
    Some(match time {
        Distribution::Constant(mean) => square(mean),
        Distribution::Exponential(mean) => 2.0 * square(mean),
        Distribution::Lognormal(mean, cv) => square(mean) * (1.0 + cv * cv),
        Distribution::Uniform(low, high) => (square(low) + low.as_secs_f64() * high.as_secs_f64() + square(high)) / 3.0,
        Distribution::Pareto(mean, shape) if shape > 2.0 => {
            square(mean) * (shape - 1.0) * (shape - 1.0) / (shape * (shape - 2.0))
        }
        Distribution::Pareto(..) => return None,
    })
}
