//! Copies of parts: out as text in the form of a design file, and in again under free names at a free place.

use crate::design::{
    ClassCost, Component, Design, Edit, Kind, LoadBalancer, Names, Point, RequestClass, Target, Wire, read, write,
};

use super::camera::Rect;
use super::shape::{GRID, bounds, box_of};

/// The longest text that is pasted, in bytes.
const CLIP_BYTES_MAX: usize = 200_000;
/// The most parts that are pasted at once.
const CLIP_PARTS_MAX: usize = 300;
/// How a copied text begins, for whoever pastes it elsewhere.
const HEAD: &str = "# Parts copied from Pressure Point\n";
/// Space kept between what is pasted and what is there.
const AIR: f64 = 16.0;
/// How far a free place is looked for, in steps of two grid cells.
const RINGS_MAX: i32 = 24;
/// The longest stem of a copy's name: a number must fit behind it.
const STEM_MAX: usize = 34;

/// Components and the wires between them, under names that are free, where they stood when they were copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Copies {
    components: Vec<Component>,
    wires: Vec<Wire>,
}

/// These components, the wires between them, and the classes that they name: a small design.
pub fn fragment(design: &Design, names: &[&str]) -> Design {
    let chosen = |name: &String| names.contains(&name.as_str());
    let components: Vec<Component> = design.components.iter().filter(|one| chosen(&one.name)).cloned().collect();
    let wires: Vec<Wire> = design.wires.iter().filter(|wire| chosen(&wire.from) && chosen(&wire.to)).cloned().collect();
    let part = Design { components, wires, ..Design::default() };
    let class = |name: &String| RequestClass { name: name.clone(), cost: ClassCost::default() };
    let mut classes: Vec<RequestClass> = Vec::new();
    for name in
        part.wires.iter().flat_map(|wire| &wire.policy.classes.0).chain(part.components.iter().flat_map(filtered))
    {
        if classes.iter().all(|class| class.name != *name) {
            classes.push(class(name));
        }
    }
    match classes.is_empty() {
        true => part,
        false => Design { classes, ..part },
    }
}

/// The classes that a balancer filters.
fn filtered(component: &Component) -> &[String] {
    match &component.kind {
        Kind::LoadBalancer(LoadBalancer { filter: Some(filter), .. }) => &filter.classes.0,
        _ => &[],
    }
}

/// A copied part as text.
pub fn clip_text(part: &Design) -> String {
    format!("{HEAD}{}", write(part))
}

/// Reads what was copied; otherwise why it cannot be pasted, in a learner's words.
pub fn read_clip(text: &str) -> Result<Design, String> {
    if text.trim().is_empty() {
        return Err("there is nothing to paste".to_owned());
    }
    if text.len() > CLIP_BYTES_MAX {
        return Err("the clipboard holds far more text than a few parts".to_owned());
    }
    // Somebody's shopping list deserves no list of syntax errors.
    if !text.contains("version") || !text.contains("[components.") {
        return Err("the clipboard holds no parts of a design".to_owned());
    }
    let design = read(text).map_err(|problems| {
        let first = problems.first().map(|problem| format!(": line {}: {}", problem.line, problem.message));
        let first: String = first.unwrap_or_default().chars().take(200).collect();
        format!("the text in the clipboard cannot be read as parts of a design{first}")
    })?;
    match design.components.len() {
        0 => Err("the clipboard holds no parts of a design".to_owned()),
        count if count > CLIP_PARTS_MAX => {
            Err(format!("the clipboard holds {count} parts; at most {CLIP_PARTS_MAX} can be pasted at once"))
        }
        _ => Ok(design),
    }
}

impl Copies {
    /// Copies of a small design's parts for this design: names that are free there, and only classes that it has.
    pub fn of(part: &Design, design: &Design) -> Copies {
        let mut renamed: Vec<(&str, String)> = Vec::new();
        for component in &part.components {
            let taken = |name: &str| {
                design.component(name).is_some()
                    || design.has_region(name)
                    || part.has_region(name)
                    || renamed.iter().any(|(_, new)| new == name)
            };
            let name = free_copy_name(&component.name, taken);
            renamed.push((&component.name, name));
        }
        let new = |old: &str| renamed.iter().find(|(name, _)| *name == old).map(|(_, new)| new.clone());
        let known = |names: &Names| Names(names.0.iter().filter(|name| design.has_class(name)).cloned().collect());
        let component = |component: &Component| {
            let mut copy = Component { name: new(&component.name)?, ..component.clone() };
            if let Kind::LoadBalancer(LoadBalancer { filter: Some(filter), .. }) = &mut copy.kind {
                filter.classes = known(&filter.classes);
            }
            Some(copy)
        };
        let wire = |wire: &Wire| {
            let mut policy = wire.policy.clone();
            policy.classes = known(&policy.classes);
            Some(Wire { from: new(&wire.from)?, to: new(&wire.to)?, policy })
        };
        Copies {
            components: part.components.iter().filter_map(component).collect(),
            wires: part.wires.iter().filter_map(wire).collect(),
        }
    }

    /// The edit that adds them, this far from where they stood.
    pub fn edit(&self, by: Point) -> Edit {
        let moved = |at: Point| Point { x: at.x + by.x, y: at.y + by.y };
        // At the end of the lists, however long those are by then.
        let component =
            |copy: &Component| Edit::AddComponent(usize::MAX, Component { at: moved(copy.at), ..copy.clone() });
        let wire = |copy: &Wire| Edit::AddWire(usize::MAX, copy.clone());
        Edit::All(self.components.iter().map(component).chain(self.wires.iter().map(wire)).collect())
    }

    /// The copied components, as parts.
    pub fn parts(&self) -> Vec<Target> {
        self.components.iter().map(|component| Target::Component(component.name.clone())).collect()
    }

    /// The middle of where they stood.
    pub fn centre(&self) -> Point {
        let boxes = self.components.iter().map(|component| box_of(component.at));
        boxes.reduce(|all, next| all.union(&next)).map(|all| all.centre()).unwrap_or_default()
    }

    /// How many, in words: `3 parts and 2 wires`.
    pub fn count(&self) -> String {
        let (parts, wires) = (counted(self.components.len(), "part"), counted(self.wires.len(), "wire"));
        if self.wires.is_empty() { parts } else { format!("{parts} and {wires}") }
    }

    /// The shift nearest to the wanted one with which they cover nothing that is there.
    pub fn free_shift(&self, design: &Design, wanted: Point) -> Point {
        let taken: Vec<Rect> = design.components.iter().map(|component| box_of(component.at).grown(AIR)).collect();
        let free = |by: &Point| {
            let covers = |copy: &Component| {
                let rect = box_of(Point { x: copy.at.x + by.x, y: copy.at.y + by.y });
                taken.iter().any(|taken| taken.meets(&rect))
            };
            !self.components.iter().any(covers)
        };
        let ring = |radius: i32| {
            let cells = (-radius..=radius).flat_map(move |row| (-radius..=radius).map(move |column| (column, row)));
            cells.filter(move |(column, row)| column.abs().max(row.abs()) == radius)
        };
        let step = 2.0 * GRID;
        let shifted = |(column, row): (i32, i32)| Point {
            x: wanted.x + f64::from(column) * step,
            y: wanted.y + f64::from(row) * step,
        };
        let below = || {
            // No room nearby: below everything.
            let lowest = bounds(design).map_or(0.0, |all| all.max.y);
            let top = self.components.iter().map(|copy| box_of(copy.at).min.y).fold(f64::INFINITY, f64::min);
            Point { x: wanted.x, y: lowest + step - top }
        };
        (0..=RINGS_MAX).flat_map(ring).map(shifted).find(free).unwrap_or_else(below)
    }
}

/// `1 part`, `2 parts`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The name itself if it is free; otherwise with the next free number in place of the one at its end.
fn free_copy_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = stem.len() < name.len() && stem.len() > 1 && stem.ends_with(['-', '_']);
    let stem = if numbered { &stem[..stem.len() - 1] } else { name };
    let stem = &stem[..stem.len().min(STEM_MAX)];
    (2..).map(|number| format!("{stem}-{number}")).find(|name| !taken(name)).expect("endless")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_free_names() {
        let check = |name: &str, taken: &[&str], expected: &str| {
            assert_eq!(free_copy_name(name, |name| taken.contains(&name)), expected, "{name}");
        };
        check("app", &[], "app");
        check("app", &["app"], "app-2");
        check("app-1", &["app-1"], "app-2");
        check("app-1", &["app-1", "app-2"], "app-3");
        check("7", &["7"], "7-2");
        check("s3", &["s3"], "s3-2");
        let long = "a".repeat(40);
        check(&long, &[&long], &format!("{}-2", "a".repeat(34)));
    }

    #[test]
    fn foreign_text_is_refused_kindly() {
        let check = |text: &str, why: &str| {
            let refused = read_clip(text).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        };
        check("  \n", "nothing to paste");
        check("milk, eggs, a new version of bread", "no parts of a design");
        check("version = 1\n[components.a]\nkind = \"sever\"", "line 3: unknown kind `sever`");
        check("version = 1 # [components.", "no parts");
        check(&format!("version = 1\n[components.a]\n{}", "[".repeat(100_000)), "cannot be read");
        check(&format!("version = 1\n[components.a]\nkind = {}", "[".repeat(100_000)), "cannot be read");
        check(&format!("version = 1\n[components.a]\nkind = {}", "{a=".repeat(50_000)), "cannot be read");
        check(
            &format!("version = 1\n[components.a]\nat = {}{}", "[".repeat(90_000), "]".repeat(90_000)),
            "cannot be read",
        );
        check(&"[components.x] version ".repeat(20_000), "far more text");
        let many: String = (0..301).map(|n| format!("[components.a{n}]\nkind = \"server\"\n")).collect();
        check(&format!("version = 1\n{many}"), "at most 300");
    }
}
