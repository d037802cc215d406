//! What a learner may change in a lesson: what may be added, what stays as it is.

use crate::design::{Component, Design, Findings, Kind, Node, Target, get_path, read_settings, suggest};

use crate::insight::cost_per_hour;
use crate::units::Money;

use super::front::words;
use super::goal::Unit;

/// The rules of a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// What may be added, each with the settings it comes with.
    pub palette: Vec<Kind>,
    /// Settings that cannot be changed, by the kind's word and the setting's name.
    pub fixed: Vec<(&'static str, String)>,
    /// Components and wires that stay as they are.
    pub locked: Vec<Target>,
    /// What a build may cost, in dollars per hour.
    pub budget: Option<Money>,
}

impl Rules {
    /// Reads `palette`, `fixed` and `locked` of a lesson's front matter.
    pub(super) fn read(front: &Node, start: Option<&Design>, findings: &mut Findings) -> Rules {
        let mut rules = Rules::default();
        let mut kinds: Vec<Kind> = Kind::WORDS.iter().filter_map(|word| Kind::of(word)).collect();
        for entry in front.get("fixed").map_or(&[][..], |node| node.entries("`fixed`", findings)) {
            let Some(kind) = kinds.iter_mut().find(|kind| kind.word() == entry.key) else {
                findings.unknown(entry.line, "kind", &entry.key, Kind::WORDS.iter().copied());
                continue;
            };
            let settings = entry.node.entries("the fixed settings of a kind", findings);
            read_settings(kind.settings_mut(), settings, &[], findings);
            rules.fixed.extend(settings.iter().map(|setting| (kind.word(), setting.key.clone())));
        }
        for (word, line) in words(front, "palette", findings) {
            match kinds.iter().find(|kind| kind.word() == word) {
                Some(kind) => rules.palette.push(kind.clone()),
                None => findings.unknown(line, "kind", &word, Kind::WORDS.iter().copied()),
            }
        }
        for (word, line) in words(front, "locked", findings) {
            let target = Target::parse(&word);
            if let Some(hint) = start.and_then(|start| missing(start, &target)) {
                findings.hint(line, format!("`{target}` is locked but not in start.toml"), hint);
            }
            rules.locked.push(target);
        }
        let budget = front.get("budget").and_then(Node::as_typed);
        rules.budget = budget.and_then(|text| Unit::Price.read(text.trim()).ok()).map(Money);
        rules
    }

    /// Whether this component stays as it is.
    pub fn is_locked(&self, component: &str) -> bool {
        self.locked.iter().any(|target| *target == Target::Component(component.to_owned()))
    }

    /// Whether this wire stays as it is.
    pub fn is_wire_locked(&self, from: &str, to: &str) -> bool {
        self.locked.iter().any(|target| *target == Target::Wire(from.to_owned(), to.to_owned()))
    }

    /// Whether this setting cannot be changed in components of this kind.
    pub fn is_fixed(&self, kind: &Kind, setting: &str) -> bool {
        self.fixed.iter().any(|(word, name)| *word == kind.word() && name == setting)
    }

    /// What a design costs more than the budget allows, in a learner's words. It may be drawn and run all the same, but
    /// cannot win.
    pub fn over_budget(&self, design: &Design) -> Option<String> {
        let (cost, budget) = (cost_per_hour(design), self.budget?);
        let text = |money: Money| Unit::Price.text(money.0);
        (cost > budget).then(|| format!("it costs {}; the budget is {}", text(cost), text(budget)))
    }

    /// In what a design breaks the rules, in a learner's words; empty if in nothing.
    pub fn broken_by(&self, design: &Design, start: &Design) -> Vec<String> {
        let mut broken: Vec<String> = self.locked.iter().filter_map(|target| changed(target, design, start)).collect();
        for component in &design.components {
            match start.component(&component.name) {
                Some(before) if before.kind.word() == component.kind.word() => {
                    broken.extend(self.refixed(component, &before.kind));
                }
                _ => match self.palette.iter().find(|kind| kind.word() == component.kind.word()) {
                    Some(kind) => broken.extend(self.refixed(component, kind)),
                    None => broken.push(format!(
                        "`{}`: this lesson has no {} to add",
                        component.name,
                        label(&component.kind)
                    )),
                },
            }
        }
        if design.classes != start.classes {
            broken.push("the request classes belong to the lesson and stay as they are".to_owned());
        }
        if (design.duration, &design.spans, &design.faults) != (start.duration, &start.spans, &start.faults) {
            broken.push("the script (duration, spans, faults) belongs to the lesson and stays as it is".to_owned());
        }
        if design.regions != start.regions {
            broken.push("how far apart regions are belongs to the lesson and stays as it is".to_owned());
        }
        broken
    }

    fn refixed<'a>(&'a self, component: &'a Component, before: &'a Kind) -> impl Iterator<Item = String> + 'a {
        let kind = &component.kind;
        let fixed = self.fixed.iter().filter(|(word, _)| *word == kind.word()).map(|(_, setting)| setting);
        let changed =
            fixed.filter(|setting| get_path(kind.settings(), setting) != get_path(before.settings(), setting));
        changed.map(|setting| format!("`{}`: `{setting}` is fixed in this lesson", component.name))
    }
}

fn label(kind: &Kind) -> String {
    kind.label().to_ascii_lowercase()
}

/// How a locked part was changed, if it was.
fn changed(target: &Target, design: &Design, start: &Design) -> Option<String> {
    let same = match target {
        Target::Component(name) => {
            let what = |design: &Design| design.component(name).map(|c| (c.kind.clone(), c.region.clone()));
            what(design) == what(start)
        }
        Target::Wire(from, to) => {
            design.wire(from, to).map(|wire| &wire.policy) == start.wire(from, to).map(|wire| &wire.policy)
        }
    };
    (!same).then(|| format!("`{target}` is locked in this lesson and stays as it is"))
}

/// A hint, if the design has no such part.
fn missing(design: &Design, target: &Target) -> Option<String> {
    let names: Vec<String> = match target {
        Target::Component(_) => design.components.iter().map(|component| component.name.clone()).collect(),
        Target::Wire(..) => design.wires.iter().map(|wire| wire.name()).collect(),
    };
    let wanted = target.to_string();
    (!names.contains(&wanted)).then(|| suggest(&wanted, names.iter().map(String::as_str)))
}
