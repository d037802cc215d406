//! The autoscaling group: target tracking over real instances, which take their time to start.
//!
//! Every `interval` the number wanted is ⌈busy cores / (cores of one · target)⌉, as in the Horizontal Pod Autoscaler of
//! Kubernetes: desired = ⌈current · metric / target⌉. Instances that are starting count as there, so nothing is ordered twice.
//! A worker's group may follow its queue instead: ⌈messages / messages per machine⌉, as KEDA's scalers have it, or
//! ⌈machines that work · age of the oldest message / age it may have⌉.

use crate::design::{ScaleBy, WorkerScale};
use crate::sim::engine::Simulation;
use crate::sim::{FRAME, Happening};
use crate::units::Time;

use super::agenda::Chore;
use super::{Instance, Server, State};

/// What the autoscaler remembers.
#[derive(Clone, Debug, Default)]
pub struct Scaling {
    /// The busy areas of all cores at the last look.
    area: u64,
    /// When it last looked.
    looked: Time,
    /// When the number of instances last changed.
    changed: Time,
    /// Instances · ns there in this frame.
    there_area: u64,
    counted: Time,
}

impl Server {
    /// The instances that fit.
    pub fn which(&self, fits: impl Fn(&Instance) -> bool) -> Vec<u16> {
        let all = self.instances.iter().zip(0..);
        all.filter(|(instance, _)| fits(instance)).map(|(_, index)| index).collect()
    }

    /// How many instances serve.
    pub fn serving(&self) -> u32 {
        self.instances.iter().filter(|instance| instance.state == State::Up).count() as u32
    }

    /// How many instances there are, or will be: those that are leaving do not count.
    fn standing(&self) -> u32 {
        let stays = |instance: &&Instance| !matches!(instance.state, State::Draining | State::Off);
        self.instances.iter().filter(stays).count() as u32
    }

    fn busy_area(&mut self, now: Time) -> u64 {
        self.instances.iter_mut().fold(0, |sum: u64, instance| sum.wrapping_add(instance.cores.busy_area(now)))
    }

    /// Counts the instances up to now, before their number changes.
    pub(super) fn count(&mut self, now: Time) {
        let there = self.instances.iter().filter(|instance| instance.is_there()).count() as u64;
        self.scaling.there_area += now.since(self.scaling.counted).0 * there;
        self.scaling.counted = now;
    }

    /// The time average of the instances there (and paid for) in the frame that ends now.
    pub fn harvest_instances(&mut self, now: Time) -> f32 {
        self.count(now);
        (std::mem::take(&mut self.scaling.there_area) as f64 / FRAME.0 as f64) as f32
    }
}

impl Simulation {
    /// Takes over what the design says of the number of instances.
    pub(super) fn configure_group(&mut self, at: u32) {
        let (now, server) = (self.now, self.server(at));
        let Some(group) = server.settings.autoscale.clone() else {
            server.agenda.cancel(|chore| chore == Chore::Look);
            let (wanted, start_up) = (server.settings.instances, server.settings.boot);
            return self.scale(at, wanted, start_up);
        };
        if !server.agenda.has(Chore::Look) {
            (server.scaling.area, server.scaling.looked) = (server.busy_area(now), now);
            self.plan_chore(at, group.interval, Chore::Look);
        }
        let most = group.max.max(group.min);
        let wanted = self.server(at).standing().clamp(group.min, most);
        self.scale(at, wanted, group.start_up);
    }

    /// The autoscaler looks at the utilization since its last look.
    pub(super) fn autoscaler_looks(&mut self, at: u32) {
        let now = self.now;
        let server = self.server(at);
        let Some(group) = server.settings.autoscale.clone() else { return };
        let area = server.busy_area(now);
        let span = now.since(server.scaling.looked).0;
        let busy = area.wrapping_sub(server.scaling.area) as f64 / span as f64;
        (server.scaling.area, server.scaling.looked) = (area, now);
        let each = f64::from(server.machine.cores) * group.target.0;
        let follows = server.inbox.as_ref().and_then(|inbox| inbox.scale.clone());
        let exact = match follows {
            Some(scale) => self.machines_for(at, &scale).unwrap_or(busy / each),
            None => busy / each,
        };
        // A hair less, so that exactly on target is enough.
        let desired = libm::ceil(exact - 1e-9).max(0.0) as u32;
        let server = self.server(at);
        let (standing, quiet) = (server.standing(), now.since(server.scaling.changed) >= group.cooldown);
        let wanted = match desired.clamp(group.min, group.max.max(group.min)) {
            fewer if fewer < standing && !quiet => standing,
            wanted => wanted,
        };
        self.plan_chore(at, group.interval, Chore::Look);
        self.scale(at, wanted, group.start_up);
    }

    /// Brings the number of instances to what is wanted: new ones serve after `start_up`, old ones finish what they hold.
    fn scale(&mut self, at: u32, wanted: u32, start_up: Time) {
        let now = self.now;
        let standing = self.server(at).standing();
        if wanted == standing {
            return;
        }
        self.server(at).count(now);
        self.server(at).scaling.changed = now;
        (standing..wanted).for_each(|_| self.add_instance(at, start_up));
        (wanted..standing).for_each(|_| self.take_instance(at));
        if wanted < standing {
            self.consumers_change(at);
            self.machines_may_go(at);
            let serving = self.server(at).serving();
            self.tell(Happening::Scaled(at, serving));
        }
    }

    fn add_instance(&mut self, at: u32, start_up: Time) {
        let now = self.now;
        let server = self.server(at);
        let free = server.instances.iter().position(|instance| instance.state == State::Off);
        let index = free.unwrap_or_else(|| {
            server.instances.push(Instance::new(&server.settings, server.machine, State::Off));
            server.instances.len() - 1
        });
        server.memory_now(index, now);
        server.instances[index].state = State::Starting;
        self.plan_chore(at, start_up, Chore::Up(index as u16));
    }

    /// How many machines a worker's queue asks for; none where that is not what their number follows.
    fn machines_for(&mut self, at: u32, scale: &WorkerScale) -> Option<f64> {
        let (messages, oldest) = self.messages_for(at);
        match scale.by {
            ScaleBy::Backlog => Some(f64::from(messages) / f64::from(scale.backlog)),
            ScaleBy::Age => {
                // Of those that work: machines that are starting have not had their chance yet.
                let working = f64::from(self.server(at).serving().max(1));
                Some(working * (oldest.as_secs_f64() / scale.age.as_secs_f64()))
            }
            ScaleBy::Cpu => None,
        }
    }

    /// Takes one instance away: rather one that is not ready, otherwise the last.
    fn take_instance(&mut self, at: u32) {
        let server = self.server(at);
        let last = |state: State| server.instances.iter().rposition(|instance| instance.state == state);
        let order = [State::Starting, State::Booting, State::Up, State::Updating];
        let Some(index) = order.into_iter().find_map(last) else { return };
        let drains = server.instances[index].runs();
        server.instances[index].state = State::Draining;
        let index = index as u16;
        if drains { self.drain(at, index) } else { self.drained(at, index) }
    }
}
