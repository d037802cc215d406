//! Settings of workers.

use crate::design::Server;
use crate::design::setting::{Name, settings};
use crate::units::Time;

settings! {
    /// Works off the messages of a queue.
    Worker {
        /// Consumers: messages worked on at once. Each takes one after the other.
        consumers: u32 = 4, Some((1.0, 10_000.0));
        /// CPU cores, shared by the consumers.
        cores: u32 = 4, Some((1.0, 1_000_000.0));
        /// How fast a core is, against the one that the classes were measured on.
        speed: f64 = 1.0, Some((0.01, 100.0));
        /// Workers of one group share the messages; every group gets every message.
        group: Name = Name("workers".to_owned()), None;
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
    }
}

impl Worker {
    /// The server that it is, but for where its work comes from.
    pub fn server(&self) -> Server {
        Server {
            cores: self.cores,
            concurrency: self.consumers,
            speed: self.speed,
            boot: self.boot,
            ..Server::default()
        }
    }
}
