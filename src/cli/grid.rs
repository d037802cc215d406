//! What a sweep sets: `PATH=VALUES`, lists and ranges, and the grid of all their combinations.

use crate::design::{Node, Value};
use crate::units::Time;

/// Values of one setting, and combinations of one sweep, at most.
pub const COMBINATIONS_MAX: usize = 10_000;

/// One `--set`: a setting and the values it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The setting's path in the file.
    pub path: String,
    /// The values, as written.
    pub values: Vec<String>,
}

impl Axis {
    /// Reads `components.app-1.cores=1..16`; otherwise what is wrong and what to try.
    pub fn read(text: &str) -> Result<Axis, (String, String)> {
        let forms = "write `--set 'components.app-1.cores=1..16'`, or a list such as `=1,2,4`";
        let Some((path, values)) = text.split_once('=') else {
            return Err(("there are no values".to_owned(), forms.to_owned()));
        };
        let mut read = Vec::new();
        for part in split(values) {
            match part.split_once("..") {
                _ if part.is_empty() => return Err(("a value is missing".to_owned(), forms.to_owned())),
                Some((from, to)) => read.extend(range(from.trim(), to.trim())?),
                None => read.push(part.to_owned()),
            }
        }
        if read.len() > COMBINATIONS_MAX {
            return Err((format!("{} values are too many", read.len()), "take larger steps".to_owned()));
        }
        Ok(Axis { path: wire_spaced(path), values: read })
    }
}

/// How many combinations there are; none if they are too many to count.
pub fn combinations(axes: &[Axis]) -> Option<usize> {
    axes.iter().try_fold(1usize, |count, axis| count.checked_mul(axis.values.len()))
}

/// The values of a combination, one for each axis; the last axis changes fastest.
pub fn combination(axes: &[Axis], mut index: usize) -> Vec<&str> {
    let mut values: Vec<&str> = Vec::new();
    for axis in axes.iter().rev() {
        values.push(&axis.values[index % axis.values.len()]);
        index /= axis.values.len();
    }
    values.reverse();
    values
}

/// A value as a file has it: TOML where it is (numbers, flags, tables, quoted text), otherwise text.
pub fn node_of(value: &str) -> Node {
    let mut findings = crate::design::Findings::default();
    let parsed = Node::parse(&format!("value = {value}"), &mut findings);
    match parsed.get("value") {
        Some(node) if findings.0.is_empty() => node.clone(),
        _ => Node::new(Value::Text(value.to_owned())),
    }
}

/// `users->lb` is `users -> lb`.
fn wire_spaced(path: &str) -> String {
    path.split("->").map(str::trim).collect::<Vec<_>>().join(" -> ")
}

/// Splits at the commas that are not inside brackets or quotes.
fn split(values: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut quoted, mut start) = (Vec::new(), 0i32, false, 0);
    for (at, c) in values.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(values[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(values[start..].trim());
    parts
}

/// The values of `from..to` or `from..to:step`, both ends included; `:x2` multiplies instead.
fn range(from: &str, to: &str) -> Result<Vec<String>, (String, String)> {
    let (to, step) = to.split_once(':').map_or((to, "1"), |(to, step)| (to.trim(), step.trim()));
    let hint = "write a range as `1..16`, `10ms..100ms:10ms` or `1..64:x2`, both ends in one unit";
    let wrong = |what: String| (what, hint.to_owned());
    let (factor, step) = step.strip_prefix('x').map_or((false, step), |step| (true, step));
    let (from, to, step) = in_one_unit(from, to, step).ok_or_else(|| wrong(format!("`{from}..{to}` is no range")))?;
    let ((low, unit), high) = (from, to);
    if low > high || (factor && low <= 0.0) {
        return Err(wrong(format!("the range from {low}{unit} to {high}{unit} is empty")));
    }
    if step <= if factor { 1.0 } else { 0.0 } {
        return Err(wrong("a step must lead on".to_owned()));
    }
    let mut values = Vec::new();
    // A little more than the end, so that sums of decimals reach it.
    let end = high + 1e-9 * high.abs();
    while values.len() <= COMBINATIONS_MAX {
        let value = match factor {
            true => low * libm::pow(step, values.len() as f64),
            false => low + step * values.len() as f64,
        };
        if value > end {
            return Ok(values);
        }
        values.push(format!("{}{unit}", decimal(value)));
    }
    Err(wrong(format!("more than {COMBINATIONS_MAX} values are too many")))
}

/// The ends and the step as numbers of one unit, with that unit. Times may mix theirs.
fn in_one_unit<'a>(from: &'a str, to: &'a str, step: &'a str) -> Option<((f64, &'a str), f64, f64)> {
    let ((low, unit), (high, unit_of_end), (by, unit_of_step)) = (parsed(from)?, parsed(to)?, parsed(step)?);
    // `1..16ms` is read as `1ms..16ms`, and a step without a unit counts in the ends' unit.
    let fits = |other: &str| other.is_empty() || other == unit_of_end;
    if fits(unit) && fits(unit_of_step) {
        return Some(((low, unit_of_end), high, by));
    }
    let ns = |text: &str| text.parse::<Time>().ok().map(|time| time.0 as f64);
    let by = if unit_of_step.is_empty() { by } else { ns(step)? / ns(&format!("1{unit}"))? };
    Some(((low, unit), ns(to)? / ns(&format!("1{unit}"))?, by))
}

/// A number and the unit behind it; money has its unit before.
fn parsed(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

/// A decimal without the dust of binary fractions.
fn decimal(value: f64) -> String {
    let text = format!("{value:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let check = |text: &str, expected: &str| {
            let seen = Axis::read(text).map(|axis| axis.values.join("|")).unwrap_or_else(|(what, _)| what);
            assert_eq!(seen, expected, "{text}");
        };
        check("a=1..4", "1|2|3|4");
        check("a=1..8:x2,16", "1|2|4|8|16");
        check("a=10ms..30ms:10ms", "10ms|20ms|30ms");
        check("a=10..30ms:10", "10ms|20ms|30ms");
        check("a=500ms..1s:250ms", "500ms|750ms|1000ms");
        check("a=0.1..0.3:0.1", "0.1|0.2|0.3");
        check("a=10%..20%:5%", "10%|15%|20%");
        check("a=100/s..300/s:100", "100/s|200/s|300/s");
        check("a=exp(4ms),uniform(1ms, 9ms),none", "exp(4ms)|uniform(1ms, 9ms)|none");
        check("a={ tries = 2, base = \"1s\" },none", "{ tries = 2, base = \"1s\" }|none");
        check("a=lru", "lru");
        check("a", "there are no values");
        check("a=", "a value is missing");
        check("a=1,,2", "a value is missing");
        check("a=4..1", "the range from 4 to 1 is empty");
        check("a=1..x", "`1..x` is no range");
        check("a=1..9:0", "a step must lead on");
        check("a=1..9:x1", "a step must lead on");
        check("a=1..1000000", "more than 10000 values are too many");
        check("a=1ms..9MB", "`1ms..9MB` is no range");
    }

    #[test]
    fn the_last_axis_changes_fastest() {
        let axes = [Axis::read("a=1,2").unwrap(), Axis::read("wires.x->y.b=u,v,w").unwrap()];
        assert_eq!(axes[1].path, "wires.x -> y.b");
        assert_eq!(combinations(&axes), Some(6));
        let all: Vec<String> = (0..6).map(|index| combination(&axes, index).concat()).collect();
        assert_eq!(all, ["1u", "1v", "1w", "2u", "2v", "2w"]);
    }

    #[test]
    fn values_become_what_a_file_says() {
        assert_eq!(node_of("4").value, Value::Integer(4));
        assert_eq!(node_of("0.5").value, Value::Number(0.5));
        assert_eq!(node_of("20ms").value, Value::Text("20ms".to_owned()));
        assert!(matches!(node_of("{ tries = 2 }").value, Value::Table(_)));
        assert!(matches!(node_of("[[\"0s\", \"30/s\"]]").value, Value::List(_)));
    }
}
