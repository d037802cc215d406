//! Edits of a design. Applying one gives back its inverse, so undo is an equation.

use crate::units::Time;

use super::sound::check_place;
use super::{
    CallPolicy, Component, Design, Fault, Point, Regions, RequestClass, Span, Target, Wire, check_name, may_connect,
    may_rewire,
};

/// A change of a design. Parts are named, so an edit means the same whatever came before it in the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Puts a component at this place of the list.
    AddComponent(usize, Component),
    /// Takes a component away, with its wires and with the scripted faults that strike it or them.
    RemoveComponent(String),
    /// Replaces the component of the same name: its settings or its place.
    SetComponent(Component),
    /// Moves a component.
    Move(String, Point),
    /// Gives a component another name, everywhere.
    Rename(String, String),
    /// Puts a wire at this place of the list.
    AddWire(usize, Wire),
    /// Takes the wire between these two away.
    RemoveWire(String, String),
    /// Makes the wire between the first two run between the others, with its policy and its faults.
    Rewire((String, String), (String, String)),
    /// Sets the policy of the wire between these two.
    SetPolicy(String, String, CallPolicy),
    /// Replaces the request classes.
    SetClasses(Vec<RequestClass>),
    /// Replaces the named spans.
    SetSpans(Vec<Span>),
    /// Replaces the scripted faults.
    SetFaults(Vec<Fault>),
    /// Replaces the table of how far apart regions are.
    SetRegions(Regions),
    /// Sets seed and duration.
    SetRun(u64, Time),
    /// All of these, in order; one step of undo.
    All(Vec<Edit>),
}

impl Edit {
    /// Whether it changes nothing but places.
    fn only_moves(&self) -> bool {
        match self {
            Edit::Move(..) => true,
            Edit::All(edits) => edits.iter().all(Edit::only_moves),
            _ => false,
        }
    }
}

impl Design {
    /// Applies the edit and returns its inverse. A refused edit says why and changes nothing. What could not be read again
    /// once it is saved is refused, too.
    pub fn apply(&mut self, edit: &Edit) -> Result<Edit, String> {
        let inverse = self.repeat(edit)?;
        if edit.only_moves() {
            return Ok(inverse);
        }
        if let Some(why) = self.unsound() {
            let mut before = self.clone();
            before.repeat(&inverse).expect("an inverse applies");
            // What was unsound before may be mended step by step.
            if before.unsound().is_none() {
                *self = before;
                return Err(match edit {
                    Edit::SetClasses(_) => format!("{why}; change that first"),
                    _ => why,
                });
            }
        }
        Ok(inverse)
    }

    /// Applies an edit that was accepted before, or the inverse of one, without asking again what it leads to.
    pub fn repeat(&mut self, edit: &Edit) -> Result<Edit, String> {
        match edit {
            Edit::AddComponent(index, component) => self.add_component(*index, component),
            Edit::RemoveComponent(name) => self.remove_component(name),
            Edit::SetComponent(component) => {
                self.check_region(component.region.as_deref())?;
                check_place(component.at)?;
                let old = std::mem::replace(self.component_mut(&component.name)?, component.clone());
                // It may have been the last one of its region.
                Ok(self.without_orphans(Edit::SetComponent(old)))
            }
            Edit::Move(name, to) => {
                check_place(*to)?;
                let old = std::mem::replace(&mut self.component_mut(name)?.at, *to);
                Ok(Edit::Move(name.clone(), old))
            }
            Edit::Rename(from, to) => self.rename(from, to),
            Edit::AddWire(index, wire) => self.add_wire(*index, wire),
            Edit::RemoveWire(from, to) => {
                let index = self.wire_index(from, to)?;
                let wire = self.wires.remove(index);
                Ok(self.without_orphans(Edit::AddWire(index, wire)))
            }
            Edit::Rewire(old, new) => self.rewire(old, new),
            Edit::SetPolicy(from, to, policy) => {
                let index = self.wire_index(from, to)?;
                let old = std::mem::replace(&mut self.wires[index].policy, policy.clone());
                Ok(Edit::SetPolicy(from.clone(), to.clone(), old))
            }
            Edit::SetClasses(classes) => {
                if classes.is_empty() {
                    return Err("a design needs at least one request class".to_owned());
                }
                Ok(Edit::SetClasses(std::mem::replace(&mut self.classes, classes.clone())))
            }
            Edit::SetSpans(spans) => Ok(Edit::SetSpans(std::mem::replace(&mut self.spans, spans.clone()))),
            Edit::SetFaults(faults) => Ok(Edit::SetFaults(std::mem::replace(&mut self.faults, faults.clone()))),
            Edit::SetRegions(regions) => {
                if let Some(component) = self.components.iter().find(|component| regions.names(&component.name)) {
                    return Err(format!("`{}` is a component; a region needs a name of its own", component.name));
                }
                let old = std::mem::replace(&mut self.regions, regions.clone());
                Ok(self.without_orphans(Edit::SetRegions(old)))
            }
            Edit::SetRun(seed, duration) => {
                let inverse = Edit::SetRun(self.seed, self.duration);
                (self.seed, self.duration) = (*seed, *duration);
                Ok(inverse)
            }
            Edit::All(edits) => self.apply_all(edits),
        }
    }

    fn apply_all(&mut self, edits: &[Edit]) -> Result<Edit, String> {
        let before = self.clone();
        let mut inverses = Vec::new();
        for edit in edits {
            match self.repeat(edit) {
                Ok(inverse) => inverses.push(inverse),
                Err(why) => {
                    *self = before;
                    return Err(why);
                }
            }
        }
        inverses.reverse();
        Ok(Edit::All(inverses))
    }

    fn add_component(&mut self, index: usize, component: &Component) -> Result<Edit, String> {
        self.check_new_name(&component.name)?;
        self.check_region(component.region.as_deref())?;
        check_place(component.at)?;
        if component.region.as_ref() == Some(&component.name) {
            return Err(format!("`{}` cannot stand in a region of its own name", component.name));
        }
        self.components.insert(index.min(self.components.len()), component.clone());
        Ok(Edit::RemoveComponent(component.name.clone()))
    }

    fn remove_component(&mut self, name: &str) -> Result<Edit, String> {
        let index = self.component_index(name)?;
        let mut inverse = vec![Edit::AddComponent(index, self.components[index].clone())];
        let wires = self.wires.iter().enumerate().filter(|(_, wire)| wire.from == name || wire.to == name);
        inverse.extend(wires.map(|(index, wire)| Edit::AddWire(index, wire.clone())));
        self.wires.retain(|wire| wire.from != name && wire.to != name);
        self.components.remove(index);
        Ok(self.without_orphans(Edit::All(inverse)))
    }

    /// Drops the scripted faults whose target is gone; the inverse brings them back once their targets are there again.
    fn without_orphans(&mut self, inverse: Edit) -> Edit {
        if self.faults.iter().all(|fault| self.has_target(&fault.target)) {
            return inverse;
        }
        let faults = std::mem::take(&mut self.faults);
        self.faults = faults.iter().filter(|fault| self.has_target(&fault.target)).cloned().collect();
        Edit::All(vec![inverse, Edit::SetFaults(faults)])
    }

    fn rewire(&mut self, old: &(String, String), new: &(String, String)) -> Result<Edit, String> {
        let index = self.wire_index(&old.0, &old.1)?;
        may_rewire(self, (&old.0, &old.1), (&new.0, &new.1))?;
        (self.wires[index].from, self.wires[index].to) = new.clone();
        let target = Target::Wire(old.0.clone(), old.1.clone());
        for fault in self.faults.iter_mut().filter(|fault| fault.target == target) {
            fault.target = Target::Wire(new.0.clone(), new.1.clone());
        }
        Ok(Edit::Rewire(new.clone(), old.clone()))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<Edit, String> {
        if from != to {
            self.check_new_name(to)?;
        }
        self.component_mut(from)?.name = to.to_owned();
        let renamed = |name: &mut String| {
            if name == from {
                *name = to.to_owned();
            }
        };
        self.wires.iter_mut().for_each(|wire| {
            renamed(&mut wire.from);
            renamed(&mut wire.to);
        });
        for fault in &mut self.faults {
            match &mut fault.target {
                Target::Component(name) => renamed(name),
                Target::Wire(a, b) => {
                    renamed(a);
                    renamed(b);
                }
            }
        }
        Ok(Edit::Rename(to.to_owned(), from.to_owned()))
    }

    fn add_wire(&mut self, index: usize, wire: &Wire) -> Result<Edit, String> {
        may_connect(self, &wire.from, &wire.to)?;
        self.wires.insert(index.min(self.wires.len()), wire.clone());
        Ok(Edit::RemoveWire(wire.from.clone(), wire.to.clone()))
    }

    fn check_new_name(&self, name: &str) -> Result<(), String> {
        check_name(name)?;
        match () {
            () if self.component(name).is_some() => Err(format!("there is already a component called `{name}`")),
            () if self.has_region(name) => Err(format!("there is already a region called `{name}`")),
            () => Ok(()),
        }
    }

    fn component_index(&self, name: &str) -> Result<usize, String> {
        let found = self.components.iter().position(|component| component.name == name);
        found.ok_or_else(|| format!("there is no component called `{name}`"))
    }

    fn component_mut(&mut self, name: &str) -> Result<&mut Component, String> {
        let index = self.component_index(name)?;
        Ok(&mut self.components[index])
    }

    fn wire_index(&self, from: &str, to: &str) -> Result<usize, String> {
        let found = self.wires.iter().position(|wire| wire.from == from && wire.to == to);
        found.ok_or_else(|| format!("there is no wire `{from} -> {to}`"))
    }
}
