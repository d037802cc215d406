//! In what two designs differ, setting by setting; places on the canvas do not count.

use super::node::{Node, Value, inline_text};
use super::setting::{Form, SettingInfo, Settings};
use super::{Component, Design, Kind, Wire};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs: a component, a wire, `class feed`, or `run`.
    pub part: String,
    /// In which setting, with dots where it stands in a group; empty where the part as a whole is missing on one side.
    pub setting: String,
    /// What it is in the first design; none if the part is not there.
    pub before: Option<String>,
    /// What it is in the second design.
    pub after: Option<String>,
}

/// The differences from one design to another, in the order of a design file.
pub fn differences(before: &Design, after: &Design) -> Vec<Difference> {
    let mut found = Vec::new();
    let run = |design: &Design| [("seed", design.seed.to_string()), ("duration", design.duration.to_string())];
    for ((setting, a), (_, b)) in run(before).into_iter().zip(run(after)) {
        note(&mut found, "run", setting, a, b);
    }
    pairs(
        &before.classes,
        &after.classes,
        |class| class.name.clone(),
        |name, a, b| {
            let part = format!("class {name}");
            match (a, b) {
                (Some(a), Some(b)) => rooms(&mut found, &part, &a.cost, &b.cost),
                (a, _) => there(&mut found, part, "there", a.is_some()),
            }
        },
    );
    pairs(
        &before.components,
        &after.components,
        |component| component.name.clone(),
        |name, a, b| match (a, b) {
            (Some(a), Some(b)) => component(&mut found, a, b),
            (a, b) => there(&mut found, name.to_owned(), kind_word(a.or(b)), a.is_some()),
        },
    );
    pairs(&before.wires, &after.wires, Wire::name, |name, a, b| match (a, b) {
        (Some(a), Some(b)) => rooms(&mut found, name, &a.policy, &b.policy),
        (a, _) => there(&mut found, name.to_owned(), "there", a.is_some()),
    });
    if before.regions != after.regions {
        note(&mut found, "run", "regions", before.regions.written(), after.regions.written());
    }
    if before.faults != after.faults {
        let faults = |design: &Design| format!("{} planned", design.faults.len());
        changed(&mut found, "run", "faults", faults(before), faults(after));
    }
    found
}

/// The second design under the first one's load: its seed, duration, spans, what users ask for and how often, and its
/// planned faults as far as their targets exist. So both face the same, and only what was built differs.
pub fn under_load_of(load: &Design, built: &Design) -> Design {
    let mut design = built.clone();
    (design.seed, design.duration, design.spans) = (load.seed, load.duration, load.spans.clone());
    let sole = |design: &Design| {
        let mut clients = design.components.iter().filter(|component| matches!(component.kind, Kind::Clients(_)));
        clients.next().filter(|_| clients.next().is_none()).cloned()
    };
    let (sole_here, sole_there) = (sole(built), sole(load));
    for component in design.components.iter_mut().filter(|component| matches!(component.kind, Kind::Clients(_))) {
        let same = load.component(&component.name).filter(|same| matches!(same.kind, Kind::Clients(_)));
        if let Some(same) = same.or(sole_there.as_ref().filter(|_| sole_here.is_some())) {
            component.kind = same.kind.clone();
        }
    }
    design.faults = load.faults.iter().filter(|fault| design.has_target(&fault.target)).cloned().collect();
    let classes = std::mem::replace(&mut design.classes, load.classes.clone());
    // A wire or filter of its own may name a class that the other design does not have.
    if super::read(&super::write(&design)).is_err() {
        design.classes = classes;
    }
    design
}

fn component(found: &mut Vec<Difference>, a: &Component, b: &Component) {
    if a.kind.word() != b.kind.word() {
        return changed(found, &a.name, "kind", a.kind.word().to_owned(), b.kind.word().to_owned());
    }
    let region = |component: &Component| component.region.clone().unwrap_or_else(|| "none".to_owned());
    note(found, &a.name, "region", region(a), region(b));
    rooms(found, &a.name, a.kind.settings(), b.kind.settings());
}

fn kind_word(component: Option<&Component>) -> &'static str {
    component.map_or("there", |component| component.kind.word())
}

fn there(found: &mut Vec<Difference>, part: String, word: &str, in_first: bool) {
    let (here, gone) = (Some(word.to_owned()), None);
    let (before, after) = if in_first { (here, gone) } else { (gone, here) };
    found.push(Difference { part, setting: String::new(), before, after });
}

fn note(found: &mut Vec<Difference>, part: &str, setting: &str, before: String, after: String) {
    if before != after {
        changed(found, part, setting, before, after);
    }
}

fn changed(found: &mut Vec<Difference>, part: &str, setting: &str, before: String, after: String) {
    let (before, after) = (Some(before), Some(after));
    found.push(Difference { part: part.to_owned(), setting: setting.to_owned(), before, after });
}

/// The settings of two rooms of the same sort.
fn rooms(found: &mut Vec<Difference>, part: &str, a: &dyn Settings, b: &dyn Settings) {
    for (place, field) in a.fields().iter().enumerate() {
        let (a, b) = (a.value(place), b.value(place));
        if a != b {
            values(found, part, field.name, (&a, &b), &inner_of((field.form)()));
        }
    }
}

/// The settings of a group; none for anything else.
fn inner_of(form: Form) -> Vec<SettingInfo> {
    match form {
        Form::Group(inner) => inner,
        Form::Optional(form) => inner_of(*form),
        _ => Vec::new(),
    }
}

/// Groups are compared setting by setting; a setting that a group does not name has its default.
fn values(found: &mut Vec<Difference>, part: &str, path: &str, (a, b): (&Node, &Node), group: &[SettingInfo]) {
    let (Value::Table(left), Value::Table(right)) = (&a.value, &b.value) else {
        return note(found, part, path, text(a), text(b));
    };
    let more = right.iter().filter(|entry| a.get(&entry.key).is_none());
    for entry in left.iter().chain(more) {
        let info = group.iter().find(|info| info.name == entry.key);
        let default = info.map_or_else(|| Node::text("default"), |info| info.default.clone());
        let value = |side: &Node| side.get(&entry.key).unwrap_or(&default).clone();
        let inner = info.map(|info| inner_of(info.form.clone())).unwrap_or_default();
        values(found, part, &format!("{path}.{}", entry.key), (&value(a), &value(b)), &inner);
    }
}

fn text(node: &Node) -> String {
    match &node.value {
        Value::Table(entries) if entries.is_empty() => "default".to_owned(),
        _ => node.as_typed().unwrap_or_else(|| inline_text(node).replace('"', "")),
    }
}

/// Calls with each name of either list, and what either has under it.
fn pairs<'a, T>(
    a: &'a [T],
    b: &'a [T],
    name: impl Fn(&T) -> String,
    mut tell: impl FnMut(&str, Option<&'a T>, Option<&'a T>),
) {
    for one in a {
        let name_of_one = name(one);
        tell(&name_of_one, Some(one), b.iter().find(|other| name(other) == name_of_one));
    }
    for other in b {
        let name_of_other = name(other);
        if !a.iter().any(|one| name(one) == name_of_other) {
            tell(&name_of_other, None, Some(other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "version = 1\nseed = 1\n[components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"50/s\"]]\n\
                        [components.app]\nkind = \"server\"\ncores = 2\nat = [0, 0]\n[components.db]\nkind = \"database\"\n\
                        [wires]\n\"users -> app\" = { timeout = \"1s\", retry = { tries = 3 } }\n\"app -> db\" = {}\n";

    fn told(from: &str, to: &str) -> Vec<String> {
        let (before, after) = (super::super::read(BASE).unwrap(), super::super::read(&BASE.replace(from, to)).unwrap());
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        let line = |d: &Difference| format!("{}|{}|{}|{}", d.part, d.setting, shown(&d.before), shown(&d.after));
        differences(&before, &after).iter().map(line).collect()
    }

    #[test]
    fn each_difference_is_found_once() {
        let check = |from: &str, to: &str, expected: &[&str]| assert_eq!(told(from, to), expected, "{from} → {to}");
        check("", "", &[]);
        check("at = [0, 0]", "at = [40, 80]", &[]);
        check("cores = 2", "cores = 8", &["app|cores|2|8"]);
        check("seed = 1", "seed = 4", &["run|seed|1|4"]);
        check(
            "tries = 3",
            "tries = 2, budget = \"10%\"",
            &["users -> app|retry.tries|3|2", "users -> app|retry.budget|none|10%"],
        );
        check(
            "timeout = \"1s\"",
            "latency = \"2ms\"",
            &["users -> app|latency|0s|2ms", "users -> app|timeout|1s|none"],
        );
        check("\"app -> db\" = {}\n", "", &["app -> db||there|–"]);
        check("kind = \"database\"", "kind = \"cache\"", &["db|kind|database|cache"]);
        check(
            "[components.db]",
            "[components.lb]\nkind = \"load-balancer\"\n[components.db]",
            &["lb||–|load-balancer"],
        );
        check("[wires]", "[[faults]]\nat = \"3s\"\ntarget = \"db\"\n[wires]", &["run|faults|0 planned|1 planned"]);
        check("[\"0s\", \"50/s\"]", "[\"0s\", \"9/s\"]", &["users|traffic|[[0s, 50/s]]|[[0s, 9/s]]"]);
    }

    #[test]
    fn both_sides_face_the_same_load() {
        let own = super::super::read(&format!(
            "{}[[faults]]\nat = \"3s\"\ntarget = \"db\"\n[[faults]]\nat = \"4s\"\ntarget = \"app\"\n",
            BASE.replace("seed = 1", "seed = 9\nduration = \"20s\"")
        ));
        let other =
            "version = 1\n[components.crowd]\nkind = \"clients\"\n[components.app]\nkind = \"server\"\ncores = 4\n";
        let (own, other) = (own.unwrap(), super::super::read(other).unwrap());
        let met = under_load_of(&own, &other);
        assert_eq!((met.seed, met.duration, met.faults.len()), (9, own.duration, 1));
        assert_eq!(met.component("crowd").unwrap().kind, own.component("users").unwrap().kind);
        assert_eq!(met.component("app"), other.component("app"));
        assert_eq!(super::super::read(&super::super::write(&met)).as_ref(), Ok(&met));
    }
}
