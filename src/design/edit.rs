//! Edits of a design. Applying one gives back its inverse, so undo is an equation.

use crate::units::Time;

use super::{CallPolicy, Component, Design, Fault, Point, Regions, RequestClass, Span, Wire, check_name, may_connect};

/// A change of a design. Parts are named, so an edit means the same whatever came before it in the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Puts a component at this place of the list.
    AddComponent(usize, Component),
    /// Takes a component away, with its wires.
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

impl Design {
    /// Applies the edit and returns its inverse. A refused edit says why and changes nothing.
    pub fn apply(&mut self, edit: &Edit) -> Result<Edit, String> {
        match edit {
            Edit::AddComponent(index, component) => self.add_component(*index, component),
            Edit::RemoveComponent(name) => self.remove_component(name),
            Edit::SetComponent(component) => {
                self.check_region(component.region.as_deref())?;
                let old = std::mem::replace(self.component_mut(&component.name)?, component.clone());
                Ok(Edit::SetComponent(old))
            }
            Edit::Move(name, to) => {
                let old = std::mem::replace(&mut self.component_mut(name)?.at, *to);
                Ok(Edit::Move(name.clone(), old))
            }
            Edit::Rename(from, to) => self.rename(from, to),
            Edit::AddWire(index, wire) => self.add_wire(*index, wire),
            Edit::RemoveWire(from, to) => {
                let index = self.wire_index(from, to)?;
                Ok(Edit::AddWire(index, self.wires.remove(index)))
            }
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
                Ok(Edit::SetRegions(std::mem::replace(&mut self.regions, regions.clone())))
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
            match self.apply(edit) {
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
        Ok(Edit::All(inverse))
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
                super::Target::Component(name) => renamed(name),
                super::Target::Wire(a, b) => {
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
