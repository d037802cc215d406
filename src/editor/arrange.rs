//! Places for components: aligned, evenly spread, or tidied up from callers to callees.

use crate::design::{Design, Edit, Point};
use crate::units::put_in_order;

use super::shape::{BOX, bounds, snapped};

/// From one layer's middle to the next, when tidied up.
const LAYER: f64 = 240.0;
/// From one component's middle to the next below it.
const ROW: f64 = 120.0;
/// How often the layers are put into the order of their neighbours, there and back.
const SWEEPS: usize = 6;

/// Where components are lined up. All boxes have one size, so a side is as good as a middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Along the leftmost one.
    Left,
    /// Along the middle between left and right.
    Centre,
    /// Along the rightmost one.
    Right,
    /// Along the topmost one.
    Top,
    /// Along the middle between top and bottom.
    Middle,
    /// Along the lowest one.
    Bottom,
}

/// Whether along the x or the y axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// From left to right.
    Across,
    /// From top to bottom.
    Down,
}

impl Axis {
    fn of(self, at: Point) -> f64 {
        match self {
            Axis::Across => at.x,
            Axis::Down => at.y,
        }
    }

    fn with(self, at: Point, value: f64) -> Point {
        match self {
            Axis::Across => Point { x: value, ..at },
            Axis::Down => Point { y: value, ..at },
        }
    }
}

type Places = Vec<(String, Point)>;

/// These components lined up.
pub fn aligned(design: &Design, names: &[&str], line: Line) -> Places {
    let places = places(design, names);
    let axis = match line {
        Line::Left | Line::Centre | Line::Right => Axis::Across,
        Line::Top | Line::Middle | Line::Bottom => Axis::Down,
    };
    let low = places.iter().map(|(_, at)| axis.of(*at)).fold(f64::INFINITY, f64::min);
    let high = places.iter().map(|(_, at)| axis.of(*at)).fold(f64::NEG_INFINITY, f64::max);
    let value = match line {
        Line::Left | Line::Top => low,
        Line::Centre | Line::Middle => (low + high) / 2.0,
        Line::Right | Line::Bottom => high,
    };
    places.into_iter().map(|(name, at)| (name, axis.with(at, value))).collect()
}

/// These components with equal steps between them, in the order in which they stand; the outermost two stay.
pub fn spread(design: &Design, names: &[&str], axis: Axis) -> Places {
    let mut places = places(design, names);
    put_in_order(&mut places, |a, b| axis.of(a.1) < axis.of(b.1));
    let ends = places.first().zip(places.last()).map(|(first, last)| (axis.of(first.1), axis.of(last.1)));
    let Some((low, high)) = ends else { return places };
    let step = (high - low) / (places.len().max(2) - 1) as f64;
    let even = |(index, (name, at)): (usize, (String, Point))| (name, axis.with(at, low + index as f64 * step));
    places.into_iter().enumerate().map(even).collect()
}

fn places(design: &Design, names: &[&str]) -> Places {
    let place = |name: &&str| Some(((*name).to_owned(), design.component(name)?.at));
    names.iter().filter_map(place).collect()
}

/// The edit that moves components there; none if all stand there already.
pub fn moving(design: &Design, places: Places) -> Option<Edit> {
    let moved = places.into_iter().filter(|(name, at)| design.component(name).is_some_and(|one| one.at != *at));
    let moves: Vec<Edit> = moved.map(|(name, at)| Edit::Move(name, at)).collect();
    (!moves.is_empty()).then_some(Edit::All(moves))
}

/// A place in a layer: a component, or the room that a wire needs to pass between two.
#[derive(Clone, Debug)]
struct Slot {
    /// The component; none for a passing wire.
    component: Option<usize>,
    /// Slots of the layer before that lead here.
    before: Vec<usize>,
    /// Slots of the layer after that this leads to.
    after: Vec<usize>,
}

/// All components in layers from left to right, callers before callees, so that few wires cross and none runs through a
/// box. Wires that skip layers keep room for themselves. The middle of the whole stays where it was.
pub fn tidied(design: &Design) -> Places {
    let Some(old) = bounds(design) else { return Vec::new() };
    let (layers, slots) = layered(design);
    let height = |layer: &Vec<usize>| (layer.len().max(1) - 1) as f64 * ROW;
    let mut places = Vec::new();
    for (column, layer) in layers.iter().enumerate() {
        for (row, slot) in layer.iter().enumerate() {
            if let Some(index) = slots[*slot].component {
                let at = Point { x: column as f64 * LAYER, y: row as f64 * ROW - height(layer) / 2.0 };
                places.push((index, at));
            }
        }
    }
    let low = |pick: fn(Point) -> f64| places.iter().map(|(_, at)| pick(*at)).fold(f64::INFINITY, f64::min);
    let high = |pick: fn(Point) -> f64| places.iter().map(|(_, at)| pick(*at)).fold(f64::NEG_INFINITY, f64::max);
    let middle = Point { x: (low(|at| at.x) + high(|at| at.x)) / 2.0, y: (low(|at| at.y) + high(|at| at.y)) / 2.0 };
    let by = snapped(Point { x: old.centre().x - middle.x, y: old.centre().y - middle.y });
    let place =
        |(index, at): (usize, Point)| (design.components[index].name.clone(), Point { x: at.x + by.x, y: at.y + by.y });
    let mut placed: Vec<(usize, Point)> = places;
    put_in_order(&mut placed, |a, b| a.0 < b.0);
    placed.into_iter().map(place).collect()
}

/// The slots of each layer, in their order from top to bottom, and all slots.
fn layered(design: &Design) -> (Vec<Vec<usize>>, Vec<Slot>) {
    let flows = flows(design);
    let depths = depths(design.components.len(), &flows);
    let count = depths.iter().max().map_or(0, |deepest| deepest + 1);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut slots: Vec<Slot> = Vec::new();
    for index in by_height(design) {
        add(&mut layers[depths[index]], &mut slots, Some(index));
    }
    let slot_of = |slots: &[Slot], index: usize| slots.iter().position(|slot| slot.component == Some(index));
    for (from, to) in flows {
        let (Some(mut last), Some(end)) = (slot_of(&slots, from), slot_of(&slots, to)) else { continue };
        for layer in layers.iter_mut().take(depths[to]).skip(depths[from] + 1) {
            let passing = add(layer, &mut slots, None);
            join(&mut slots, last, passing);
            last = passing;
        }
        join(&mut slots, last, end);
    }
    for sweep in 0..SWEEPS {
        settle(&mut layers, &slots, sweep % 2 == 0);
    }
    (layers, slots)
}

fn add(layer: &mut Vec<usize>, slots: &mut Vec<Slot>, component: Option<usize>) -> usize {
    slots.push(Slot { component, before: Vec::new(), after: Vec::new() });
    layer.push(slots.len() - 1);
    slots.len() - 1
}

fn join(slots: &mut [Slot], from: usize, to: usize) {
    slots[from].after.push(to);
    slots[to].before.push(from);
}

/// The components' indices from top to bottom as they stand: what the learner put above stays above where it can.
fn by_height(design: &Design) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..design.components.len()).collect();
    put_in_order(&mut indices, |a, b| design.components[*a].at.y < design.components[*b].at.y);
    indices
}

/// Who calls whom, by index.
fn flows(design: &Design) -> Vec<(usize, usize)> {
    let index = |name: &str| design.components.iter().position(|component| component.name == name);
    let flow = |wire| {
        let (from, to) = design.flow(wire);
        Some((index(from)?, index(to)?))
    };
    design.wires.iter().filter_map(flow).collect()
}

/// The length of the longest way to each component. What calls but is not called stands just before what it calls.
fn depths(count: usize, flows: &[(usize, usize)]) -> Vec<usize> {
    let mut depths = vec![0_usize; count];
    // Calls never go round in a circle, so as many rounds as there are components settle all.
    for _ in 0..count {
        let before = depths.clone();
        for (from, to) in flows {
            depths[*to] = depths[*to].max(depths[*from] + 1);
        }
        if depths == before {
            break;
        }
    }
    for index in 0..count {
        let called = flows.iter().any(|(_, to)| *to == index);
        let callees = flows.iter().filter(|(from, _)| *from == index).map(|(_, to)| depths[*to]);
        if let (false, Some(nearest)) = (called, callees.min()) {
            depths[index] = nearest.saturating_sub(1);
        }
    }
    depths
}

/// Puts each layer into the order of its neighbours' middles: of those before it, or of those after it.
fn settle(layers: &mut [Vec<usize>], slots: &[Slot], onward: bool) {
    let order: Vec<usize> = if onward { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
    for at in order {
        let middle_of = |slot: usize, own: usize| {
            let neighbours = if onward { &slots[slot].before } else { &slots[slot].after };
            let row = |wanted: usize| {
                let layer = layers.iter().find(|layer| layer.contains(&wanted))?;
                // From the layer's middle, so that long and short layers can be compared.
                let row = layer.iter().position(|slot| *slot == wanted)? as f64;
                Some(row - (layer.len() - 1) as f64 / 2.0)
            };
            let rows: Vec<f64> = neighbours.iter().filter_map(|slot| row(*slot)).collect();
            match rows.is_empty() {
                true => own as f64 - (layers[at].len() - 1) as f64 / 2.0,
                false => rows.iter().sum::<f64>() / rows.len() as f64,
            }
        };
        let mut rows: Vec<(f64, usize)> =
            layers[at].iter().enumerate().map(|(own, slot)| (middle_of(*slot, own), *slot)).collect();
        put_in_order(&mut rows, |a, b| a.0 < b.0);
        layers[at] = rows.into_iter().map(|(_, slot)| slot).collect();
    }
}

// The rows of a tidied design keep boxes apart.
const _: () = assert!(ROW > BOX.y + 20.0 && LAYER > BOX.x + 60.0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::read;

    fn design(wires: &str, names: &[&str]) -> Design {
        let kind = |name: &str| match &name[..1] {
            "u" => "clients",
            "l" => "load-balancer",
            "c" => "cache",
            "d" => "database",
            _ => "server",
        };
        let components: String =
            names.iter().map(|name| format!("[components.{name}]\nkind = \"{}\"\n", kind(name))).collect();
        let wires: String = wires.split_terminator(", ").map(|wire| format!("\"{wire}\" = {{}}\n")).collect();
        read(&format!("version = 1\n{components}[wires]\n{wires}")).unwrap_or_else(|problems| panic!("{}", problems[0]))
    }

    #[test]
    fn lined_up_and_spread() {
        let mut design = design("", &["a", "b", "e"]);
        for (index, (x, y)) in [(0.0, 0.0), (100.0, 60.0), (300.0, 20.0)].into_iter().enumerate() {
            design.components[index].at = Point { x, y };
        }
        let names = ["a", "b", "e"];
        let xs = |places: Places| places.iter().map(|(_, at)| at.x).collect::<Vec<_>>();
        let ys = |places: Places| places.iter().map(|(_, at)| at.y).collect::<Vec<_>>();
        assert_eq!(xs(aligned(&design, &names, Line::Left)), [0.0; 3]);
        assert_eq!(xs(aligned(&design, &names, Line::Centre)), [150.0; 3]);
        assert_eq!(xs(aligned(&design, &names, Line::Right)), [300.0; 3]);
        assert_eq!(ys(aligned(&design, &names, Line::Top)), [0.0; 3]);
        assert_eq!(ys(aligned(&design, &names, Line::Middle)), [30.0; 3]);
        assert_eq!(ys(aligned(&design, &names, Line::Bottom)), [60.0; 3]);
        assert_eq!(xs(spread(&design, &names, Axis::Across)), [0.0, 150.0, 300.0]);
        let down = spread(&design, &names, Axis::Down);
        assert_eq!(
            down.iter().map(|(name, at)| (name.as_str(), at.y)).collect::<Vec<_>>(),
            [("a", 0.0), ("e", 30.0), ("b", 60.0)]
        );
        assert_eq!(moving(&design, spread(&design, &["a"], Axis::Down)), None);
    }

    #[test]
    fn tidied_callers_stand_left_of_callees_and_nothing_overlaps() {
        let names = ["d", "s2", "s1", "l", "u", "c", "s3"];
        let wires = "u -> l, l -> s1, l -> s2, s1 -> d, s2 -> d, s1 -> c, s3 -> d";
        let design = design(wires, &names);
        let places = tidied(&design);
        let at = |name: &str| places.iter().find(|(other, _)| other == name).expect("placed").1;
        for wire in &design.wires {
            assert!(at(&wire.from).x + LAYER <= at(&wire.to).x, "{}", wire.name());
        }
        for (index, (name, a)) in places.iter().enumerate() {
            let apart = |b: &Point| (a.x - b.x).abs() >= LAYER || (a.y - b.y).abs() >= ROW;
            assert!(places[index + 1..].iter().all(|(_, b)| apart(b)), "{name} covers another");
            assert!(a.x % 20.0 == 0.0 && a.y % 20.0 == 0.0, "{name} is off the grid");
        }
        assert_eq!(places.len(), names.len());
        // Tidying up twice changes nothing more.
        let mut tidy = design.clone();
        tidy.apply(&moving(&design, places).expect("it was untidy")).expect("moves apply");
        assert_eq!(moving(&tidy, tidied(&tidy)), None);
    }

    #[test]
    fn a_wire_that_skips_a_layer_has_room_for_itself() {
        let design = design("u -> s1, s1 -> s2, s2 -> d, s1 -> d", &["u", "s1", "s2", "d"]);
        let places = tidied(&design);
        let at = |name: &str| places.iter().find(|(other, _)| other == name).expect("placed").1;
        // The straight line from s1 to d passes above or below s2's box.
        assert!((at("s2").y - (at("s1").y + at("d").y) / 2.0).abs() > BOX.y / 2.0);
    }
}
