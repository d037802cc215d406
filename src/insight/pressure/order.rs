//! Who shares the work with whom, and who gets a request after whom.

use crate::design::Kind;

use super::super::resource::Part;
use super::{Survey, Suspect};

impl Survey<'_> {
    pub(super) fn comes_after(&self, after: &[bool], root: Suspect, of: Suspect) -> bool {
        match of.part {
            Part::Component(at) => after[at as usize] && Part::Component(at) != root.part,
            Part::Wire(at) => {
                let callee = self.window.callee(at);
                let same = match root.part {
                    Part::Component(root) => root == callee,
                    Part::Wire(root) => self.window.callee(root) == callee,
                };
                after[callee as usize] && !same
            }
        }
    }

    /// Whom a request comes to once it is through here: those who are called by this one, and what its callers do later.
    pub(super) fn after(&self, part: Part) -> Vec<bool> {
        let at = match part {
            Part::Component(at) => at,
            Part::Wire(at) => self.window.callee(at),
        };
        let mut after = self.behind(at);
        let (mut open, mut seen) = (vec![at], vec![false; self.flows.len()]);
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            for wire in self.window.coming(at) {
                let caller = self.window.parts.wires[*wire as usize].0;
                open.push(caller);
                if self.window.kind(caller).is_none_or(|kind| kind.server().is_none()) {
                    continue;
                }
                for other in self.window.leaving(caller).iter().map(|wire| self.window.callee(*wire)) {
                    let later = |at: u32| self.window.kind(at).map_or(0, turn);
                    if later(other) > later(at) {
                        self.behind(other).iter().zip(&mut after).for_each(|(behind, after)| *after |= *behind);
                    }
                }
            }
        }
        after
    }

    /// The same resource of all that share the work: like components behind the same balancer, and their like wires.
    pub(super) fn fleet(&self, of: Suspect) -> Vec<Suspect> {
        let (at, callee) = match of.part {
            Part::Component(at) => (at, None),
            Part::Wire(at) => (self.window.parts.wires[at as usize].0, Some(self.window.callee(at))),
        };
        let has = |part: Part| self.list.iter().any(|pressure| pressure.of == Suspect { part, resource: of.resource });
        let of_member = |member: u32| match callee {
            None => Some(Part::Component(member)),
            Some(callee) => {
                let mut wires = self.window.leaving(member).iter();
                wires.find(|wire| self.window.callee(**wire) == callee).map(|wire| Part::Wire(*wire))
            }
        };
        let parts = self.alike(at).into_iter().filter_map(of_member).filter(|part| has(*part));
        let fleet: Vec<Suspect> = parts.map(|part| Suspect { part, resource: of.resource }).collect();
        if fleet.is_empty() { vec![of] } else { fleet }
    }

    /// The like components behind the same balancer; this one alone where there is none.
    fn alike(&self, at: u32) -> Vec<u32> {
        let word = self.window.kind(at).map(Kind::word);
        let balancer = self.window.coming(at).iter().map(|wire| self.window.parts.wires[*wire as usize].0);
        let mut balancer = balancer.filter(|caller| matches!(self.window.kind(*caller), Some(Kind::LoadBalancer(_))));
        let Some(balancer) = balancer.next() else { return vec![at] };
        let backends = self.window.leaving(balancer).iter().map(|wire| self.window.callee(*wire));
        backends.filter(|other| self.window.kind(*other).map(Kind::word) == word).collect()
    }

    /// Whether each component is called, at first or second hand, by this one; itself included. Nobody waits for what lies
    /// behind a queue.
    pub(super) fn behind(&self, at: u32) -> Vec<bool> {
        let mut behind = vec![false; self.flows.len()];
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            let queue = matches!(self.window.kind(at), Some(Kind::Queue(_)));
            if !std::mem::replace(&mut behind[at as usize], true) && !queue {
                open.extend(self.window.leaving(at).iter().map(|wire| self.window.callee(*wire)));
            }
        }
        behind
    }
}

/// When a server's plan comes to a callee: services first, then data, then blobs, then jobs.
fn turn(kind: &Kind) -> u32 {
    match kind {
        // What a cache answers, a database is not asked for: neither comes after the other.
        Kind::Cache(_) | Kind::Database(_) | Kind::ShardRouter(_) => 3,
        Kind::ObjectStorage(_) => 4,
        Kind::Queue(_) => 5,
        _ => 1,
    }
}
