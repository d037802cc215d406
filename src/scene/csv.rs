//! Charts as a table of text: a row for each frame, a column for each line.

use std::fmt::Write;

use crate::sim::FRAME;

use super::plot::Plot;

/// The lines of these plots as comma-separated values (RFC 4180), the seconds first. The plots must have been cut with a
/// point for each frame; where nothing is known the field is empty.
pub fn csv(plots: &[Plot]) -> String {
    let mut text = String::from("seconds");
    let lines = || plots.iter().flat_map(|plot| plot.lines.iter().map(move |line| (plot, line)));
    for (plot, line) in lines() {
        let _ = write!(text, ",{}", field(&format!("{}: {}", plot.chart.title(), line.name)));
    }
    text.push_str("\r\n");
    let frame_of = |seconds: f64| (seconds / FRAME.as_secs_f64()).round() as usize;
    let first = plots.iter().map(|plot| frame_of(plot.seconds.0)).min().unwrap_or(0);
    let ends = lines().flat_map(|(_, line)| line.points.iter().flatten()).map(|point| frame_of(point.0));
    let rows = ends.max().map_or(0, |end| (end + 1).saturating_sub(first));
    let columns = lines().count();
    let mut cells = vec![None; rows * columns];
    for (column, (_, line)) in lines().enumerate() {
        for (seconds, value) in line.points.iter().flatten() {
            let row = frame_of(*seconds).saturating_sub(first);
            cells[row * columns + column] = Some(*value);
        }
    }
    for (row, cells) in cells.chunks(columns.max(1)).enumerate() {
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(text, "{:.1}", (first + row) as f64 * FRAME.as_secs_f64());
        for cell in cells {
            text.push(',');
            if let Some(value) = cell {
                let _ = write!(text, "{}", rounded(*value));
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// Six decimals at most: a microsecond.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// A field, quoted where it must be. What a spreadsheet would take for a formula is made a text.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use crate::scene::plot::{Chart, Line, Role};

    use super::*;

    type Points = [Option<(f64, f64)>];

    fn plot(chart: Chart, lines: &[(&str, &Points)]) -> Plot {
        let line = |(name, points): &(&str, &Points)| Line {
            role: Role::P50,
            name: (*name).to_owned(),
            points: points.to_vec(),
            now: None,
        };
        let lines = lines.iter().map(line).collect();
        Plot { chart, seconds: (10.0, 20.0), top: 1.0, ticks_time: vec![], ticks_value: vec![], lines }
    }

    #[test]
    fn a_row_for_each_frame_and_a_column_for_each_line() {
        let plots = [
            plot(Chart::Traffic, &[("sent", &[Some((10.1, 30.0)), Some((10.2, 31.25))])]),
            plot(Chart::Latency, &[("p50", &[None, Some((10.2, 0.0123456789))])]),
            plot(Chart::Queues, &[("a \"b\", c", &[Some((10.3, 5.0))])]),
        ];
        let expected = "seconds,Requests per second: sent,Latency: p50,\"Requests waiting: a \"\"b\"\", c\"\r\n\
                        10.1,30,,\r\n10.2,31.25,0.012346,\r\n10.3,,,5\r\n";
        assert_eq!(csv(&plots), expected);
    }

    #[test]
    fn nothing_is_a_header() {
        assert_eq!(csv(&[]), "seconds\r\n");
        assert_eq!(csv(&[plot(Chart::Traffic, &[("sent", &[])])]), "seconds,Requests per second: sent\r\n");
        assert_eq!(field("=HYPERLINK()"), "'=HYPERLINK()");
    }
}
