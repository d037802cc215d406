//! Components and request classes at run time.

use crate::design::{ClassCost, Kind};
use crate::units::{Distribution, Time};

use super::ComponentFrame;
use super::attempt::{Attempt, NONE};
use super::calendar::Delay;
use super::kind::{
    Balancer, Broker, Cache, Cdn, Clients, Database, Dns, Duties, External, Gateway, Inbox, Locks, Router, Server,
    Storage,
};
use super::limiter::Limiter;
use super::magnify::KeyDraw;
use super::random::{Exponential, Stream};
use super::station::Station;
use super::tally::Meter;

/// One thing a server does for a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// Compute on one core.
    Cpu(Distribution),
    /// Read a key: from a cache first where there is one.
    Read,
    /// Write a key.
    Write,
    /// Write all keys of the request in one transaction.
    Transact,
    /// Store the request's body.
    Put,
    /// Fetch a blob.
    Fetch,
    /// Call this wire's callee.
    Call(u32),
    /// Take the lock of the key.
    Lock,
    /// Let go of it.
    Unlock,
    /// See whether the job was one of those that fail every time.
    Judge,
    /// Send the answer over the line, which takes this long.
    Send(Time),
    /// Answer now, and go on by oneself.
    Accept,
    /// Join a batch, and wait until it is worked off.
    Batch,
    /// Compute on one core for all of a batch.
    Bulk(Distribution),
    /// Keep the connection open.
    Hold(Distribution),
    /// There is no data store to read from or write to.
    NoStore,
    /// Answer.
    Done,
}

/// A component at run time.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub name: String,
    /// The word of its kind: a part that comes back as another kind is another part.
    pub kind: &'static str,
    pub stream: Stream,
    pub behavior: Behavior,
    /// Dead, or coming back: calls fail.
    pub down: bool,
    /// The boot event that is running; 0 is none.
    pub booting: u32,
    pub boot: Time,
    pub cut: bool,
    /// The faults in force on it.
    pub faults: Vec<u32>,
    /// Where in the world it stands.
    pub region: Option<String>,
    pub gone: bool,
    /// How many times slower a fault makes it.
    pub slow: f64,
    /// When it last told of an overflow.
    pub overflowed: Option<Time>,
    pub frame: ComponentFrame,
}

/// What a component does.
#[derive(Clone, Debug)]
pub(super) enum Behavior {
    Clients(Box<Clients>),
    Balancer(Box<Balancer>),
    Gateway(Box<Gateway>),
    Dns(Box<Dns>),
    External(Box<External>),
    Server(Box<Server>),
    Cache(Box<Cache>),
    Cdn(Box<Cdn>),
    Database(Box<Database>),
    Router(Box<Router>),
    Storage(Box<Storage>),
    Broker(Box<Broker>),
    Locks(Box<Locks>),
}

/// A request class at run time.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub name: String,
    pub cost: ClassCost,
    /// The class whose keys it uses: itself, unless it reads or writes the data of another.
    pub space: u16,
    /// Whether its keys are ever written, by whatever class.
    pub written: bool,
    /// How popular its keys are; none for a class that has only one key or uses none.
    pub keys: Option<KeyDraw>,
    /// Every key that was ever drawn is below this: requests in flight outlive a change of the design.
    pub key_space: u32,
    /// Its share counts: it is part of the design as it is now.
    pub active: bool,
    pub meter: Meter,
}

/// A duration, prepared: constants use lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration {
    pub distribution: Distribution,
    pub constant: Option<Delay>,
}

impl Duration {
    /// One draw, at something that is so many times slower.
    #[inline(always)]
    pub fn draw(&self, exponential: &Exponential, stream: &mut Stream, slow: f64) -> Delay {
        match self.constant {
            Some(delay) if slow == 1.0 => delay,
            _ => {
                let time = exponential.sample(self.distribution, stream);
                Delay::For(if slow == 1.0 { time } else { time * slow })
            }
        }
    }
}

impl Behavior {
    /// An empty component of this kind; `configure` fills it in.
    pub fn new(kind: &Kind, seed: u64, name: &str) -> Behavior {
        match kind {
            Kind::Clients(settings) => Behavior::Clients(Box::new(Clients::new(settings, seed, name))),
            Kind::LoadBalancer(settings) => Behavior::Balancer(Box::new(Balancer::new(settings))),
            Kind::ApiGateway(_) => Behavior::Gateway(Box::default()),
            Kind::Dns(settings) => Behavior::Dns(Box::new(Dns::new(settings))),
            Kind::External(settings) => Behavior::External(Box::new(External::new(settings))),
            Kind::Server(settings) => Behavior::Server(Box::new(Server::new(settings))),
            Kind::Cache(settings) => Behavior::Cache(Box::new(Cache::new(settings, seed, name))),
            Kind::Cdn(settings) => Behavior::Cdn(Box::new(Cdn::new(settings))),
            Kind::Database(settings) => Behavior::Database(Box::new(Database::new(settings))),
            Kind::ShardRouter(settings) => Behavior::Router(Box::new(Router::new(settings))),
            Kind::ObjectStorage(settings) => Behavior::Storage(Box::new(Storage::new(settings))),
            Kind::Queue(settings) => Behavior::Broker(Box::new(Broker::new(settings, seed, name))),
            Kind::Worker(settings) => {
                let mut server = Server::new(&settings.server());
                server.inbox = Some(Box::new(Inbox::new(settings)));
                Behavior::Server(Box::new(server))
            }
            Kind::LockService(settings) => Behavior::Locks(Box::new(Locks::new(settings))),
            Kind::Payment(_) | Kind::Search(_) | Kind::Notification(_) | Kind::Analytics(_) | Kind::Chat(_) => {
                Behavior::Server(Box::new(Server::new(kind.server().expect("these are servers"))))
            }
        }
    }

    /// The waiting room and servers that a call enters first; none where calls are passed on or nobody calls, and at a
    /// server, whose instances have one each.
    #[inline]
    pub fn station(&mut self) -> Option<&mut Station> {
        match self {
            Behavior::Cache(cache) => Some(&mut cache.station),
            Behavior::Cdn(cdn) => Some(&mut cdn.station),
            Behavior::Database(database) => Some(&mut database.station),
            Behavior::Storage(storage) => Some(&mut storage.station),
            Behavior::Broker(broker) => Some(&mut broker.station),
            Behavior::Locks(locks) => Some(&mut locks.station),
            Behavior::External(external) => Some(&mut external.station),
            Behavior::Balancer(balancer) => balancer.duties.as_mut().map(|duties| &mut duties.slots),
            Behavior::Gateway(gateway) => Some(&mut gateway.duties.slots),
            Behavior::Clients(_) | Behavior::Dns(_) | Behavior::Server(_) | Behavior::Router(_) => None,
        }
    }

    /// What it does besides passing requests on; none where that is all, or where requests end.
    #[inline]
    pub fn duties(&mut self) -> Option<&mut Duties> {
        match self {
            Behavior::Balancer(balancer) => balancer.duties.as_deref_mut(),
            Behavior::Gateway(gateway) => Some(&mut gateway.duties),
            _ => None,
        }
    }

    /// The bytes of an answer that leaves it, of a response that has this many: it may compress.
    #[inline]
    pub fn answer_bytes(&self, attempt: &Attempt, bytes: u64) -> u64 {
        match self {
            Behavior::Balancer(balancer) => match &balancer.duties {
                Some(duties) => duties.answer_bytes(attempt.step, bytes),
                None => bytes,
            },
            _ => bytes,
        }
    }

    /// Its rate limiter.
    pub fn limiter(&mut self) -> Option<&mut Limiter> {
        match self {
            Behavior::External(external) => external.limiter.as_mut(),
            other => other.duties()?.limiter(),
        }
    }

    /// Counts a request that its rate limit refused.
    pub fn count_limited(&mut self) {
        match self {
            Behavior::External(external) => external.limited += 1,
            other => other.duties().into_iter().for_each(Duties::count_limited),
        }
    }

    /// Whether servers call it for what it does, as they call other servers.
    pub fn is_service(&self) -> bool {
        matches!(self, Behavior::Server(_) | Behavior::Balancer(_) | Behavior::Gateway(_) | Behavior::External(_))
    }

    /// Forgets all work in hand and all that is kept in memory only: a crash.
    pub fn clear(&mut self, now: Time) {
        match self {
            Behavior::Clients(_) | Behavior::Router(_) => {}
            Behavior::Balancer(balancer) => balancer.clear(now),
            Behavior::Gateway(gateway) => gateway.clear(now),
            Behavior::Dns(dns) => dns.clear(),
            Behavior::External(external) => external.station.clear(now),
            Behavior::Server(server) => server.clear(now),
            Behavior::Cache(cache) => cache.clear(now),
            Behavior::Cdn(cdn) => cdn.clear(now),
            Behavior::Database(database) => database.clear(now),
            Behavior::Storage(storage) => storage.clear(now),
            Behavior::Broker(broker) => broker.station.clear(now),
            Behavior::Locks(locks) => locks.clear(now),
        }
    }

    /// The memory it takes, where that grows with keys.
    pub fn bytes(&self) -> usize {
        match self {
            Behavior::Cache(cache) => cache.bytes(),
            Behavior::Cdn(cdn) => cdn.bytes(),
            Behavior::Database(database) => database.bytes(),
            Behavior::Router(router) => router.bytes(),
            Behavior::Broker(broker) => broker.bytes(),
            Behavior::Locks(locks) => locks.bytes(),
            Behavior::Balancer(balancer) => balancer.duties.as_ref().map_or(0, |duties| duties.bytes()),
            Behavior::Gateway(gateway) => gateway.duties.bytes(),
            Behavior::Dns(dns) => dns.bytes(),
            Behavior::External(external) => external.limiter.as_ref().map_or(0, Limiter::bytes),
            Behavior::Server(server) => server.bytes(),
            Behavior::Clients(_) | Behavior::Storage(_) => 0,
        }
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        match self {
            Behavior::Clients(_) => {}
            Behavior::Balancer(balancer) => balancer.harvest(now, frame),
            Behavior::Gateway(gateway) => gateway.harvest(now, frame),
            Behavior::Dns(dns) => dns.harvest(frame),
            Behavior::External(external) => external.harvest(now, frame),
            Behavior::Server(server) => server.harvest(now, frame),
            Behavior::Cache(cache) => cache.harvest(now, frame),
            Behavior::Cdn(cdn) => cdn.harvest(now, frame),
            Behavior::Database(database) => database.harvest(now, frame),
            Behavior::Router(router) => router.harvest(frame),
            Behavior::Storage(storage) => storage.harvest(now, frame),
            Behavior::Broker(broker) => broker.harvest(now, frame),
            Behavior::Locks(locks) => locks.harvest(now, frame),
        }
    }
}

impl Part {
    /// Whether calls to it fail at once.
    #[inline]
    pub fn refuses(&self) -> bool {
        self.down || self.gone
    }

    pub fn new(name: &str, kind: &Kind, seed: u64) -> Part {
        Part {
            name: name.to_owned(),
            kind: kind.word(),
            stream: Stream::new(seed, name),
            behavior: Behavior::new(kind, seed, name),
            down: false,
            booting: 0,
            boot: Time::ZERO,
            cut: false,
            faults: Vec::new(),
            region: None,
            gone: false,
            slow: 1.0,
            overflowed: None,
            frame: ComponentFrame::default(),
        }
    }
}

/// The index of the wire that keeps this key, among several stores of one kind; NONE if there is none.
#[inline]
pub(super) fn by_key(wires: &[u32], key: u32) -> u32 {
    match wires {
        [] => NONE,
        [only] => *only,
        many => many[(super::random::mix(u64::from(key)) % many.len() as u64) as usize],
    }
}
