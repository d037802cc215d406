//! The component kinds, one file for the settings of each.

mod balancer;
mod cache;
mod cdn;
mod clients;
mod database;
mod locks;
mod queue;
mod dns;
mod external;
mod gateway;
mod limit;
mod router;
mod server;
mod service;
mod storage;
mod worker;

pub use balancer::{
    Compression, Filter, HashBy, HealthCheck, LoadBalancer, Outlier, Shape, StaticCache, Strategy, Tls,
};
pub use cache::{Cache, CacheMode, Eviction, Invalidate};
pub use cdn::Cdn;
pub use clients::{Arrivals, Clients};
pub use database::{Database, Disk, Quorum, Replication};
pub use dns::{Dns, Routing};
pub use external::External;
pub use gateway::{ApiGateway, Auth};
pub use limit::{Algorithm, Limit, Per};
pub use locks::LockService;
pub use queue::{Acks, Delivery, Fetch, Overflow, Preset, Priorities, Queue, Redelivery, Replicas, Terms};
pub use router::{ShardRouter, Sharding};
pub use server::{Autoscale, Batch, Codel, Consistency, Order, Server, Shed, Size, SizeInfo, Spread};
pub use service::{Analytics, Chat, Notification, Payment, Search};
pub use storage::ObjectStorage;
pub use worker::{CONSUMERS_MAX, ScaleBy, Worker, WorkerScale};

use super::setting::Settings;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal, $label:literal, $stem:literal;)+) => {
        /// What a component is, with its settings.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kind { $($(#[doc = $doc])+ $variant($variant),)+ }

        impl Kind {
            /// The kinds' words in a file, in the order of the palette.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The kind of this word, with default settings.
            pub fn of(word: &str) -> Option<Kind> {
                match word { $($word => Some(Kind::$variant($variant::default())),)+ _ => None }
            }

            /// The word in a file: `load-balancer`.
            pub fn word(&self) -> &'static str {
                match self { $(Kind::$variant(_) => $word,)+ }
            }

            /// The name on the screen: `Load balancer`.
            pub fn label(&self) -> &'static str {
                match self { $(Kind::$variant(_) => $label,)+ }
            }

            /// What new ones are called, with a number where the name is taken: `app`, `app-2`.
            pub fn stem(&self) -> &'static str {
                match self { $(Kind::$variant(_) => $stem,)+ }
            }

            /// What it is for, in one sentence.
            pub fn help(&self) -> &'static str {
                match self { $(Kind::$variant(_) => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// Its settings.
            pub fn settings(&self) -> &dyn Settings {
                match self { $(Kind::$variant(settings) => settings,)+ }
            }

            /// Its settings, to change.
            pub fn settings_mut(&mut self) -> &mut dyn Settings {
                match self { $(Kind::$variant(settings) => settings,)+ }
            }
        }
    };
}

kinds! {
    /// The users: where requests come from, and how patient they are.
    Clients = "clients", "Users", "users";
    /// Spreads requests over its backends and takes sick ones out.
    LoadBalancer = "load-balancer", "Load balancer", "lb";
    /// Routes requests to services by their class, finds out who asks, and limits how much.
    ApiGateway = "api-gateway", "API gateway", "gateway";
    /// Sends users to one of several regions, and away from one that is dead.
    Dns = "dns", "DNS", "dns";
    /// Runs the application's code.
    Server = "server", "Server", "app";
    /// Keeps copies of static content near its users.
    Cdn = "cdn", "CDN", "cdn";
    /// Remembers answers of the database.
    Cache = "cache", "Cache", "cache";
    /// Keeps the data.
    Database = "database", "Database", "db";
    /// Knows which database keeps which key, and moves keys when databases come and go.
    ShardRouter = "shard-router", "Shard router", "shards";
    /// Keeps blobs: images, videos, downloads.
    ObjectStorage = "object-storage", "Object storage", "storage";
    /// Keeps messages until a worker has worked them off: not now, but soon.
    Queue = "queue", "Queue", "jobs";
    /// Works off the messages of a queue.
    Worker = "worker", "Worker", "worker";
    /// Lets one request at a time work on a key, by leases.
    LockService = "lock-service", "Lock service", "locks";
    /// Takes money: reads must be current, few requests at a time.
    Payment = "payment", "Payment service", "payment";
    /// Finds: reads are answered from an index in its own memory.
    Search = "search", "Search service", "search";
    /// Tells people: answers at once and calls those that deliver after.
    Notification = "notification", "Notification service", "notify";
    /// Counts what happens: answers at once and works events off in batches.
    Analytics = "analytics", "Analytics service", "analytics";
    /// Carries conversations: connections stay open long after the answer.
    Chat = "chat", "Chat service", "chat";
    /// Somebody else's API: payments, maps, mail. You cannot scale it, only call it less.
    External = "external", "External API", "external";
}
