//! One setting of a design by its dotted path in the file.

use super::file::read_region;
use super::node::Node;
use super::problem::{Findings, Problem};
use super::setting::{Settings, put_path};
use super::{Design, Regions};

/// Sets one setting by its dotted path in the file, such as `components.app-1.cores` or `classes.feed.cpu`.
pub fn set_path(design: &mut Design, path: &str, value: Node) -> Result<(), Vec<Problem>> {
    let parts: Vec<&str> = path.splitn(3, '.').collect();
    match parts.as_slice() {
        ["components", name, "region"] if design.component(name).is_some() => return set_region(design, name, &value),
        ["regions", pair] => return set_distance(design, pair, &value),
        _ => {}
    }
    let found: Option<(&mut dyn Settings, &str)> = match parts.as_slice() {
        ["components", name, rest] => {
            design.components.iter_mut().find(|c| c.name == *name).map(|c| (c.kind.settings_mut(), *rest))
        }
        ["classes", name, rest] => {
            design.classes.iter_mut().find(|c| c.name == *name).map(|c| (&mut c.cost as &mut dyn Settings, *rest))
        }
        ["wires", name, rest] => {
            design.wires.iter_mut().find(|w| w.name() == *name).map(|w| (&mut w.policy as &mut dyn Settings, *rest))
        }
        _ => None,
    };
    let Some((settings, rest)) = found else { return Err(nothing_at(design, path, &parts)) };
    put_path(settings, rest, value).map_err(|findings| findings.0)
}

/// Why a path leads nowhere.
fn nothing_at(design: &Design, path: &str, parts: &[&str]) -> Vec<Problem> {
    let mut findings = Findings::default();
    let (what, name, known): (_, _, Vec<String>) = match parts {
        ["components", name, _] => ("component", name, design.components.iter().map(|c| c.name.clone()).collect()),
        ["classes", name, _] => ("class", name, design.classes.iter().map(|c| c.name.clone()).collect()),
        ["wires", name, _] => ("wire", name, design.wires.iter().map(|wire| wire.name()).collect()),
        _ => {
            let forms = "write `components.NAME.SETTING`, `classes.NAME.SETTING`, `wires.FROM -> TO.SETTING` or \
                         `regions.FROM -> TO`";
            findings.hint(0, format!("there is nothing at `{path}`"), forms);
            return findings.0;
        }
    };
    findings.unknown(0, what, name, known.iter().map(String::as_str));
    findings.0
}

fn set_region(design: &mut Design, name: &str, value: &Node) -> Result<(), Vec<Problem>> {
    let mut findings = Findings::default();
    let region = read_region(value, &mut findings);
    if let Err(why) = design.check_region(region.as_deref()) {
        findings.note(0, why);
    }
    if findings.0.is_empty() {
        design.components.iter_mut().filter(|component| component.name == name).for_each(|c| c.region = region.clone());
        return Ok(());
    }
    Err(findings.0)
}

fn set_distance(design: &mut Design, pair: &str, value: &Node) -> Result<(), Vec<Problem>> {
    let mut findings = Findings::default();
    let table = Node::table([(pair.to_owned(), value.clone())]);
    let read = Regions::read(&table, &mut findings);
    if !findings.0.is_empty() {
        return Err(findings.0);
    }
    match read.pairs.first() {
        // A pair of regions that were never named before is as good as any.
        Some(pair) => {
            let set = design.check_region(Some(&pair.from)).and_then(|()| design.check_region(Some(&pair.to)));
            if let Err(why) = set.and_then(|()| design.regions.set(&pair.from, &pair.to, pair.latency)) {
                findings.note(0, why);
                return Err(findings.0);
            }
        }
        None => design.regions.default = read.default,
    }
    Ok(())
}
