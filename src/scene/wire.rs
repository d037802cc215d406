//! The shape of a wire: its line, its arrow at the callee, the place of its label.

use std::fmt::Write;

use crate::design::{Design, Point};
use crate::editor::{Bezier, curve_between};

/// The length of an arrow head.
const ARROW: f64 = 10.0;
/// How far a label's middle stands from the line.
const LABEL_AWAY: f64 = 22.0;

/// A wire as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct WireShape {
    /// Its course.
    pub curve: Bezier,
    /// The line, as an SVG path.
    pub line: String,
    /// The arrow head, as an SVG path.
    pub arrow: String,
    /// Where its label stands.
    pub label_at: Point,
}

impl WireShape {
    /// The shape of the wire between these two components; none if one is missing.
    pub fn between(design: &Design, from: &str, to: &str) -> Option<WireShape> {
        Some(WireShape::of(curve_between(design, from, to)?))
    }

    /// The shape of a wire along this curve.
    pub fn of(curve: Bezier) -> WireShape {
        WireShape { curve, line: line_text(&curve), arrow: arrow_text(&curve), label_at: label_place(&curve) }
    }
}

/// Beside the middle of the curve: above it where it runs flat, to its right where it runs steeply, so that neither dots
/// nor the line cover it.
fn label_place(curve: &Bezier) -> Point {
    let (middle, before, after) = (curve.at(0.5), curve.at(0.45), curve.at(0.55));
    let (x, y) = (after.x - before.x, after.y - before.y);
    let length = (x * x + y * y).sqrt().max(1e-6);
    // The normal that points up (or right, for a vertical line).
    let side = if x >= 0.0 { 1.0 } else { -1.0 };
    let (right, down) = (y / length * side, -x / length * side);
    Point { x: middle.x + right * (LABEL_AWAY + 12.0), y: middle.y + down * LABEL_AWAY }
}

fn line_text(curve: &Bezier) -> String {
    let [a, b, c, d] = curve.0;
    let mut text = String::new();
    let _ = write!(text, "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y);
    text
}

fn arrow_text(curve: &Bezier) -> String {
    let [_, _, before, tip] = curve.0;
    let (x, y) = (tip.x - before.x, tip.y - before.y);
    let length = (x * x + y * y).sqrt().max(1e-6);
    let (along, across) =
        ((x / length * ARROW, y / length * ARROW), (-y / length * ARROW * 0.55, x / length * ARROW * 0.55));
    let corner = |side: f64| (tip.x - along.0 + side * across.0, tip.y - along.1 + side * across.1);
    let ((ax, ay), (bx, by)) = (corner(1.0), corner(-1.0));
    format!("M{ax:.1} {ay:.1}L{:.1} {:.1}L{bx:.1} {by:.1}Z", tip.x, tip.y)
}
