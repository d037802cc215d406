//! Priorities: lanes by criticality, and which of them is next.

use crate::design::{Criticality, Priorities};

use super::group::Group;

/// How many lanes there are.
pub fn lanes(priorities: Priorities) -> usize {
    match priorities {
        Priorities::None => 1,
        Priorities::Fair => 2,
        Priorities::Strict => 4,
    }
}

/// The lane of a message: the first lanes are the most critical.
pub fn lane_of(priorities: Priorities, criticality: Criticality) -> u16 {
    let behind = match criticality {
        Criticality::Critical => 0,
        Criticality::High => 1,
        Criticality::Normal => 2,
        Criticality::Low => 3,
    };
    match priorities {
        Priorities::None => 0,
        Priorities::Fair => behind / 2,
        Priorities::Strict => behind,
    }
}

impl Group {
    /// The lane whose first message is handed out next.
    pub fn lane_in_turn(&mut self, priorities: Priorities) -> Option<usize> {
        let mut waiting = (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].is_empty());
        let (first, second) = (waiting.next()?, waiting.next());
        match (priorities, second) {
            // Two of the first lane, then one of the second, where both have some.
            (Priorities::Fair, Some(second)) => {
                self.turn = (self.turn + 1) % 3;
                Some(if self.turn == 0 { second } else { first })
            }
            _ => Some(first),
        }
    }
}
