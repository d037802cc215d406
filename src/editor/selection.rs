//! What is selected: components and wires, by name, in the order they were chosen.

use crate::design::{Design, Target};

/// The selected parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(Vec<Target>);

impl Selection {
    /// Exactly these.
    pub fn of(parts: Vec<Target>) -> Selection {
        Selection(parts)
    }

    /// All selected parts.
    pub fn parts(&self) -> &[Target] {
        &self.0
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this part is selected.
    pub fn contains(&self, part: &Target) -> bool {
        self.0.contains(part)
    }

    /// Whether this component is selected.
    pub fn has_component(&self, name: &str) -> bool {
        self.components().any(|selected| selected == name)
    }

    /// The one selected part; none if there are several or none.
    pub fn single(&self) -> Option<&Target> {
        match self.0.as_slice() {
            [part] => Some(part),
            _ => None,
        }
    }

    /// The names of the selected components.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Target::Component(name) => Some(name.as_str()),
            Target::Wire(..) => None,
        })
    }

    /// Adds the part, or takes it out if it is selected already.
    pub fn toggle(&mut self, part: Target) {
        match self.0.iter().position(|selected| *selected == part) {
            Some(index) => drop(self.0.remove(index)),
            None => self.0.push(part),
        }
    }

    /// Selects this part alone.
    pub fn only(&mut self, part: Target) {
        self.0 = vec![part];
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Follows a component to its new name.
    pub fn rename(&mut self, from: &str, to: &str) {
        let renamed = |name: &mut String| {
            if name == from {
                *name = to.to_owned();
            }
        };
        for part in &mut self.0 {
            match part {
                Target::Component(name) => renamed(name),
                Target::Wire(caller, callee) => {
                    renamed(caller);
                    renamed(callee);
                }
            }
        }
    }

    /// Forgets what the design no longer has.
    pub fn prune(&mut self, design: &Design) {
        self.0.retain(|part| match part {
            Target::Component(name) => design.component(name).is_some(),
            Target::Wire(from, to) => design.wire(from, to).is_some(),
        });
    }
}
