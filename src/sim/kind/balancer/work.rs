//! What there is to do for a request at a load balancer or a gateway, and what it costs.
//!
//! Where a request is stands in its attempt's `step`. At 0 it holds no slot: it came before there were duties.

use crate::design::{self, Auth, Compression, Limit, Shape, Tls};
use crate::units::Time;

use crate::sim::part::Class;

/// Held back by a leaky bucket, before it has a slot.
pub const LIMITED: u32 = 1;
/// A core does its handshake.
pub const HANDSHAKE: u32 = 2;
/// The client's last words of the handshake are under way.
pub const ROUND_TRIP: u32 = 3;
/// A core looks into it; who asks carries a token.
pub const VERIFY: u32 = 4;
/// A core looks into it and logs the user in.
pub const LOGIN: u32 = 5;
/// Held back by shaping.
pub const SHAPED: u32 = 6;
/// Passed on; a backend works on it.
pub const PASSED: u32 = 7;
/// A core compresses the answer.
pub const COMPRESS: u32 = 8;

/// What there is to do, as the design says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// Cores; none is as many as it takes.
    pub cores: Option<u32>,
    /// Slots; none is as many as it takes.
    pub concurrency: Option<u32>,
    /// Places before the slots.
    pub capacity: u32,
    /// The rate limit.
    pub limit: Option<Limit>,
    /// Handshakes.
    pub tls: Option<Tls>,
    /// Log-in.
    pub auth: Option<Auth>,
    /// Whether each class is blocked; none without a filter.
    pub blocked: Option<Vec<bool>>,
    /// CPU time to look into a request.
    pub inspect: Time,
    /// Compression of answers.
    pub compression: Option<Compression>,
    /// Shaping.
    pub shape: Option<Shape>,
    /// Whether it keeps copies of static answers.
    pub copies: bool,
}

impl Work {
    /// The duties of a load balancer.
    pub fn of_balancer(settings: &design::LoadBalancer, classes: &[Class]) -> Work {
        let settings = settings.clone();
        let filter = settings.filter.as_ref();
        let blocks =
            |filter: &design::Filter| classes.iter().map(|class| filter.classes.0.contains(&class.name)).collect();
        Work {
            cores: settings.cores,
            concurrency: settings.concurrency,
            capacity: settings.capacity,
            limit: settings.limit,
            tls: settings.tls,
            auth: None,
            blocked: filter.map(blocks),
            inspect: filter.map_or(Time::ZERO, |filter| filter.cpu),
            compression: settings.compression,
            shape: settings.shape,
            copies: settings.cache.is_some(),
        }
    }

    /// The duties of an API gateway.
    pub fn of_gateway(settings: &design::ApiGateway) -> Work {
        Work {
            cores: Some(settings.cores),
            concurrency: Some(settings.concurrency),
            capacity: settings.capacity,
            limit: settings.limit.clone(),
            auth: settings.auth.clone(),
            ..Work::default()
        }
    }

    /// Whether there is anything to do. The waiting room alone, without slots to wait for, is nothing.
    pub fn is_any(&self) -> bool {
        *self != Work { capacity: self.capacity, ..Work::default() }
    }

    /// The CPU time of a step.
    pub fn cost(&self, step: u32, class: &Class) -> Time {
        let auth = |time: fn(&Auth) -> Time| self.auth.as_ref().map_or(Time::ZERO, time);
        match step {
            HANDSHAKE => self.tls.as_ref().map_or(Time::ZERO, |tls| tls.handshake),
            VERIFY => self.inspect + auth(|auth| auth.verify),
            LOGIN => self.inspect + auth(|auth| auth.login),
            COMPRESS => self
                .compresses(class)
                .map_or(Time::ZERO, |compression| compression.cpu * (class.cost.response.0 as f64 / 1e6)),
            _ => Time::ZERO,
        }
    }

    /// How answers of a class are compressed; none if they are not.
    pub fn compresses(&self, class: &Class) -> Option<&Compression> {
        self.compression.as_ref().filter(|compression| class.cost.response >= compression.least)
    }
}
