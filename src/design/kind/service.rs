//! Services: servers with settings of their own, for what each of them needs. Every setting of a server can be changed.

use crate::design::setting::{Field, Settings};
use crate::design::{Findings, Node};
use crate::units::{Bytes, Distribution, Time};

use super::{Batch, Consistency, Server};

/// Declares servers with other defaults.
macro_rules! presets {
    ($($(#[doc = $doc:literal])+ $name:ident { $($field:ident: $value:expr,)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, PartialEq)]
            pub struct $name(pub Server);

            impl Default for $name {
                fn default() -> Self {
                    $name(Server { $($field: $value,)+ ..Server::default() })
                }
            }

            impl Settings for $name {
                fn fields(&self) -> &'static [Field] {
                    self.0.fields()
                }
                fn value(&self, field: usize) -> Node {
                    self.0.value(field)
                }
                fn set(&mut self, field: usize, node: &Node, findings: &mut Findings) {
                    self.0.set(field, node, findings);
                }
                fn standard(&self) -> Box<dyn Settings> {
                    Box::new($name::default())
                }
            }
        )+
    };
}

presets! {
    /// Takes money. Reads must be current, so caches are passed by; few at a time, and rather shed than kept waiting.
    Payment {
        concurrency: 32,
        capacity: 32,
        consistency: Consistency::Strong,
    }
    /// Finds. Reads are answered from an index in its own memory, at the cost of CPU; slow to start, and cold at first.
    Search {
        cores: 8,
        base_memory: Bytes(8_000_000_000),
        memory: Some(Bytes(16_000_000_000)),
        index: Some(Distribution::Exponential(Time::from_millis(4))),
        boot: Time::from_secs(60),
        warm_up: Time::from_secs(30),
    }
    /// Tells people. It answers at once and calls those that deliver after, many at a time; what waits to be sent is lost in a crash.
    Notification {
        concurrency: 2000,
        capacity: 20_000,
        answer_first: true,
    }
    /// Counts what happens. It answers at once and works events off in batches: one write to the database for many of them.
    Analytics {
        concurrency: 512,
        capacity: 10_000,
        answer_first: true,
        batch: Some(Batch::default()),
    }
    /// Carries conversations. A connection stays open long after the answer: slots and memory are what it runs out of.
    Chat {
        concurrency: 20_000,
        capacity: 1000,
        memory: Some(Bytes(4_000_000_000)),
        hold: Some(Distribution::Exponential(Time::from_secs(30))),
    }
}

impl super::Kind {
    /// The settings of a server, of those kinds that are one.
    pub fn server(&self) -> Option<&Server> {
        use super::Kind;
        match self {
            Kind::Server(server) => Some(server),
            Kind::Payment(Payment(server))
            | Kind::Search(Search(server))
            | Kind::Notification(Notification(server))
            | Kind::Analytics(Analytics(server))
            | Kind::Chat(Chat(server)) => Some(server),
            _ => None,
        }
    }
}
