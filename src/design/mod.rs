//! What the learner draws: components and wires with their settings, as plain data.

pub(crate) mod setting;

mod check;
mod class;
mod diff;
mod edit;
mod fault;
mod file;
mod kind;
mod node;
mod path;
mod policy;
mod problem;
mod region;
mod scale;
mod sound;

pub use check::{Remark, may_connect, may_rewire, remarks};
pub use class::{ClassCost, Criticality, Keys, RequestClass};
pub use diff::{Difference, differences, under_load_of};
pub use edit::Edit;
pub use fault::{Fault, FaultKind, FaultSettings, Target};
pub use file::{DESIGN_BYTES_MAX, read, read_fault, write, write_fault};
pub use kind::{
    Acks, Algorithm, Analytics, ApiGateway, Arrivals, Auth, Autoscale, Batch, CONSUMERS_MAX, Cache, CacheMode, Cdn,
    Chat, Clients, Codel, Compression, Consistency, Database, Delivery, Disk, Dns, Eviction, External, Fetch, Filter,
    HashBy, HealthCheck, Invalidate, Kind, Limit, LoadBalancer, LockService, Notification, ObjectStorage, Order,
    Outlier, Overflow, Payment, Per, Preset, Priorities, Queue, Quorum, Redelivery, Replicas, Replication, Routing,
    ScaleBy, Search, Server, Shape, ShardRouter, Sharding, Shed, Size, SizeInfo, Spread, StaticCache, Strategy, Terms,
    Tls, Worker, WorkerScale,
};
pub use node::{Entry, Node, Value, inline_text};
pub use path::set_path;
pub use policy::{Backoff, Breaker, CallPolicy, Hedge, HedgeAfter, Jitter, Retry, RetryOn};
pub use problem::{Findings, Problem, suggest};
pub use region::{Distance, Regions, region_typed};
pub use scale::{ONE_BY_ONE, Scale, Scaling, Shrunk, hot_keys, scale_words, shrink, shrink_fault};
pub use setting::{Curve, Form, Name, Names, SettingInfo, Settings, get_path, put_path, read_settings};

use crate::units::Time;

/// The drawing, and all that a run needs besides the learner's hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// The seed of every random stream.
    pub seed: u64,
    /// How long a run takes, in simulated time.
    pub duration: Time,
    /// The kinds of request; never empty.
    pub classes: Vec<RequestClass>,
    /// The boxes, in the order of the file.
    pub components: Vec<Component>,
    /// The lines, in the order of the file.
    pub wires: Vec<Wire>,
    /// Names for stretches of time, for goals.
    pub spans: Vec<Span>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// How far apart regions are.
    pub regions: Regions,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name, unique in the design; letters, digits, `-` and `_`.
    pub name: String,
    /// Its centre on the canvas, in canvas pixels.
    pub at: Point,
    /// Where in the world it stands; of users, where they are. None is near everything.
    pub region: Option<String>,
    /// What it is, with its settings.
    pub kind: Kind,
}

/// A place on the canvas, in canvas pixels; x to the right, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// A line from caller to callee. At most one runs from one component to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// The caller's name.
    pub from: String,
    /// The callee's name.
    pub to: String,
    /// What it does for its caller.
    pub policy: CallPolicy,
}

/// A named stretch of time, from its start up to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its name, unique in the design.
    pub name: String,
    /// The start.
    pub from: Time,
    /// The end, not included.
    pub to: Time,
}

impl Default for Design {
    fn default() -> Design {
        Design {
            seed: 1,
            duration: Time::from_secs(60),
            classes: vec![RequestClass { name: "request".to_owned(), cost: ClassCost::default() }],
            components: Vec::new(),
            wires: Vec::new(),
            spans: Vec::new(),
            faults: Vec::new(),
            regions: Regions::default(),
        }
    }
}

impl Design {
    /// The component of this name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.name == name)
    }

    /// Where calls and messages of a wire come from, and where they go. A worker may be drawn to its queue as well as the
    /// queue to its worker: either way messages go to the worker.
    pub fn flow<'a>(&self, wire: &'a Wire) -> (&'a str, &'a str) {
        let kind = |name: &str| self.component(name).map(|component| &component.kind);
        match (kind(&wire.from), kind(&wire.to)) {
            (Some(Kind::Worker(_)), Some(Kind::Queue(_))) => (&wire.to, &wire.from),
            _ => (&wire.from, &wire.to),
        }
    }

    /// The wire between these two.
    pub fn wire(&self, from: &str, to: &str) -> Option<&Wire> {
        self.wires.iter().find(|wire| wire.from == from && wire.to == to)
    }

    /// Whether a fault may strike this: a component, a region or a wire that there is.
    pub fn has_target(&self, target: &Target) -> bool {
        match target {
            Target::Component(name) => self.component(name).is_some() || self.has_region(name),
            Target::Wire(from, to) => self.wire(from, to).is_some(),
        }
    }

    /// The wires that leave this component, in the order of the file.
    pub fn wires_from<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Wire> + 'a {
        self.wires.iter().filter(move |wire| wire.from == name)
    }

    /// A name of this kind that is still free: `server-3`.
    pub fn free_name(&self, kind: &Kind) -> String {
        let stem = kind.stem();
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        std::iter::once(stem.to_owned())
            .chain(numbered)
            .find(|name| self.component(name).is_none() && !self.has_region(name))
            .expect("endless")
    }
}

impl Wire {
    /// How files and reports name it: `app-1 -> db`.
    pub fn name(&self) -> String {
        format!("{} -> {}", self.from, self.to)
    }
}

/// Whether a component, class or span may be called this; otherwise what is wrong.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits =
        (1..=40).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if fits { Ok(()) } else { Err(format!("`{name}` is no name; use up to 40 letters, digits, `-` and `_`")) }
}
