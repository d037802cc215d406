//! How many requests users want per second when they want most.

use crate::design::{Clients, Design, Fault, FaultKind, Kind, Server, Target};
use crate::units::Time;

/// More than the peak, or as much: all curves at their highest at once, in the largest surge.
pub fn at_most(design: &Design, by_hand: &[Fault]) -> f64 {
    let surge = surges(design, by_hand).map(|surge| surge.settings.factor).fold(1.0, f64::max);
    let served = Served::of(design);
    let most = |clients: &Clients| {
        let open = clients.traffic.0.iter().map(|(_, rate)| rate.0).fold(0.0, f64::max);
        surge * open + served.closed_rate(clients)
    };
    users_of(design).map(|(_, _, clients)| most(clients)).sum()
}

fn users_of(design: &Design) -> impl Iterator<Item = (&str, Option<&str>, &Clients)> {
    design.components.iter().filter_map(|component| match &component.kind {
        Kind::Clients(clients) => Some((component.name.as_str(), component.region.as_deref(), clients)),
        _ => None,
    })
}

fn surges<'a>(design: &'a Design, by_hand: &'a [Fault]) -> impl Iterator<Item = &'a Fault> {
    design.faults.iter().chain(by_hand).filter(|fault| fault.settings.fault == FaultKind::TrafficSurge)
}

/// How fast requests can be answered at best: users of a closed population do not ask again before that.
struct Served {
    /// The mean CPU time of a request, in seconds.
    seconds: f64,
    /// Requests a second that all servers together can work off; without end where there is none.
    most: f64,
}

impl Served {
    fn of(design: &Design) -> Served {
        let shares: f64 = design.classes.iter().map(|class| class.cost.share).sum();
        let weighted = design.classes.iter().map(|class| class.cost.share * class.cost.cpu.mean().as_secs_f64());
        let seconds = if shares > 0.0 { weighted.sum::<f64>() / shares } else { 0.0 };
        let rate = |server: &Server| {
            let instances = server.autoscale.as_ref().map_or(server.instances, |group| group.max.max(group.min));
            let each = server.cpu.map_or(seconds, |cpu| cpu.mean().as_secs_f64()) / server.speed;
            f64::from(server.cores_there()) * f64::from(instances) / each
        };
        let servers = design.components.iter().filter_map(|component| component.kind.server());
        Served { seconds, most: servers.map(rate).reduce(|a, b| a + b).unwrap_or(f64::INFINITY) }
    }

    fn closed_rate(&self, clients: &Clients) -> f64 {
        let cycle = clients.think.mean().as_secs_f64() + self.seconds;
        if cycle > 0.0 { (f64::from(clients.users) / cycle).min(self.most) } else { 0.0 }
    }
}

/// Users' requests per second at the peak of a run: the traffic curves, the closed populations as fast as they can be, and
/// surges of the script or struck `by_hand`. Retries and reloads come on top.
pub fn peak(design: &Design, by_hand: &[Fault]) -> f64 {
    let users: Vec<(&str, Option<&str>, &Clients)> = users_of(design).collect();
    let surges: Vec<&Fault> = surges(design, by_hand).collect();
    let served = Served::of(design);
    // A rate that is linear between these times is greatest at one of them, from one side or the other.
    let points = users.iter().flat_map(|(_, _, clients)| clients.traffic.0.iter().map(|(at, _)| *at));
    let struck = surges.iter().flat_map(|surge| [surge.settings.at, end_of(surge)]);
    let times = points.chain(struck).chain([Time::ZERO, design.duration]).filter(|at| *at <= design.duration);
    times.fold(0.0, |most, at| {
        let rate = |(name, region, clients): &(&str, Option<&str>, &Clients)| {
            let strikes = |surge: &&&Fault| match &surge.target {
                Target::Component(target) => target == name || Some(target.as_str()) == *region,
                Target::Wire(..) => false,
            };
            let on = |surge: &&&Fault| surge.settings.at <= at && at <= end_of(surge);
            let factor =
                surges.iter().filter(strikes).filter(on).map(|surge| surge.settings.factor).fold(1.0, f64::max);
            factor * open_rate(clients, at) + served.closed_rate(clients)
        };
        f64::max(most, users.iter().map(rate).sum())
    })
}

fn end_of(surge: &Fault) -> Time {
    surge.settings.lasts.map_or(Time::MAX, |lasts| surge.settings.at + lasts)
}

/// The greater of the rates just before and just after a time.
fn open_rate(clients: &Clients, at: Time) -> f64 {
    let points = &clients.traffic.0;
    let next = points.partition_point(|(when, _)| *when < at);
    let here = points[next..].iter().take_while(|(when, _)| *when == at).map(|(_, rate)| rate.0);
    if let Some(most) = here.reduce(f64::max) {
        return most;
    }
    match (next.checked_sub(1).map(|before| points[before]), points.get(next)) {
        (None, None) => 0.0,
        (Some((_, rate)), None) => rate.0,
        (None, Some((_, rate))) => rate.0,
        (Some((from, low)), Some((to, high))) => {
            let along = at.since(from).as_secs_f64() / to.since(from).as_secs_f64();
            low.0 + (high.0 - low.0) * along
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_peak() {
        let check = |text: &str, expected: f64| {
            let text = format!("version = 1\nduration = \"60s\"\n[components.users]\nkind = \"clients\"\n{text}");
            let design = crate::design::read(&text).expect("a good design");
            let seen = peak(&design, &[]);
            assert!((seen - expected).abs() < 1e-6 * expected, "{seen} for {expected}: {text}");
        };
        check("traffic = \"900/s\"", 900.0);
        check("traffic = [[\"0s\", \"10/s\"], [\"30s\", \"900/s\"], [\"31s\", \"10/s\"]]", 900.0);
        // What comes after the end does not count.
        check("traffic = [[\"0s\", \"0/s\"], [\"120s\", \"1000/s\"]]", 500.0);
        let closed =
            |think: &str| format!("traffic = \"0/s\"\nusers = 1000\nthink = \"{think}\"\n[classes.a]\ncpu = \"1ms\"");
        check(&closed("999ms"), 1000.0);
        // No faster than two cores can.
        check(&(closed("0s") + "\n[components.app]\nkind = \"server\""), 2000.0);
        let surge =
            "[[faults]]\nat = \"15s\"\ntarget = \"users\"\nfault = \"traffic-surge\"\nfactor = 4\nfor = \"15s\"";
        check(&format!("traffic = [[\"0s\", \"0/s\"], [\"60s\", \"600/s\"]]\n{surge}"), 1200.0);
    }
}
