//! Whose turn it is: wires picked one after another, for each class that has wires of its own.

use super::attempt::NONE;
use super::wire::Wire;

/// A turn for each class that has wires of its own; one for all where every wire carries all classes.
#[derive(Clone, Debug, Default)]
pub struct Turns(Vec<Turn>);

impl Turns {
    /// Turns over these wires, for this many classes.
    pub fn new(wires: &[u32], all: &[Wire], classes: usize) -> Turns {
        if wires.iter().all(|wire| all[*wire as usize].carried.is_empty()) {
            return Turns(vec![Turn::new(wires.to_vec())]);
        }
        let of = |class: usize| wires.iter().copied().filter(move |wire| all[*wire as usize].carries(class as u16));
        Turns((0..classes).map(|class| Turn::new(of(class).collect())).collect())
    }

    /// The turn of a class.
    #[inline]
    pub fn of(&mut self, class: u16) -> Option<&mut Turn> {
        match self.0.as_mut_slice() {
            [one] => Some(one),
            many => many.get_mut(usize::from(class)),
        }
    }

    /// Whether all classes share one turn.
    pub fn is_one(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether the same wires take turns in both.
    pub fn same_wires(&self, other: &Turns) -> bool {
        self.0.iter().map(|turn| &turn.wires).eq(other.0.iter().map(|turn| &turn.wires))
    }

    /// Goes on where the other had got to.
    pub fn resume(mut self, other: &Turns) -> Turns {
        self.0.iter_mut().zip(&other.0).for_each(|(turn, before)| turn.cursor = before.cursor);
        self
    }
}

/// Picks among wires in turn, or otherwise; what a balancer or a user's browser remembers for it.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// The wires to pick from.
    pub wires: Vec<u32>,
    /// The next in turn.
    pub cursor: u32,
    /// Smooth weighted round robin's current weights (as in nginx), one for each wire.
    pub weights: Vec<i64>,
}

impl Turn {
    /// A turn over these wires.
    pub fn new(wires: Vec<u32>) -> Turn {
        Turn { weights: vec![0; wires.len()], wires, cursor: 0 }
    }

    /// The next in turn; NONE if there is none.
    #[inline]
    pub fn next(&mut self) -> u32 {
        if self.wires.is_empty() {
            return NONE;
        }
        if self.cursor as usize >= self.wires.len() {
            self.cursor = 0;
        }
        self.cursor += 1;
        self.wires[self.cursor as usize - 1]
    }

    /// The next by smooth weighted round robin; all weights 0 falls back to plain turns.
    pub fn next_weighted(&mut self, weight: impl Fn(u32) -> i64) -> u32 {
        let mut best: Option<usize> = None;
        let mut total = 0;
        for index in 0..self.wires.len() {
            let share = weight(self.wires[index]);
            total += share;
            self.weights[index] += share;
            if share > 0 && best.is_none_or(|best| self.weights[index] > self.weights[best]) {
                best = Some(index);
            }
        }
        match best {
            Some(best) => {
                self.weights[best] -= total;
                self.wires[best]
            }
            None => self.next(),
        }
    }
}
