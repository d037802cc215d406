//! From a design to a running engine, and from one design to the next in mid-run.
//!
//! Wiring decides behaviour: the plan of a request at a server follows from what is wired to it.

use crate::design::{ClassCost, Design, Kind, RequestClass, Strategy};
use crate::units::Time;

use super::Happening;
use super::engine::Simulation;
use super::magnify::KeyDraw;
use super::part::{Behavior, Class, Part};
use super::replay::Status;
use super::tally::Meter;
use super::wire::Wire;

impl Simulation {
    /// Makes the engine be what the design says, from now on. Parts are told by their names: those that stay keep what
    /// they hold, new ones start empty, and work in missing ones is lost.
    pub(super) fn configure(&mut self, design: &Design) {
        self.duration = design.duration;
        if matches!(self.status, Status::Running | Status::Ended) {
            self.status = if self.now < self.duration { Status::Running } else { Status::Ended };
        }
        self.configure_classes(design);
        self.match_parts(design);
        self.match_wires(design);
        self.strike_wires_anew();
        self.group_databases(design);
        // Caches first: what servers ask of them depends on their modes.
        for component in design.components.iter().filter(|component| matches!(component.kind, Kind::Cache(_))) {
            let at = self.part(&component.name);
            self.configure_part(at, &component.kind);
        }
        for component in design.components.iter().filter(|component| !matches!(component.kind, Kind::Cache(_))) {
            let at = self.part(&component.name);
            self.configure_part(at, &component.kind);
        }
        self.find_homes();
        self.databases_wake();
        self.connect_brokers();
        self.find_homes_of_copies();
        self.plan_faults(&design.faults);
        self.rename_parts();
    }

    fn configure_classes(&mut self, design: &Design) {
        self.classes.iter_mut().for_each(|class| class.active = false);
        for class in &design.classes {
            let mut cost = class.cost.clone();
            if let Some(owner) = owner_of(design, &class.cost) {
                cost.keys.count = owner.cost.keys.count;
            }
            let known = self.classes.iter_mut().find(|known| known.name == class.name);
            match known {
                Some(known) => {
                    if known.cost.keys != cost.keys || known.cost.uses_keys() != cost.uses_keys() {
                        known.keys = keys_of(&cost, self.magnifier.k);
                    }
                    known.key_space = known.key_space.max(key_space(&cost));
                    (known.cost, known.active) = (cost, true);
                }
                None => self.classes.push(Class {
                    name: class.name.clone(),
                    space: 0,
                    written: false,
                    keys: keys_of(&cost, self.magnifier.k),
                    key_space: key_space(&cost),
                    cost,
                    active: true,
                    meter: Meter::default(),
                }),
            }
        }
        self.share_keys(design);
        let count = self.classes.len();
        self.totals.iter_mut().for_each(|totals| totals.expect_classes(count));
    }

    /// Finds whose keys each class uses, and which keys are ever written.
    fn share_keys(&mut self, design: &Design) {
        for class in 0..self.classes.len() {
            let owner = owner_of(design, &self.classes[class].cost).filter(|_| self.classes[class].active);
            let owner = owner.and_then(|owner| self.classes.iter().position(|known| known.name == owner.name));
            let owner = owner.unwrap_or(class);
            self.classes[class].space = owner as u16;
            // Requests in flight may be about any key that either of them ever had.
            let space = self.classes[owner].key_space.max(self.classes[class].key_space);
            (self.classes[owner].key_space, self.classes[class].key_space) = (space, space);
        }
        let writing = self.classes.iter().filter(|class| class.active && class.cost.writes > 0);
        let written: Vec<u16> = writing.map(|class| class.space).collect();
        self.classes.iter_mut().for_each(|class| class.written = written.contains(&class.space));
    }

    /// For each class, the class whose keys it uses.
    pub(super) fn key_owners(&self) -> Vec<u16> {
        self.classes.iter().map(|class| class.space).collect()
    }

    /// The bytes of a value of each class's keys: the largest answer of those who use them.
    pub(super) fn value_bytes(&self) -> Vec<u64> {
        let mut bytes = vec![0; self.classes.len()];
        for class in self.classes.iter().filter(|class| class.active) {
            let space = &mut bytes[usize::from(class.space)];
            *space = class.cost.response.0.max(*space);
        }
        bytes
    }

    fn part(&self, name: &str) -> u32 {
        let known = |part: &Part| part.name == name && !part.gone;
        self.parts.iter().position(known).expect("all parts were matched") as u32
    }

    fn match_parts(&mut self, design: &Design) {
        for at in 0..self.parts.len() as u32 {
            let part = &self.parts[at as usize];
            let stays = design.component(&part.name).is_some_and(|component| part.kind == component.kind.word());
            if !stays && !part.gone {
                self.take_away(at);
            }
        }
        for component in &design.components {
            // What comes back under an old name is new, with an index of its own: nothing held, no event of old.
            if !self.parts.iter().any(|part| part.name == component.name && !part.gone) {
                self.parts.push(Part::new(&component.name, &component.kind, self.seed));
            }
            let at = self.part(&component.name);
            self.parts[at as usize].region = component.region.clone();
        }
    }

    fn take_away(&mut self, at: u32) {
        self.parts[at as usize].gone = true;
        self.send_users_home(at);
        self.lose_all(at);
        self.tell(Happening::Crashed(at));
    }

    fn match_wires(&mut self, design: &Design) {
        for wire in self.wires.iter_mut() {
            let (from, to) = (&self.parts[wire.from as usize], &self.parts[wire.to as usize]);
            wire.gone = from.gone || to.gone || design.wire(&from.name, &to.name).is_none();
            wire.guarded |= wire.gone;
        }
        for wire in &design.wires {
            let (from, to) = (self.part(&wire.from), self.part(&wire.to));
            let known = self.wires.iter().position(|known| known.from == from && known.to == to);
            let index = known.unwrap_or_else(|| {
                self.wires.push(Wire::new(from, to, self.seed, &wire.name()));
                self.wires.len() - 1
            });
            self.wires[index].distance = match (design.component(&wire.from), design.component(&wire.to)) {
                (Some(from), Some(to)) => design.distance(from, to),
                _ => Time::ZERO,
            };
            (self.wires[index].afar, self.wires[index].roams) = self.ways_of_users(design, from, &wire.to);
            self.wires[index].asks = matches!(self.parts[to as usize].behavior, Behavior::Dns(_));
            self.wires[index].configure(&wire.policy, &mut self.calendar);
            let named = &wire.policy.classes.0;
            let carried = self.classes.iter().map(|class| named.contains(&class.name));
            self.wires[index].carried = if named.is_empty() { Vec::new() } else { carried.collect() };
        }
        for index in 0..self.wires.len() as u32 {
            if !self.wires[index as usize].queue.is_empty() {
                self.plan_admission(index);
            }
        }
    }

    /// How far a wire's callee is from the users of each clients, where its caller goes by that; and whether the wire is
    /// the users' own way: DNS, a CDN's edges, and a balancer that stands in no region, are near everybody.
    fn ways_of_users(&self, design: &Design, from: u32, to: &str) -> (Vec<Time>, bool) {
        let caller = design.component(&self.parts[from as usize].name);
        let roams = match caller.map(|caller| (&caller.kind, &caller.region)) {
            Some((Kind::Dns(_), _)) => true,
            // An edge is where its users are; a shield is where the origin is.
            Some((Kind::Cdn(cdn), _)) => !cdn.shield,
            Some((Kind::LoadBalancer(balancer), region)) if balancer.strategy == Strategy::Geographic => {
                region.is_none()
            }
            _ => return (Vec::new(), false),
        };
        let users = self.parts.iter().filter(|part| matches!(part.behavior, Behavior::Clients(_)));
        let way = |users: &Part| match (design.component(&users.name), design.component(to)) {
            (Some(users), Some(callee)) => design.distance(users, callee),
            _ => Time::ZERO,
        };
        (users.map(way).collect(), roams)
    }

    /// The wires from a component to those that fit, in the design's order.
    pub(super) fn wires_to(&self, at: u32, fits: impl Fn(&Behavior) -> bool) -> Vec<u32> {
        let all = self.wires.iter().enumerate();
        let leaving =
            all.filter(|(_, wire)| wire.from == at && !wire.gone && fits(&self.parts[wire.to as usize].behavior));
        leaving.map(|(index, _)| index as u32).collect()
    }

    fn configure_part(&mut self, at: u32, kind: &Kind) {
        match kind {
            Kind::Clients(settings) => {
                self.configure_clients(at, settings);
            }
            Kind::LoadBalancer(settings) => self.configure_balancer(at, settings),
            Kind::ApiGateway(settings) => self.configure_gateway(at, settings),
            Kind::Dns(settings) => self.configure_dns(at, settings),
            Kind::External(settings) => self.configure_external(at, settings),
            Kind::Cache(settings) => self.configure_cache(at, settings),
            Kind::Cdn(settings) => self.configure_cdn(at, settings),
            Kind::Database(settings) => self.configure_database(at, settings),
            Kind::ShardRouter(settings) => self.configure_router(at, settings),
            Kind::ObjectStorage(settings) => self.configure_storage(at, settings),
            Kind::Queue(settings) => self.configure_broker(at, settings),
            Kind::Worker(settings) => {
                self.configure_server(at, &settings.server());
                self.configure_inbox(at, settings);
                self.plan_server(at);
            }
            Kind::LockService(settings) => self.configure_locks(at, settings),
            Kind::Server(_)
            | Kind::Payment(_)
            | Kind::Search(_)
            | Kind::Notification(_)
            | Kind::Analytics(_)
            | Kind::Chat(_) => {
                self.configure_server(at, kind.server().expect("these are servers"));
                self.plan_server(at);
            }
        }
        self.refill(at);
    }

    /// How many keys each class has, or ever had.
    pub(super) fn key_counts(&self) -> Vec<u32> {
        self.classes.iter().map(|class| class.key_space).collect()
    }

    /// Lets waiting ones in where there are more servers now than before.
    fn refill(&mut self, at: u32) {
        let now = self.now;
        let Some(station) = self.parts[at as usize].behavior.station() else { return self.refill_server(at) };
        while let Some(next) = station.next(now, &self.attempts) {
            self.ready.push_back(next);
        }
        self.refill_duty_cores(at);
        self.settle_ready();
    }
}

/// The class whose keys this one says it uses, if there is such a class and it has keys of its own.
fn owner_of<'a>(design: &'a Design, cost: &ClassCost) -> Option<&'a RequestClass> {
    let name = cost.keys.of.0.first()?;
    design.classes.iter().find(|class| class.name == *name && class.cost.keys.of.0.is_empty())
}

/// The distribution of a class's keys; none if it has but one or uses none.
fn keys_of(cost: &ClassCost, scale: u32) -> Option<KeyDraw> {
    (cost.uses_keys() && cost.keys.count > 1).then(|| KeyDraw::zipf(cost.keys.count, cost.keys.zipf, scale))
}

fn key_space(cost: &ClassCost) -> u32 {
    if cost.uses_keys() { cost.keys.count } else { 1 }
}
