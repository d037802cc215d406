//! Settings of API gateways.

use crate::design::setting::settings;
use crate::units::Time;

use super::Limit;

settings! {
    /// Finds out who asks: a user's first request is looked up in full, later ones carry a token.
    Auth {
        /// CPU time to check the token that a request carries.
        verify: Time = Time(100_000), Some((0.0, 10.0));
        /// CPU time to log a user in who has no token yet.
        login: Time = Time::from_millis(2), Some((0.0, 60.0));
        /// How long a token is good for; 0s logs in on every request.
        token: Time = Time::from_secs(600), Some((0.0, 86400.0));
    }
}

settings! {
    /// Routes requests to services by their class: over the wire that names the class, or else one that names none.
    ApiGateway {
        /// What it costs to find out who asks; none lets anybody in.
        auth: Option<Auth> = Some(Auth::default()), None;
        /// A rate limit: more requests are refused at once.
        limit: Option<Limit> = None, None;
        /// CPU cores.
        cores: u32 = 4, Some((1.0, 1_000_000.0));
        /// Requests passed on at once, each held until its answer is back.
        concurrency: u32 = 10_000, Some((1.0, 1_000_000.0));
        /// Requests that may wait when all of `concurrency` are taken; one more is shed.
        capacity: u32 = 10_000, Some((0.0, 1_000_000.0));
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
    }
}
