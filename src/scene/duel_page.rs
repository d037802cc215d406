//! A comparison as HTML: sheets with two curves each, a table of figures, a table of settings. Text that comes from a design
//! or a person is escaped.

use std::fmt::Write;

use crate::design::Difference;
use crate::lesson::escaped;

use super::duel::{HEIGHT, Overlay, Row, WIDTH};

/// The sheets.
pub fn charts_html(overlays: &[Overlay]) -> String {
    let mut out = String::new();
    for Overlay { measure, own, other, top } in overlays {
        let title = measure.title();
        let _ = write!(
            out,
            "<figure class=\"compare-chart\"><figcaption>{title} <span class=\"soft\">up to {}</span></figcaption>\
             <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" \
             aria-label=\"{title}, both runs over time; the table has the figures\"><path class=\"other\" d=\"{other}\"/>\
             <path class=\"own\" d=\"{own}\"/></svg></figure>",
            escaped(&measure.text(*top)),
        );
    }
    out
}

/// The figures of both runs; `other` is what the other one is called.
pub fn figures_html(rows: &[Row], other: &str) -> String {
    let mut out = table("Figures, from the start to the playhead", &["Figure", "On the canvas", other, "Change"]);
    for row in rows {
        let (class, word) = match row.better {
            Some(true) => ("better", " (better)"),
            Some(false) => ("worse", " (worse)"),
            None => ("", ""),
        };
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"{class}\">{}{word}</td></tr>",
            row.title,
            escaped(&row.own),
            escaped(&row.other),
            escaped(&row.change),
        );
    }
    out + "</tbody></table>"
}

/// The settings that differ, from the other design (before) to the own (after).
pub fn settings_html(found: &[Difference], other: &str) -> String {
    let mut out = table("What differs in the designs", &["Setting", "On the canvas", other]);
    let value = |value: &Option<String>| value.as_deref().map_or("not there".to_owned(), escaped);
    for difference in found {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{} <code>{}</code></th><td>{}</td><td>{}</td></tr>",
            escaped(&difference.part),
            escaped(&difference.setting),
            value(&difference.after),
            value(&difference.before),
        );
    }
    if found.is_empty() {
        out.push_str("<tr><td colspan=\"3\">Nothing: they are the same.</td></tr>");
    }
    out + "</tbody></table>"
}

fn table(caption: &str, heads: &[&str]) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", escaped(head))).collect();
    format!("<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>")
}

#[cfg(test)]
mod tests {
    use super::super::duel::{Measure, row_of};
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        let rows = [row_of("Lost", 0.5, 0.25, |v| format!("{v}"), false)];
        let html = figures_html(&rows, "<b onclick=\"x\">mine</b>");
        assert!(html.contains("&lt;b onclick=&quot;x&quot;&gt;mine&lt;/b&gt;") && !html.contains("<b "), "{html}");
        assert!(html.contains("<td class=\"worse\">+100 % (worse)</td>"), "{html}");
        let difference = Difference {
            part: "app".to_owned(),
            setting: "cores".to_owned(),
            before: None,
            after: Some("<4>".to_owned()),
        };
        let html = settings_html(&[difference], "x");
        assert!(html.contains("<td>&lt;4&gt;</td><td>not there</td>"), "{html}");
        assert!(settings_html(&[], "x").contains("they are the same"));
    }

    #[test]
    fn a_sheet_has_both_curves() {
        let (own, other) = ("M0 1L2 3".to_owned(), "M4 5".to_owned());
        let html = charts_html(&[Overlay { measure: Measure::P95, own, other, top: 0.2 }]);
        assert!(html.contains("class=\"own\" d=\"M0 1L2 3\"") && html.contains("class=\"other\" d=\"M4 5\""), "{html}");
        assert!(html.contains("up to 200 ms") || html.contains("up to 200ms"), "{html}");
    }
}
