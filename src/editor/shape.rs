//! The geometry that drawing and pointing share: boxes, ports, wires. All in canvas pixels.

use crate::design::{Design, Kind, Point};

use super::Rect;

/// The size of a component's box.
pub const BOX: Point = Point { x: 152.0, y: 84.0 };
/// The grid that components snap to.
pub const GRID: f64 = 20.0;
/// The radius of a port as it is drawn.
pub const PORT_RADIUS: f64 = 6.0;

/// The box of a component that stands here.
pub fn box_of(at: Point) -> Rect {
    Rect::about(at, BOX)
}

/// Where calls leave a component that stands here.
pub fn caller_port(at: Point) -> Point {
    Point { x: at.x + BOX.x / 2.0, y: at.y }
}

/// Where calls reach a component that stands here.
pub fn callee_port(at: Point) -> Point {
    Point { x: at.x - BOX.x / 2.0, y: at.y }
}

/// Whether components of this kind ever call others.
pub fn has_caller_port(kind: &Kind) -> bool {
    !matches!(kind, Kind::Database(_) | Kind::ObjectStorage(_) | Kind::External(_) | Kind::LockService(_))
}

/// Whether components of this kind are ever called.
pub fn has_callee_port(kind: &Kind) -> bool {
    !matches!(kind, Kind::Clients(_))
}

/// The nearest point of the grid.
pub fn snapped(point: Point) -> Point {
    let snap = |value: f64| libm::round(value / GRID) * GRID;
    Point { x: snap(point.x), y: snap(point.y) }
}

/// The rectangle around all components; none if there are none.
pub fn bounds(design: &Design) -> Option<Rect> {
    design.components.iter().map(|component| box_of(component.at)).reduce(|all, next| all.union(&next))
}

/// The distance between two points.
pub fn distance(a: Point, b: Point) -> f64 {
    let (x, y) = (a.x - b.x, a.y - b.y);
    (x * x + y * y).sqrt()
}

/// A cubic curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bezier(pub [Point; 4]);

impl Bezier {
    /// The point at `t` from 0 to 1.
    pub fn at(&self, t: f64) -> Point {
        let [a, b, c, d] = self.0;
        let u = 1.0 - t;
        let (wa, wb, wc, wd) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        Point { x: wa * a.x + wb * b.x + wc * c.x + wd * d.x, y: wa * a.y + wb * b.y + wc * c.y + wd * d.y }
    }

    /// The distance of a point from the curve, to within a pixel or so.
    pub fn distance(&self, point: Point) -> f64 {
        const PIECES: usize = 24;
        let along = |piece: usize| self.at(piece as f64 / PIECES as f64);
        (0..PIECES)
            .map(|piece| distance_to_segment(point, along(piece), along(piece + 1)))
            .fold(f64::INFINITY, f64::min)
    }
}

fn distance_to_segment(point: Point, a: Point, b: Point) -> f64 {
    let (x, y) = (b.x - a.x, b.y - a.y);
    let length_squared = x * x + y * y;
    if length_squared == 0.0 {
        return distance(point, a);
    }
    let t = (((point.x - a.x) * x + (point.y - a.y) * y) / length_squared).clamp(0.0, 1.0);
    distance(point, Point { x: a.x + t * x, y: a.y + t * y })
}

/// The curve of a wire from a caller's port to a callee's. It leaves to the right and arrives from the left, and swings
/// out above or below where the callee stands to the left of the caller.
pub fn wire_curve(from: Point, to: Point) -> Bezier {
    let (x, y) = (to.x - from.x, to.y - from.y);
    let near = x > -BOX.x / 2.0;
    let reach = match x {
        x if x >= 80.0 => x / 2.0,
        _ if near => 40.0 + (y.abs() * 0.15).min(60.0),
        _ => (60.0 + x.abs() * 0.4).min(260.0),
    };
    // Level boxes would have a line back run through them: lift it over.
    let lift = if !near && y.abs() < BOX.y { -(BOX.y + 40.0 - y.abs() * 0.5) } else { 0.0 };
    Bezier([from, Point { x: from.x + reach, y: from.y + lift }, Point { x: to.x - reach, y: to.y + lift }, to])
}

/// The curve of a wire of this design; none if an end is missing.
pub fn curve_between(design: &Design, from: &str, to: &str) -> Option<Bezier> {
    Some(wire_curve(caller_port(design.component(from)?.at), callee_port(design.component(to)?.at)))
}
