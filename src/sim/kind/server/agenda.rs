//! What a server has planned for its instances: each is told by the sequence number of its event, so that what was called
//! off is not done.

use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::units::Time;

/// Something planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chore {
    /// An instance comes up.
    Up(u16),
    /// An instance has run out of memory.
    Kill(u16),
    /// A leak may have eaten an instance's memory.
    Leak(u16),
    /// An instance has had time enough to finish what it holds.
    Drained(u16),
    /// The autoscaler looks at the utilization.
    Look,
    /// An instance works off its batch of a class.
    Flush(u16, u16),
}

/// All that is planned. Short: a few for each instance.
#[derive(Clone, Debug, Default)]
pub struct Agenda(Vec<(u32, Chore)>);

impl Agenda {
    /// Calls off those that fit.
    pub fn cancel(&mut self, fits: impl Fn(Chore) -> bool) {
        self.0.retain(|(_, chore)| !fits(*chore));
    }

    /// Whether this is planned.
    pub fn has(&self, chore: Chore) -> bool {
        self.0.iter().any(|(_, planned)| *planned == chore)
    }

    fn take(&mut self, seq: u32) -> Option<Chore> {
        let found = self.0.iter().position(|(planned, _)| *planned == seq)?;
        Some(self.0.swap_remove(found).1)
    }
}

impl Simulation {
    /// Plans something for a server.
    pub(super) fn plan_chore(&mut self, at: u32, delay: Time, chore: Chore) {
        let seq = self.calendar.schedule(self.now, Delay::For(delay), Event::Chore.on(at));
        self.server(at).agenda.0.push((seq, chore));
    }

    /// Something that was planned is due, unless it was called off.
    pub(in crate::sim) fn chore_due(&mut self, at: u32, seq: u32) {
        let part = &mut self.parts[at as usize];
        let Behavior::Server(server) = &mut part.behavior else { return };
        let Some(chore) = server.agenda.take(seq) else { return };
        if part.gone {
            return;
        }
        match chore {
            Chore::Up(instance) => self.instance_up(at, instance),
            Chore::Kill(instance) => self.out_of_memory(at, instance),
            Chore::Leak(instance) => self.leak_looks(at, instance),
            Chore::Drained(instance) => self.drain_over(at, instance),
            Chore::Look => self.autoscaler_looks(at),
            Chore::Flush(instance, class) => self.flush_batch(at, instance, class),
        }
    }
}
