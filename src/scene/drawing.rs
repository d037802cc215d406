//! A design as a small drawing: SVG as text, for places that only show it.

use std::fmt::Write;

use crate::design::{Component, Design, Kind};
use crate::editor::{BOX, bounds};
use crate::lesson::escaped;

use super::caption::summary;
use super::figures::{count_text, rate_text, share_text};
use super::glance::{Flow, Glance, Vitals};
use super::wire::WireShape;

/// Space around the drawing.
const MARGIN: f64 = 30.0;
/// The radius of the ring around an icon, and its length.
const RING: f64 = 19.0;
const RING_LENGTH: f64 = RING * std::f64::consts::TAU;

/// The drawing, with the figures of a run if there are any; `words` is what it says to those who do not see it, `icon` gives
/// the lines of a kind's icon. Nothing for a design without parts.
pub fn drawing(design: &Design, glance: &Glance, words: &str, icon: &dyn Fn(&Kind) -> &'static str) -> String {
    let mut out = String::new();
    let Some(all) = bounds(design) else { return out };
    let (x, y) = (all.min.x - MARGIN, all.min.y - MARGIN);
    let (width, height) = (all.max.x - x + MARGIN, all.max.y - y + MARGIN);
    let _ = write!(
        out,
        "<svg viewBox=\"{x:.0} {y:.0} {width:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">",
        escaped(words)
    );
    for wire in &design.wires {
        let Some(shape) = WireShape::between(design, &wire.from, &wire.to) else { continue };
        let flow = glance.wire(&wire.from, &wire.to);
        let (tone, width) = (flow.map_or("idle", |flow| flow.state().tone()), flow.map_or(1.75, Flow::width));
        let _ = write!(
            out,
            "<g class=\"wire {tone}\"><path class=\"line\" d=\"{}\" stroke-width=\"{width:.1}\"/><path class=\"arrow\" d=\"{}\"/></g>",
            shape.line, shape.arrow
        );
    }
    for component in &design.components {
        part(component, glance.component(&component.name), icon(&component.kind), &mut out);
    }
    out.push_str("</svg>");
    out
}

fn part(component: &Component, vitals: Option<&Vitals>, icon: &str, out: &mut String) {
    let tone = vitals.map_or("idle", |vitals| vitals.state().tone());
    let (x, y) = (component.at.x, component.at.y);
    let (left, top, width, height) = (-BOX.x / 2.0, -BOX.y / 2.0, BOX.x, BOX.y);
    let _ = write!(
        out,
        "<g class=\"part {tone}\" transform=\"translate({x} {y})\">\
         <rect class=\"body\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>\
         <g transform=\"translate(-49 -17)\"><circle class=\"ring-back\" r=\"{RING}\"/>\
         <path class=\"kind-mark\" d=\"{icon}\" transform=\"translate(-12 -12)\"/></g>"
    );
    let mut text = |class: &str, x: i32, y: i32, text: &str| {
        let _ = write!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
    };
    text("name", -24, -17, &short(&component.name));
    let Some(vitals) = vitals else {
        text("state", -24, 0, component.kind.label());
        text("figure", -66, 33, &summary(&component.kind));
        return out.push_str("</g>");
    };
    let users = matches!(component.kind, Kind::Clients(_));
    text("state", -24, 0, vitals.state().word());
    text("figure", -66, 33, &rate_text(vitals.rate));
    match vitals.load {
        _ if users => text("figure end", 66, 33, &format!("{} lost", share_text(vitals.broken))),
        Some(load) => {
            text("percent", -49, 16, &share_text(load));
            text("figure end", 66, 33, &format!("{} waiting", count_text(vitals.waiting)));
        }
        None => {}
    }
    let arc = if users { vitals.broken } else { vitals.load.unwrap_or(0.0) } * RING_LENGTH;
    let _ = write!(
        out,
        "<circle class=\"ring\" r=\"{RING}\" transform=\"translate(-49 -17) rotate(-90)\" stroke-dasharray=\"{arc:.1} {RING_LENGTH:.1}\"/></g>"
    );
}

/// Names hold letters, digits, `-` and `_` only, each of one byte.
fn short(name: &str) -> String {
    if name.len() > 14 { format!("{}…", &name[..13]) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_and_wire_is_drawn_and_words_are_escaped() {
        let text = "version = 1\n[components.users]\nkind = \"clients\"\nat = [0, 0]\n[components.application-server]\n\
                    kind = \"server\"\nat = [240, 0]\n[wires]\n\"users -> application-server\" = {}\n";
        let design = crate::design::read(text).expect("a good design");
        let svg = drawing(&design, &Glance::default(), "a < \"b\" & c", &|_| "M0 0");
        assert!(
            svg.starts_with(
                "<svg viewBox=\"-106 -72 452 144\" role=\"img\" aria-label=\"a &lt; &quot;b&quot; &amp; c\">"
            ),
            "{svg}"
        );
        assert_eq!((svg.matches("class=\"part idle\"").count(), svg.matches("class=\"wire idle\"").count()), (2, 1));
        assert!(svg.contains(">application-s…</text>") && svg.ends_with("</svg>"), "{svg}");
        assert_eq!(drawing(&Design::default(), &Glance::default(), "", &|_| ""), "");
    }
}
