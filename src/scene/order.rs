//! The order in which parts are read and tabbed through: upstream before downstream.

use crate::design::Design;

/// The components' names: callers before whom they call; among equals, in the order of the file.
pub fn upstream_first(design: &Design) -> Vec<String> {
    let mut left: Vec<&str> = design.components.iter().map(|component| component.name.as_str()).collect();
    let mut names = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let flows = || design.wires.iter().map(|wire| design.flow(wire));
        let called = |name: &str| flows().any(|(from, to)| to == name && left.contains(&from));
        // Calls never go round in a circle, so somebody is always called by nobody who is left.
        let next = left.iter().position(|name| !called(name)).unwrap_or(0);
        names.push(left.remove(next).to_owned());
    }
    names
}
