//! A whole other design as one edit, so that starting over and opening a file can be undone.

use crate::design::{Design, Edit};

/// The edit that makes `new` out of `old`.
pub fn replacing(old: &Design, new: &Design) -> Edit {
    let removals = old.components.iter().map(|component| Edit::RemoveComponent(component.name.clone()));
    let components = new.components.iter().enumerate().map(|(at, component)| Edit::AddComponent(at, component.clone()));
    let wires = new.wires.iter().enumerate().map(|(at, wire)| Edit::AddWire(at, wire.clone()));
    let rest = [
        Edit::SetClasses(new.classes.clone()),
        Edit::SetSpans(new.spans.clone()),
        Edit::SetFaults(new.faults.clone()),
        Edit::SetRun(new.seed, new.duration),
    ];
    // Before the components: none may be called like a region.
    let regions = [Edit::SetRegions(new.regions.clone())];
    Edit::All(removals.chain(regions).chain(components).chain(wires).chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use crate::design::read;

    use super::*;

    #[test]
    fn replaces_and_can_be_undone() {
        let old = read(
            "version = 1\n[components.a]\nkind = \"server\"\n[components.b]\nkind = \"database\"\n[wires]\n\"a -> b\" = {}",
        );
        let new = read(
            "version = 1\nseed = 9\nduration = \"5s\"\n[classes.x]\ncpu = \"2ms\"\n[components.b]\nkind = \"clients\"\n\
             [components.a]\nkind = \"server\"\nregion = \"eu\"\n[regions]\n\"eu -> us\" = \"9ms\"\n[wires]\n\"b -> a\" = {}\n[spans]\nspike = [\"1s\", \"2s\"]",
        );
        let (old, new) = (old.unwrap(), new.unwrap());
        let mut design = old.clone();
        let inverse = design.apply(&replacing(&old, &new)).unwrap();
        assert_eq!(design, new);
        design.apply(&inverse).unwrap();
        assert_eq!(design, old);
    }
}
