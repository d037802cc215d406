//! The diagram as a picture of its own: SVG text from a design, with the colours of a theme.

use std::fmt::Write;

use crate::design::{Component, Design, Kind, Point};
use crate::editor::{BOX, bounds, box_of};
use crate::lesson;

use super::wire::WireShape;

/// Air around the diagram.
const MARGIN: f64 = 40.0;
/// How much of a name fits beside the icon, in letters.
const NAME_LETTERS: usize = 13;
const NAME_WIDTH: f64 = 98.0;

/// Colours of a picture, as CSS writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureColours {
    /// Behind everything.
    pub ground: String,
    /// Of the boxes.
    pub panel: String,
    /// Names and wires.
    pub ink: String,
    /// Quieter text.
    pub soft: String,
    /// The boxes' edges.
    pub line: String,
    /// The icons.
    pub accent: String,
}

/// A picture and its size in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The SVG document.
    pub svg: String,
    /// Its width and height.
    pub size: Point,
}

/// The picture of a design. `icon` gives the lines of a kind's icon, in a box of 24 by 24.
pub fn picture(design: &Design, title: &str, colours: &PictureColours, icon: fn(&Kind) -> &'static str) -> Picture {
    let (min, size) = match bounds(design) {
        Some(all) => {
            let size = all.size();
            let min = Point { x: all.min.x - MARGIN, y: all.min.y - MARGIN };
            (min, Point { x: size.x + 2.0 * MARGIN, y: size.y + 2.0 * MARGIN })
        }
        None => (Point::default(), Point { x: 320.0, y: 160.0 }),
    };
    let mut svg = String::new();
    let PictureColours { ground, ink, .. } = colours;
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" \
         fill=\"{}\"/><g fill=\"none\" stroke=\"{}\" stroke-width=\"2\">",
        escaped(title),
        escaped(ground),
        escaped(ink),
        x = min.x,
        y = min.y,
        w = size.x,
        h = size.y,
    );
    let shapes: Vec<WireShape> =
        design.wires.iter().filter_map(|wire| WireShape::between(design, &wire.from, &wire.to)).collect();
    for shape in &shapes {
        let _ = write!(svg, "<path d=\"{}\"/>", shape.line);
    }
    let _ = write!(svg, "</g><g fill=\"{}\">", escaped(ink));
    for shape in &shapes {
        let _ = write!(svg, "<path d=\"{}\"/>", shape.arrow);
    }
    svg.push_str("</g>");
    for component in &design.components {
        draw(&mut svg, component, colours, icon(&component.kind));
    }
    svg.push_str("</svg>\n");
    Picture { svg, size }
}

fn draw(svg: &mut String, component: &Component, colours: &PictureColours, icon: &str) {
    let corner = box_of(component.at).min;
    let text = |x: f64, y: f64| (corner.x + x, corner.y + y);
    let ((ix, iy), (nx, ny), (_, ky)) = (text(12.0, 30.0), text(46.0, 38.0), text(46.0, 57.0));
    let long = component.name.chars().count() > NAME_LETTERS;
    let squeeze =
        if long { format!(" textLength=\"{NAME_WIDTH}\" lengthAdjust=\"spacingAndGlyphs\"") } else { String::new() };
    let _ = write!(
        svg,
        "<g><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1.5\"/>\
         <path transform=\"translate({ix} {iy})\" d=\"{icon}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\
         <text x=\"{nx}\" y=\"{ny}\" font-size=\"14\" font-weight=\"600\" fill=\"{}\"{squeeze}>{}</text>\
         <text x=\"{nx}\" y=\"{ky}\" font-size=\"12\" fill=\"{}\">{}</text></g>",
        corner.x,
        corner.y,
        BOX.x,
        BOX.y,
        escaped(&colours.panel),
        escaped(&colours.line),
        escaped(&colours.accent),
        escaped(&colours.ink),
        escaped(&component.name),
        escaped(&colours.soft),
        escaped(component.kind.label()),
    );
}

/// A text as a document of its own shows it: XML knows no control characters.
fn escaped(text: &str) -> String {
    lesson::escaped(&text.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours() -> PictureColours {
        let colour = |text: &str| text.to_owned();
        PictureColours {
            ground: colour("#fff"),
            panel: colour("#fafafa"),
            ink: colour("#123456"),
            soft: colour("#777"),
            line: colour("#ccc"),
            accent: colour("\"><script>"),
        }
    }

    #[test]
    fn every_part_is_in_the_picture_and_nothing_else() {
        let design = crate::design::read(
            "version = 1\n[components.users]\nkind = \"clients\"\nat = [0, 0]\n[components.a-rather-long-name-for-a-box]\n\
             kind = \"server\"\nat = [400, 100]\n[wires]\n\"users -> a-rather-long-name-for-a-box\" = {}\n",
        )
        .unwrap();
        let picture = picture(&design, "Mine & <yours>", &colours(), |_| "M0 0h1");
        assert_eq!(picture.size, Point { x: 400.0 + BOX.x + 80.0, y: 100.0 + BOX.y + 80.0 });
        let svg = picture.svg;
        assert!(svg.starts_with(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"632\" height=\"264\" viewBox=\"-116 -82 632 264\""
        ));
        let count = |what: &str| svg.matches(what).count();
        assert_eq!((count("<rect"), count("<path"), count("<text"), count("textLength")), (3, 4, 4, 1));
        assert!(svg.contains("<title>Mine &amp; &lt;yours&gt;</title>") && svg.contains(">users</text>"));
        assert!(!svg.contains("<script>"), "{svg}");
    }

    #[test]
    fn an_empty_design_is_an_empty_picture() {
        let svg =
            picture(&Design { components: vec![], wires: vec![], ..Design::default() }, "", &colours(), |_| "").svg;
        assert!(svg.contains("width=\"320\"") && !svg.contains("<text"), "{svg}");
    }
}
