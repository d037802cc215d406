//! The content delivery network: an edge near each group of users keeps copies of static content; what it lacks it fetches
//! from the origin, through one shield for all edges where there is one.
//!
//! Only classes that are `static` are kept; all others pass through. A copy from the shield keeps the time that the shield's
//! has left (the `Age` of RFC 9111).

mod way;

use crate::design;
use crate::units::Time;

use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Duration};
use crate::sim::random::Stream;
use crate::sim::station::Station;
use crate::sim::turn::Turns;
use crate::sim::{ComponentFrame, FRAME, Figure};

use super::USER_BITS;
use super::cache::{Flights, Rules, Store};

/// The number of the shield, where edges have theirs.
const SHIELD: u32 = u32::MAX;

/// A CDN at run time.
#[derive(Clone, Debug)]
pub struct Cdn {
    /// What the design says.
    pub settings: design::Cdn,
    /// Look-ups served and waiting, at all edges together.
    pub station: Station,
    /// The time of a look-up.
    pub lookup: Duration,
    edges: Vec<Edge>,
    /// For each clients, in the order of their users' numbers, the edge near them.
    nearest: Vec<u32>,
    shield: Option<Edge>,
    /// How the way between edge and shield is put off.
    away: Delay,
    /// The wires to origins.
    origins: Turns,
    /// For each class, the class whose keys it uses.
    spaces: Vec<u16>,
    /// For each class, the wires to the databases that keep what its content is made of.
    homes: Vec<Vec<u32>>,
    hits: u32,
    misses: u32,
    stale: u32,
    coalesced: u32,
    served: u64,
    fetched: u64,
}

/// One place that keeps copies.
#[derive(Clone, Debug)]
struct Edge {
    /// The region it stands in; for users in no region, their name.
    near: String,
    store: Store,
    flights: Flights,
}

impl Cdn {
    /// A CDN without edges.
    pub fn new(settings: &design::Cdn) -> Cdn {
        Cdn {
            settings: settings.clone(),
            station: Station::new(settings.concurrency, settings.capacity),
            lookup: Duration { distribution: settings.lookup, constant: None },
            edges: Vec::new(),
            nearest: Vec::new(),
            shield: None,
            away: Delay::For(settings.shield_latency),
            origins: Turns::default(),
            spaces: Vec::new(),
            homes: Vec::new(),
            hits: 0,
            misses: 0,
            stale: 0,
            coalesced: 0,
            served: 0,
            fetched: 0,
        }
    }

    /// Forgets all copies, everywhere: a purge.
    pub fn flush(&mut self) {
        self.places().for_each(|edge| edge.store.flush());
    }

    /// Loses all work in hand, and all copies.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        self.places().for_each(|edge| edge.flights.clear());
        self.flush();
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.edges.iter().chain(&self.shield).map(|edge| edge.store.memory() + edge.flights.memory()).sum()
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.waiting) = self.station.harvest(now, FRAME);
        frame.servers = self.station.servers as f32;
        (frame.held, frame.slots) = (frame.busy, frame.servers);
        frame.capacity = self.station.capacity as f32;
        (frame.hits, frame.misses, frame.stale) = (self.hits, self.misses, self.stale);
        let (held, evicted) = self
            .places()
            .fold((0, 0), |(held, evicted), edge| (held + edge.store.held(), evicted + edge.store.take_evicted()));
        frame.figures.extend([
            (Figure::MemoryUsed, held as f32),
            (Figure::Evictions, evicted as f32),
            (Figure::Coalesced, self.coalesced as f32),
            (Figure::BytesServed, self.served as f32),
            (Figure::BytesFromOrigin, self.fetched as f32),
        ]);
        (self.hits, self.misses, self.stale, self.coalesced) = (0, 0, 0, 0);
        (self.served, self.fetched) = (0, 0);
    }

    fn places(&mut self) -> impl Iterator<Item = &mut Edge> {
        self.edges.iter_mut().chain(&mut self.shield)
    }

    fn place(&mut self, number: u32) -> Option<&mut Edge> {
        if number == SHIELD { self.shield.as_mut() } else { self.edges.get_mut(number as usize) }
    }
}

fn rules(settings: &design::Cdn) -> Rules {
    Rules {
        entries: u32::MAX,
        memory: Some(settings.memory),
        eviction: settings.eviction,
        ttl: settings.ttl,
        jitter: settings.ttl_jitter.0,
    }
}

/// Settings and views.
impl Simulation {
    /// Takes over what the design says: one edge for each region with users, and for each clients in no region.
    pub(in crate::sim) fn configure_cdn(&mut self, at: u32, settings: &design::Cdn) {
        let (lookup, away) = (self.prepared(settings.lookup), self.calendar.constant(settings.shield_latency));
        let origins = Turns::new(&self.wires_to(at, |_| true), &self.wires, self.classes.len());
        let mut counts = vec![0; self.classes.len()];
        for class in self.classes.iter().filter(|class| class.cost.is_static) {
            counts[usize::from(class.space)] = self.classes[usize::from(class.space)].key_space;
        }
        let bytes = self.value_bytes();
        let users = self.parts.iter().filter(|part| matches!(part.behavior, Behavior::Clients(_)));
        let near: Vec<String> = users.map(|users| users.region.as_ref().unwrap_or(&users.name).clone()).collect();
        let seed = self.seed;
        let name = self.parts[at as usize].name.clone();
        let fresh = |near: &str| {
            let stream = Stream::new(seed, &format!("{name}/{near}/eviction"));
            Edge { near: near.to_owned(), store: Store::new(rules(settings), stream), flights: Flights::default() }
        };
        let spaces = self.key_owners();
        let Some(cdn) = self.cdn(at) else { return };
        if !spaces.starts_with(&cdn.spaces) {
            // The keys mean other things now.
            cdn.places().for_each(|edge| edge.flights.clear());
            cdn.flush();
        }
        cdn.spaces = spaces;
        (cdn.station.servers, cdn.station.capacity) = (settings.concurrency, settings.capacity);
        (cdn.settings, cdn.lookup, cdn.away) = (settings.clone(), lookup, away);
        if !cdn.origins.same_wires(&origins) {
            cdn.origins = origins;
        }
        cdn.nearest.clear();
        for near in &near {
            // An edge stays where it is when its users leave: requests of theirs may still be under way.
            let edge = cdn.edges.iter().position(|edge| edge.near == *near).unwrap_or_else(|| {
                cdn.edges.push(fresh(near));
                cdn.edges.len() - 1
            });
            cdn.nearest.push(edge as u32);
        }
        if settings.shield && cdn.shield.is_none() {
            cdn.shield = Some(fresh("the shield"));
        }
        cdn.places().for_each(|edge| edge.store.configure(rules(settings), &counts, &bytes));
    }

    /// Finds for each CDN the databases that keep what its content is made of, once all parts are configured.
    pub(in crate::sim) fn find_homes(&mut self) {
        for at in 0..self.parts.len() as u32 {
            if matches!(self.parts[at as usize].behavior, Behavior::Cdn(_)) {
                let homes = (0..self.classes.len() as u16).map(|class| self.home_of(at, class)).collect();
                if let Some(cdn) = self.cdn(at) {
                    cdn.homes = homes;
                }
            }
        }
    }

    #[inline]
    fn cdn(&mut self, at: u32) -> Option<&mut Cdn> {
        match &mut self.parts[at as usize].behavior {
            Behavior::Cdn(cdn) => Some(cdn),
            _ => None,
        }
    }

    /// The edge that a request comes to: the one near its user.
    fn edge_of(&self, at: u32, index: u32) -> u32 {
        let Behavior::Cdn(cdn) = &self.parts[at as usize].behavior else { return 0 };
        let clients = self.attempts[index].user >> USER_BITS;
        cdn.nearest.get(clients as usize).copied().unwrap_or(0)
    }
}
