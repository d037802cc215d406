//! Settings of the users.

use crate::design::setting::{Curve, choices, settings};
use crate::units::{Distribution, Rate, Time};

choices! {
    /// How open traffic arrives.
    Arrivals {
        /// Independent users: exponential gaps at the curve's rate.
        Poisson = "poisson",
        /// Evenly spaced.
        Even = "even",
    }
}

settings! {
    /// The users: where requests come from, and how patient they are.
    Clients {
        /// How open traffic arrives: poisson or even.
        arrivals: Arrivals = Arrivals::Poisson, None;
        /// Open traffic over time, piecewise linear.
        traffic: Curve = Curve(vec![(Time::ZERO, Rate(10.0))]), None;
        /// A closed population beside the open traffic: each user thinks, asks, waits for the answer, and thinks again.
        users: u32 = 0, Some((0.0, 1_000_000.0));
        /// How long a user of the closed population thinks between an answer and the next request.
        think: Distribution = Distribution::Exponential(Time::from_secs(10)), Some((0.0, 86400.0));
        /// How long a user waits for the page before giving up on it; none is for ever.
        patience: Option<Time> = None, Some((0.000001, 3600.0));
        /// How often a user reloads a page that failed or took too long. Each reload is a new request.
        refreshes: u32 = 0, Some((0.0, 100.0));
        /// How long a user hesitates before reloading.
        hesitation: Distribution = Distribution::Exponential(Time::from_millis(500)), Some((0.0, 3600.0));
    }
}
