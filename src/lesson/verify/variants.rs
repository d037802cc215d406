//! What a learner could try without what the lesson teaches: none of it may win.
//!
//! Tried are the solution without it, and that and the start with every size doubled, again and again as long as the
//! budget lasts. A part that is taken out is bridged: its callers call its callees.

use crate::design::{Component, Design, Edit, Node, Value, Wire, put_path};
use crate::insight::cost_per_hour;

use super::super::file::Lesson;
use super::super::goal::{Comparison, Metric};
use super::super::taught::{Idea, Taught};

/// Doublings that are tried at most; without a budget, one.
const DOUBLINGS_MAX: usize = 3;
/// What makes a component larger. A waiting room does not: it only makes it slower to refuse.
const SIZES: [&str; 9] =
    ["cores", "concurrency", "connections", "instances", "memory", "entries", "buffer", "rate", "size"];

/// Something that must lose.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What it is, in words.
    pub what: String,
    /// The design.
    pub design: Design,
    /// The line in the lesson of what is taught.
    pub line: u32,
}

/// All variants that a learner could build.
pub fn variants(lesson: &Lesson, solution: &Design) -> Vec<Variant> {
    let mut found: Vec<Variant> = Vec::new();
    for taught in &lesson.teaches {
        let without = without(&taught.what, lesson, solution);
        let named = format!("the solution without `{}`", taught.what);
        let mut tried = grown(lesson, taught, &named, &without);
        // As it is in the solution: nothing was taken out.
        if without != *solution {
            tried.insert(0, (named, without));
        }
        if !has(&taught.what, lesson) {
            tried.extend(grown(lesson, taught, "the start", &lesson.start));
        }
        for (what, design) in tried {
            let allowed = lesson.rules.broken_by(&design, &lesson.start).is_empty();
            if allowed && design != lesson.start && found.iter().all(|known| known.design != design) {
                found.push(Variant { what, design, line: taught.line });
            }
        }
    }
    found
}

/// Whether the start has it already: then a larger start is not without it.
fn has(idea: &Idea, lesson: &Lesson) -> bool {
    matches!(idea, Idea::Kind(kind) if lesson.start.components.iter().any(|c| c.kind.word() == *kind))
}

/// The design with every size doubled once, twice …, as far as the lesson's money goes.
fn grown(lesson: &Lesson, taught: &Taught, named: &str, design: &Design) -> Vec<(String, Design)> {
    let money = money(lesson);
    let mut found = Vec::new();
    let mut design = design.clone();
    for doubling in 1..=if money.is_some() { DOUBLINGS_MAX } else { 1 } {
        let before = design.clone();
        double(&mut design, lesson, taught);
        if design == before || money.is_some_and(|money| cost_per_hour(&design).0 > money) {
            break;
        }
        found.push((format!("{named}, every size times {}", 1 << doubling), design.clone()));
    }
    found
}

/// What a build may cost: the budget, or what a goal says.
fn money(lesson: &Lesson) -> Option<f64> {
    let goals = lesson.goals.iter().filter(|goal| goal.metric == Metric::Cost);
    let bounds = goals.filter(|goal| matches!(goal.comparison, Comparison::Less | Comparison::AtMost));
    bounds.map(|goal| goal.bound).reduce(f64::min)
}

fn double(design: &mut Design, lesson: &Lesson, taught: &Taught) {
    for component in &mut design.components {
        if lesson.rules.is_locked(&component.name) {
            continue;
        }
        for size in SIZES {
            let is_taught =
                matches!(&taught.what, Idea::Setting(kind, name) if *kind == component.kind.word() && name == size);
            if !is_taught && !lesson.rules.is_fixed(&component.kind, size) {
                double_setting(component, size);
            }
        }
    }
}

/// Doubles a setting, if the component has it and may have twice as much.
fn double_setting(component: &mut Component, name: &str) {
    let Some(field) = component.kind.settings().fields().iter().find(|field| field.name == name) else { return };
    let Some(value) = component.kind.settings().get(name) else { return };
    let twice = match (&value.value, (field.form)().choices()) {
        (Value::Text(word), Some(words)) => {
            words.iter().position(|known| known == word).and_then(|at| words.get(at + 1)).map(|next| Node::text(*next))
        }
        (Value::Integer(number), _) => number.checked_mul(2).map(|twice| Node::new(Value::Integer(twice))),
        (Value::Text(text), None) => twice_of(text).map(Node::text),
        _ => None,
    };
    if let Some(twice) = twice {
        // Beyond its bounds it stays as large as it is.
        let _ = put_path(component.kind.settings_mut(), name, twice);
    }
}

/// `2GB` becomes `4GB`.
fn twice_of(text: &str) -> Option<String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    Some(format!("{}{}", number.checked_mul(2)?, &text[digits..]))
}

/// The solution without what is taught.
fn without(idea: &Idea, lesson: &Lesson, solution: &Design) -> Design {
    let mut design = solution.clone();
    match idea {
        Idea::Kind(kind) => {
            let is_taken = |c: &&Component| c.kind.word() == *kind && lesson.start.component(&c.name).is_none();
            let names: Vec<String> = design.components.iter().filter(is_taken).map(|c| c.name.clone()).collect();
            names.iter().for_each(|name| bridge(&mut design, name));
        }
        Idea::Setting(kind, setting) => {
            for component in design.components.iter_mut().filter(|c| c.kind.word() == *kind) {
                let before = lesson.start.component(&component.name).map(|c| &c.kind);
                let before = before.filter(|before| before.word() == *kind);
                let offered = lesson.rules.palette.iter().find(|offered| offered.word() == *kind);
                let standard = before.or(offered).and_then(|kind| kind.settings().get(setting));
                if let Some(standard) = standard {
                    let _ = put_path(component.kind.settings_mut(), setting, standard);
                }
            }
        }
        Idea::Wire(setting) => {
            for wire in &mut design.wires {
                let before =
                    lesson.start.wire(&wire.from, &wire.to).map(|wire| wire.policy.clone()).unwrap_or_default();
                let settings: &dyn crate::design::Settings = &before;
                if let Some(value) = settings.get(setting) {
                    let _ = put_path(&mut wire.policy, setting, value);
                }
            }
        }
    }
    design
}

/// Takes a component out; its callers call its callees.
fn bridge(design: &mut Design, name: &str) {
    let callers: Vec<Wire> = design.wires.iter().filter(|wire| wire.to == name).cloned().collect();
    let callees: Vec<Wire> = design.wires.iter().filter(|wire| wire.from == name).cloned().collect();
    if design.apply(&Edit::RemoveComponent(name.to_owned())).is_err() {
        return;
    }
    for caller in &callers {
        for callee in &callees {
            let wire = Wire { to: callee.to.clone(), ..caller.clone() };
            // Two that must not call each other stay apart.
            let _ = design.apply(&Edit::AddWire(design.wires.len(), wire));
        }
    }
}
