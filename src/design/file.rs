//! The text form of a design: TOML in, all problems at once; and TOML out.

use std::fmt::Write;

use crate::units::Time;

use super::node::{Entry, Node, Value, inline_text, key_text};
use super::problem::{Findings, Problem};
use super::setting::{Setting, Settings, read_settings, within, written};
use super::{
    CallPolicy, ClassCost, Component, Design, Fault, FaultSettings, Kind, LoadBalancer, Names, Point, Regions,
    RequestClass, Span, Target, Wire, check_name, may_connect, region_typed,
};

/// The largest design file that is read, in bytes.
pub const DESIGN_BYTES_MAX: usize = 1_000_000;
pub(super) const COMPONENTS_MAX: usize = 5_000;
pub(super) const WIRES_MAX: usize = 20_000;
pub(super) const CLASSES_MAX: usize = 100;
pub(super) const FAULTS_MAX: usize = 1_000;
const VERSION: i64 = 1;
pub(super) const DURATION_BOUNDS: (f64, f64) = (0.001, 86_400.0);
/// Between two regions, one way.
pub(super) const DISTANCE_BOUNDS: (f64, f64) = (0.0, 60.0);
const TOP_LEVEL: [&str; 10] =
    ["version", "seed", "duration", "classes", "components", "wires", "regions", "spans", "faults", "title"];

/// Reads a design; all its problems if it has any.
pub fn read(text: &str) -> Result<Design, Vec<Problem>> {
    let mut findings = Findings::default();
    if text.len() > DESIGN_BYTES_MAX {
        findings.hint(1, "this file is too large for a design", format!("at most {DESIGN_BYTES_MAX} bytes are read"));
        return Err(findings.0);
    }
    let root = Node::parse(text, &mut findings);
    if !findings.0.is_empty() {
        return Err(findings.sorted());
    }
    let design = design_of(&root, &mut findings);
    if findings.0.is_empty() { Ok(design) } else { Err(findings.sorted()) }
}

fn design_of(root: &Node, findings: &mut Findings) -> Design {
    let mut design = Design::default();
    let entries = root.entries("a design", findings);
    for entry in entries.iter().filter(|entry| !TOP_LEVEL.contains(&entry.key.as_str())) {
        findings.unknown(entry.line, "table or setting", &entry.key, TOP_LEVEL.iter().copied());
    }
    match root.get("version") {
        None => findings.hint(1, "`version` is missing", "begin the file with `version = 1`"),
        Some(node) if node.value != Value::Integer(VERSION) => {
            findings.hint(node.line, "this version of the format is not known", "only `version = 1` exists yet");
        }
        Some(_) => {}
    }
    if let Some(node) = root.get("seed") {
        match node.value {
            Value::Integer(seed) if seed >= 0 => design.seed = seed as u64,
            _ => findings.note(node.line, "`seed` must be a whole number from 0"),
        }
    }
    if let Some(node) = root.get("duration") {
        let duration = Time::read(node, findings);
        let duration = duration.and_then(|time| within("duration", time, Some(DURATION_BOUNDS), node.line, findings));
        design.duration = duration.unwrap_or(design.duration);
    }
    // Components come before what names them.
    if let Some(node) = root.get("classes") {
        design.classes = read_classes(node, findings);
    }
    if let Some(node) = root.get("regions") {
        design.regions = Regions::read(node, findings);
    }
    if let Some(node) = root.get("components") {
        read_components(node, &mut design, findings);
    }
    if let Some(node) = root.get("wires") {
        read_wires(node, root.get("components"), &mut design, findings);
    }
    if let Some(node) = root.get("spans") {
        read_spans(node, &mut design, findings);
    }
    if let Some(node) = root.get("faults") {
        read_faults(node, &mut design, findings);
    }
    design
}

/// The entries of a table whose keys are names; notes bad names and too many entries.
fn named<'a>(
    node: &'a Node,
    what: &str,
    most: usize,
    findings: &mut Findings,
) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let entries = node.entries(what, findings);
    if entries.len() > most {
        findings.note(node.line, format!("a design has at most {most} {what}"));
    }
    for entry in entries.iter().take(most) {
        if let Err(why) = check_name(&entry.key) {
            findings.note(entry.line, why);
        }
    }
    entries.iter().take(most)
}

fn read_classes(node: &Node, findings: &mut Findings) -> Vec<RequestClass> {
    let mut classes = Vec::new();
    for entry in named(node, "classes", CLASSES_MAX, findings) {
        let mut cost = ClassCost::default();
        let fields = entry.node.entries("a class", findings);
        read_settings(&mut cost, fields, &[], findings);
        classes.push(RequestClass { name: entry.key.clone(), cost });
    }
    for (entry, class) in named(node, "classes", CLASSES_MAX, findings).zip(&classes) {
        known_owner(class, &classes, entry.line, findings);
    }
    if classes.iter().all(|class| class.cost.share == 0.0) {
        findings.note(node.line, "at least one class must have a share above 0");
    }
    classes
}

fn read_components(node: &Node, design: &mut Design, findings: &mut Findings) {
    for entry in named(node, "components", COMPONENTS_MAX, findings) {
        let fields = entry.node.entries("a component", findings);
        let Some(kind) = entry.node.get("kind") else {
            let kinds = format!("add `kind = \"…\"`, one of {}", Kind::WORDS.join(", "));
            findings.hint(entry.line, format!("`{}` has no kind", entry.key), kinds);
            continue;
        };
        let word = kind.as_typed().unwrap_or_default();
        let Some(mut kind_read) = Kind::of(&word) else {
            findings.unknown(kind.line, "kind", &word, Kind::WORDS.iter().copied());
            continue;
        };
        read_settings(kind_read.settings_mut(), fields, &["kind", "at", "region"], findings);
        if let Kind::LoadBalancer(LoadBalancer { filter: Some(filter), .. }) = &kind_read {
            known_classes(&filter.classes, design, entry.line, findings);
        }
        let at = entry.node.get("at").and_then(|node| read_point(node, findings));
        let at = at.unwrap_or_else(|| default_place(design.components.len()));
        let region = entry.node.get("region").and_then(|node| read_region(node, findings));
        design.components.push(Component { name: entry.key.clone(), at, region, kind: kind_read });
    }
    for entry in node.entries("components", findings) {
        if design.has_region(&entry.key) && design.component(&entry.key).is_some() {
            let message = format!("`{}` is the name of a component and of a region", entry.key);
            findings.hint(entry.line, message, "give the region a name of its own");
        }
    }
}

pub(super) fn read_region(node: &Node, findings: &mut Findings) -> Option<String> {
    let Value::Text(text) = &node.value else {
        findings.hint(node.line, "a region is a name in quotes", "write it like `region = \"eu\"`");
        return None;
    };
    let region = region_typed(text)?;
    match check_name(&region) {
        Ok(()) => Some(region),
        Err(why) => {
            findings.note(node.line, why);
            None
        }
    }
}

/// Where a component without `at` stands: a grid in the order of the file.
fn default_place(index: usize) -> Point {
    Point { x: (index % 5) as f64 * 200.0, y: (index / 5) as f64 * 140.0 }
}

fn read_point(node: &Node, findings: &mut Findings) -> Option<Point> {
    if let Value::List(pair) = &node.value
        && let [x, y] = pair.as_slice()
        && let (Some(x), Some(y)) = (f64::read(x, findings), f64::read(y, findings))
        && x.abs() <= 1e6
        && y.abs() <= 1e6
    {
        return Some(Point { x, y });
    }
    findings.note(node.line, "a place is two numbers up to a million, like `at = [200, 0]`");
    None
}

/// Reads the wires; `declared` are all components of the file, the broken ones too.
fn read_wires(node: &Node, declared: Option<&Node>, design: &mut Design, findings: &mut Findings) {
    let entries = node.entries("wires", findings);
    if entries.len() > WIRES_MAX {
        findings.note(node.line, format!("a design has at most {WIRES_MAX} wires"));
    }
    for entry in entries.iter().take(WIRES_MAX) {
        let Target::Wire(from, to) = Target::parse(&entry.key) else {
            let hint = "name it by its ends, like `\"users -> app\" = {}`";
            findings.hint(entry.line, format!("`{}` is no wire", entry.key), hint);
            continue;
        };
        let mut policy = CallPolicy::default();
        read_settings(&mut policy, entry.node.entries("a wire", findings), &[], findings);
        if !known_ends(&[&from, &to], &entry.key, declared, design, entry.line, findings)
            || [&from, &to].iter().any(|end| design.component(end).is_none())
        {
            continue;
        }
        known_classes(&policy.classes, design, entry.line, findings);
        match may_connect(design, &from, &to) {
            Ok(()) => design.wires.push(Wire { from, to, policy }),
            Err(why) => findings.note(entry.line, format!("wire `{}`: {why}", entry.key)),
        }
    }
}

/// Notes the classes that are named and that the design does not have.
fn known_classes(names: &Names, design: &Design, line: u32, findings: &mut Findings) {
    let known = || design.classes.iter().map(|class| class.name.as_str());
    for name in names.0.iter().filter(|name| known().all(|class| class != name.as_str())) {
        findings.hint(line, format!("there is no class `{name}`"), super::problem::suggest(name, known()));
    }
}

/// Notes a class whose keys are said to be those of a class that is not there, or that has none of its own.
fn known_owner(class: &RequestClass, classes: &[RequestClass], line: u32, findings: &mut Findings) {
    let Some(name) = class.cost.keys.of.0.first() else { return };
    match classes.iter().find(|owner| owner.name == *name) {
        None => {
            let names = classes.iter().map(|class| class.name.as_str());
            findings.hint(line, format!("there is no class `{name}`"), super::problem::suggest(name, names));
        }
        Some(owner) if !owner.cost.keys.of.0.is_empty() => {
            let message = format!("`{}` cannot use the keys of `{name}`, which has none of its own", class.name);
            findings.hint(line, message, "name the class that has the keys".to_owned());
        }
        Some(_) => {}
    }
}

/// Whether both ends are declared. One that is but could not be read has been told of already.
fn known_ends(
    ends: &[&str],
    wire: &str,
    declared: Option<&Node>,
    design: &Design,
    line: u32,
    findings: &mut Findings,
) -> bool {
    let is_declared = |end: &str| declared.is_some_and(|components| components.get(end).is_some());
    let missing: Vec<_> = ends.iter().filter(|end| !is_declared(end)).collect();
    for end in &missing {
        let names = design.components.iter().map(|component| component.name.as_str());
        let message = format!("wire `{wire}` is dangling: there is no component `{end}`");
        findings.hint(line, message, super::problem::suggest(end, names));
    }
    missing.is_empty()
}

fn read_spans(node: &Node, design: &mut Design, findings: &mut Findings) {
    for entry in named(node, "spans", 100, findings) {
        let ends = match &entry.node.value {
            Value::List(ends) if ends.len() == 2 => Time::read(&ends[0], findings).zip(Time::read(&ends[1], findings)),
            _ => {
                findings.note(entry.line, "a span is two times, like `spike = [\"60s\", \"2m\"]`");
                None
            }
        };
        match ends {
            Some((from, to)) if from < to => design.spans.push(Span { name: entry.key.clone(), from, to }),
            Some(_) => findings.note(entry.line, format!("span `{}` must end after it starts", entry.key)),
            None => {}
        }
    }
}

fn read_faults(node: &Node, design: &mut Design, findings: &mut Findings) {
    let Value::List(items) = &node.value else {
        findings.hint(node.line, "faults must be a list", "write each under its own `[[faults]]`");
        return;
    };
    if items.len() > FAULTS_MAX {
        findings.note(node.line, format!("a design has at most {FAULTS_MAX} faults"));
    }
    for item in items.iter().take(FAULTS_MAX) {
        let Some(fault) = read_fault(item, findings) else { continue };
        let line = item.get("target").map_or(item.line, |node| node.line);
        match target_exists(&fault.target, design) {
            Ok(()) => design.faults.push(fault),
            Err((message, hint)) => findings.hint(line, message, hint),
        }
    }
}

/// Reads the table of one fault. Whether its target exists is not asked.
pub fn read_fault(item: &Node, findings: &mut Findings) -> Option<Fault> {
    let mut settings = FaultSettings::default();
    read_settings(&mut settings, item.entries("a fault", findings), &["target"], findings);
    let Some(target) = item.get("target").and_then(|node| node.as_typed()) else {
        findings.hint(item.line, "a fault needs a target", "write `target = \"app\"` or `target = \"app -> db\"`");
        return None;
    };
    Some(Fault { target: Target::parse(&target), settings })
}

fn target_exists(target: &Target, design: &Design) -> Result<(), (String, String)> {
    let (found, hint) = match target {
        Target::Component(name) => (
            design.component(name).is_some() || design.has_region(name),
            super::problem::suggest(
                name,
                design.components.iter().map(|component| component.name.as_str()).chain(design.region_names()),
            ),
        ),
        Target::Wire(from, to) => {
            let names: Vec<String> = design.wires.iter().map(Wire::name).collect();
            (
                design.wire(from, to).is_some(),
                super::problem::suggest(&target.to_string(), names.iter().map(String::as_str)),
            )
        }
    };
    if found { Ok(()) } else { Err((format!("the fault's target `{target}` does not exist"), hint)) }
}

/// Writes a design as a file. Reading it back gives an equal design.
pub fn write(design: &Design) -> String {
    let mut out = format!("version = {VERSION}\nseed = {}\nduration = \"{}\"\n", design.seed, design.duration);
    for class in &design.classes {
        let _ = writeln!(out, "\n[classes.{}]", key_text(&class.name));
        write_settings(&mut out, &class.cost);
    }
    for component in &design.components {
        let _ = writeln!(out, "\n[components.{}]", key_text(&component.name));
        let _ = writeln!(out, "kind = \"{}\"", component.kind.word());
        let _ = writeln!(out, "at = [{}, {}]", component.at.x, component.at.y);
        if let Some(region) = &component.region {
            let _ = writeln!(out, "region = \"{region}\"");
        }
        write_settings(&mut out, component.kind.settings());
    }
    if !design.wires.is_empty() {
        out.push_str("\n[wires]\n");
    }
    for wire in &design.wires {
        let _ = writeln!(out, "\"{}\" = {}", wire.name(), inline_text(&wire.policy.write()));
    }
    out.push_str(&design.regions.written());
    if !design.spans.is_empty() {
        out.push_str("\n[spans]\n");
    }
    for span in &design.spans {
        let _ = writeln!(out, "{} = [\"{}\", \"{}\"]", key_text(&span.name), span.from, span.to);
    }
    for fault in &design.faults {
        let _ = write!(out, "\n[[faults]]\n{}", write_fault(fault));
    }
    out
}

/// The lines of a fault's table.
pub fn write_fault(fault: &Fault) -> String {
    let mut out = format!("target = \"{}\"\n", fault.target);
    write_settings(&mut out, &fault.settings);
    out
}

fn write_settings(out: &mut String, settings: &dyn Settings) {
    for (name, value) in written(settings) {
        let _ = writeln!(out, "{name} = {}", inline_text(&value));
    }
}
