//! How findings are told: plain sentences, with figures rounded for people.

use crate::design::Kind;
use crate::sim::{Happening, Parts};
use crate::units::{Bytes, Time};

use super::what::{Place, What};

/// A number to three digits or so: `12`, `0.4`, `15,200`.
pub fn number(number: f64) -> String {
    match number.abs() {
        size if size >= 1000.0 => {
            let whole = number.round() as i64;
            let digits = whole.abs().to_string();
            let mut out = String::from(if whole < 0 { "-" } else { "" });
            for (place, digit) in digits.chars().enumerate() {
                if place > 0 && (digits.len() - place).is_multiple_of(3) {
                    out.push(',');
                }
                out.push(digit);
            }
            out
        }
        size if size >= 10.0 => format!("{number:.0}"),
        _ => {
            let text = format!("{number:.1}");
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
    }
}

/// Seconds as people write them.
pub fn seconds(seconds: f64) -> String {
    Time::from_secs_f64(seconds).rounded()
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        share if share < 9.95 => format!("{} %", number(share)),
        share => format!("{share:.0} %"),
    }
}

/// Bytes as people write them.
pub fn bytes(bytes: f64) -> String {
    let (scale, unit) = match bytes {
        bytes if bytes >= 1e9 => (1e9, "GB"),
        bytes if bytes >= 1e6 => (1e6, "MB"),
        bytes if bytes >= 1e3 => (1e3, "kB"),
        _ => return Bytes(bytes as u64).to_string(),
    };
    format!("{} {unit}", number(bytes / scale))
}

/// How a figure has changed.
pub fn changed(figure: &str, before: f64, after: f64, told: fn(f64) -> String) -> String {
    format!("{figure}: {} → {}", told(before), told(after))
}

/// What the servers of a kind are.
pub fn servers_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Database(database) if database.cores.is_none() => "statements at once",
        Kind::Worker(_) => "consumers busy",
        Kind::ObjectStorage(_) => "line busy",
        Kind::Cache(_) | Kind::Cdn(_) | Kind::External(_) | Kind::Queue(_) | Kind::LockService(_) => "calls at once",
        _ => "cores busy",
    }
}

/// The name of a place.
pub fn place(place: Place, parts: &Parts) -> String {
    let name = |index: u32| parts.components.get(index as usize).map_or("?", String::as_str);
    match place {
        Place::Component(index) => name(index).to_owned(),
        Place::Wire(index) => match parts.wires.get(index as usize) {
            Some((from, to)) => format!("{} → {}", name(*from), name(*to)),
            None => "?".to_owned(),
        },
    }
}

/// The evidence of what stands in the log.
pub fn logged(what: What, happening: &Happening) -> String {
    match (what, happening) {
        (What::InstancesDied, Happening::InstancesDied(_, count)) => format!("{count} instances are gone"),
        (What::Crashed, _) => "the process is gone; what it worked on is lost".to_owned(),
        (What::OutOfMemory, _) => "the process needed more memory than there is, and was killed".to_owned(),
        (What::Resized, _) => "it is down while it moves".to_owned(),
        (What::Deployed, _) => "a new version goes out".to_owned(),
        (What::DiskFull, _) => "it reports that no space is left; reads still work".to_owned(),
        (What::BreakerOpened, _) => "too many calls failed; more are refused at once".to_owned(),
        (What::TakenOut, Happening::Ejected(_)) => "too many requests in a row failed there".to_owned(),
        (What::TakenOut, _) => "its health checks failed".to_owned(),
        _ => String::new(),
    }
}

/// What a finding says of a place, as a sentence without its full stop. A name keeps its letters, at the beginning too.
pub fn sentence(what: What, name: &str) -> String {
    match what {
        What::Crashed => format!("{name} died"),
        What::InstancesDied => format!("Some instances of {name} died"),
        What::MemoryLeak => format!("{name} leaks memory"),
        What::Deployed => format!("A new version of {name} was deployed"),
        What::Resized => format!("{name} was moved to another machine"),
        What::Stalled => format!("{name} stands still"),
        What::Slowed => format!("{name} became slower"),
        What::DiskFull => format!("The disk of {name} is full"),
        What::Cut => format!("Nothing gets through at {name}"),
        What::PacketLoss => format!("{name} loses packets"),
        What::Delayed => format!("The way {name} became longer"),
        What::CacheEmptied => format!("{name} has forgotten what it knew"),
        What::CacheExpired => format!("Many entries of {name} expired together"),
        What::HotShard => format!("One shard behind {name} gets far more than its share"),
        What::Poison => format!("Messages in {name} fail every time"),
        What::LockContention => format!("Writes to {name} wait for the same row"),
        What::Surge => format!("{name} want more than before"),
        What::RateLimited => format!("The rate limit of {name} turns requests away"),
        What::ConnectionsFull => format!("All connections of {name} are in use"),
        What::BulkheadFull => format!("The bulkhead of {name} is full"),
        What::DiskBusy => format!("The disk of {name} is busy all the time"),
        What::LineFull => format!("The line {name} is full"),
        What::OutOfMemory => format!("{name} ran out of memory"),
        What::Saturated => format!("{name} is busy all the time"),
        What::SlotsHeld => format!("All slots of {name} are held by requests that wait for others"),
        What::QueueGrew => format!("Requests pile up at {name}"),
        What::Overflowed => format!("{name} has no room left, and turns requests away"),
        What::TimedOut => format!("Calls {name} time out"),
        What::CallsFail => format!("Calls {name} fail"),
        What::Retries => format!("Callers try again: {name}"),
        What::Reloads => format!("{name} reload the page"),
        What::BreakerOpened => format!("The breaker {name} opened"),
        What::TakenOut => format!("A health check took the callee of {name} out"),
        What::UsersHurt => "Users are hurt".to_owned(),
        What::Collapsed => "Most users get no answer".to_owned(),
        What::CauseOver => format!("What began it at {name} is over"),
        What::StaysDown => format!("It stays down: {name} feeds it"),
        What::Recovered => "Users get their answers again".to_owned(),
    }
}
