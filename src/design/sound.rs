//! What every design keeps true, whatever is done to it: what it names is there, and its file form reads back.

use super::file::{CLASSES_MAX, COMPONENTS_MAX, DURATION_BOUNDS, FAULTS_MAX, WIRES_MAX};
use super::{Design, Kind, LoadBalancer, Names, Point, RequestClass, Target, Wire, check_name};

/// The farthest a component may stand from the middle of the canvas, each way.
const PLACE_MAX: f64 = 1e6;

impl Design {
    /// Whether a fault can strike this: a component, a region or a wire of the design.
    pub fn has_target(&self, target: &Target) -> bool {
        match target {
            Target::Component(name) => self.component(name).is_some() || self.has_region(name),
            Target::Wire(from, to) => self.wire(from, to).is_some(),
        }
    }

    /// What would keep the design from being read again once it is saved; nothing if all is well. Edits refuse to bring
    /// it about.
    pub fn unsound(&self) -> Option<String> {
        too_many(self.components.len(), COMPONENTS_MAX, "components")
            .or_else(|| too_many(self.wires.len(), WIRES_MAX, "wires"))
            .or_else(|| too_many(self.classes.len(), CLASSES_MAX, "classes"))
            .or_else(|| too_many(self.faults.len(), FAULTS_MAX, "faults"))
            .or_else(|| self.bad_run())
            .or_else(|| self.bad_class())
            .or_else(|| self.bad_route())
            .or_else(|| self.orphan())
    }

    fn bad_run(&self) -> Option<String> {
        let (low, high) = DURATION_BOUNDS;
        let bad_span = self.spans.iter().find(|span| span.from >= span.to || check_name(&span.name).is_err());
        match () {
            () if i64::try_from(self.seed).is_err() => Some("the seed is too large".to_owned()),
            () if !(low..=high).contains(&self.duration.as_secs_f64()) => {
                Some("a run takes between 1ms and 24h".to_owned())
            }
            () => bad_span.map(|span| format!("span `{}` must end after it starts", span.name)),
        }
    }

    fn bad_class(&self) -> Option<String> {
        let classes = &self.classes;
        if classes.iter().all(|class| class.cost.share == 0.0) {
            return Some("at least one class must have a share above 0".to_owned());
        }
        let twice = |at: usize, class: &RequestClass| classes[..at].iter().any(|other| other.name == class.name);
        let found = classes.iter().enumerate().find_map(|(at, class)| match check_name(&class.name) {
            Err(why) => Some(why),
            Ok(()) if twice(at, class) => Some(format!("there are two classes called `{}`", class.name)),
            Ok(()) => None,
        });
        found.or_else(|| classes.iter().find_map(|class| self.bad_owner(class)))
    }

    /// A class whose keys are said to be those of a class that is not there, or that has none of its own.
    fn bad_owner(&self, class: &RequestClass) -> Option<String> {
        let name = class.cost.keys.of.0.first()?;
        match self.classes.iter().find(|owner| owner.name == *name) {
            None => Some(format!("`{}` uses the keys of a class `{name}`, which does not exist", class.name)),
            Some(owner) if !owner.cost.keys.of.0.is_empty() => {
                Some(format!("`{}` cannot use the keys of `{name}`, which has none of its own", class.name))
            }
            Some(_) => None,
        }
    }

    /// A wire or a filter that names a class that is not there.
    fn bad_route(&self) -> Option<String> {
        let unknown = |names: &Names| names.0.iter().find(|name| !self.has_class(name)).cloned();
        let wire = |wire: &Wire| {
            let class = unknown(&wire.policy.classes)?;
            Some(format!("the wire `{}` names a class `{class}`, which does not exist", wire.name()))
        };
        let filter = |component: &super::Component| match &component.kind {
            Kind::LoadBalancer(LoadBalancer { filter: Some(filter), .. }) => {
                let class = unknown(&filter.classes)?;
                Some(format!("`{}` filters a class `{class}`, which does not exist", component.name))
            }
            _ => None,
        };
        self.wires.iter().find_map(wire).or_else(|| self.components.iter().find_map(filter))
    }

    fn orphan(&self) -> Option<String> {
        let orphan = self.faults.iter().find(|fault| !self.has_target(&fault.target))?;
        Some(format!("the fault's target `{}` does not exist", orphan.target))
    }

    /// Whether there is a class of this name.
    pub fn has_class(&self, name: &str) -> bool {
        self.classes.iter().any(|class| class.name == name)
    }
}

fn too_many(count: usize, most: usize, what: &str) -> Option<String> {
    (count > most).then(|| format!("a design has at most {most} {what}"))
}

/// Whether a component may stand here.
pub(super) fn check_place(at: Point) -> Result<(), String> {
    let fits = at.x.abs() <= PLACE_MAX && at.y.abs() <= PLACE_MAX;
    if fits { Ok(()) } else { Err("that is too far out".to_owned()) }
}
