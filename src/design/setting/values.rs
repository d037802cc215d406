//! The types that can be settings: quantities with units, counts, flags, curves.

use std::str::FromStr;

use crate::design::{Findings, Node, Value};
use crate::units::{Bytes, Chance, Distribution, Money, Rate, Time};

use super::{Form, Setting};

/// Settings written as text with a unit.
macro_rules! text_setting {
    ($type:ty, $example:literal, $this:ident => $magnitude:expr, $bound:ident => $bound_text:expr) => {
        impl Setting for $type {
            fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
                read_text(node, findings)
            }
            fn write(&self) -> Node {
                Node::text(self.to_string())
            }
            fn form() -> Form {
                Form::Text($example)
            }
            fn magnitude(&self) -> Option<f64> {
                let $this = self;
                $magnitude
            }
            fn bound_text($bound: f64) -> String {
                $bound_text
            }
        }
    };
}

text_setting!(Time, "20ms", this => Some(this.as_secs_f64()), bound => Time::from_secs_f64(bound).to_string());
text_setting!(Rate, "900/s", this => Some(this.0), bound => Rate(bound).to_string());
text_setting!(Bytes, "2MB", this => Some(this.0 as f64), bound => Bytes(bound as u64).to_string());
text_setting!(Chance, "80%", this => Some(this.0), bound => Chance(bound).to_string());
text_setting!(Money, "$0.05", this => Some(this.0), bound => Money(bound).to_string());
text_setting!(Distribution, "exp(5ms)", this => Some(this.mean().as_secs_f64()), bound => Time::from_secs_f64(bound).to_string());

fn read_text<T: FromStr<Err = String>>(node: &Node, findings: &mut Findings) -> Option<T> {
    let Some(text) = node.as_typed() else {
        findings.note(node.line, "a single value is wanted here, not a list or a table");
        return None;
    };
    text.parse().map_err(|message: String| findings.note(node.line, message)).ok()
}

impl Setting for u32 {
    fn read(node: &Node, findings: &mut Findings) -> Option<u32> {
        let whole = match &node.value {
            Value::Integer(number) => u32::try_from(*number).ok(),
            Value::Number(number) if *number >= 0.0 && *number < 4e9 && number.fract() == 0.0 => Some(*number as u32),
            Value::Text(text) => text.trim().replace('_', "").parse().ok(),
            _ => None,
        };
        if whole.is_none() {
            findings.note(node.line, format!("`{}` is not a whole number from 0", node.as_typed().unwrap_or_default()));
        }
        whole
    }
    fn write(&self) -> Node {
        Node::new(Value::Integer(i64::from(*self)))
    }
    fn form() -> Form {
        Form::Count
    }
    fn magnitude(&self) -> Option<f64> {
        Some(f64::from(*self))
    }
}

impl Setting for f64 {
    fn read(node: &Node, findings: &mut Findings) -> Option<f64> {
        let number = match &node.value {
            Value::Integer(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            findings.note(node.line, format!("`{}` is not a number", node.as_typed().unwrap_or_default()));
        }
        number
    }
    fn write(&self) -> Node {
        if self.fract() == 0.0 && self.abs() < 1e15 {
            return Node::new(Value::Integer(*self as i64));
        }
        Node::new(Value::Number(*self))
    }
    fn form() -> Form {
        Form::Number
    }
    fn magnitude(&self) -> Option<f64> {
        Some(*self)
    }
}

impl Setting for bool {
    fn read(node: &Node, findings: &mut Findings) -> Option<bool> {
        let flag = match node.as_typed().as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if flag.is_none() {
            findings.note(node.line, "`true` or `false` is wanted here");
        }
        flag
    }
    fn write(&self) -> Node {
        Node::new(Value::Flag(*self))
    }
    fn form() -> Form {
        Form::Flag
    }
}

impl<T: Setting> Setting for Option<T> {
    fn read(node: &Node, findings: &mut Findings) -> Option<Option<T>> {
        if node.value == Value::Text("none".to_owned()) {
            return Some(None);
        }
        T::read(node, findings).map(Some)
    }
    fn write(&self) -> Node {
        self.as_ref().map_or(Node::text("none"), T::write)
    }
    fn form() -> Form {
        Form::Optional(Box::new(T::form()))
    }
    fn magnitude(&self) -> Option<f64> {
        self.as_ref().and_then(T::magnitude)
    }
    fn bound_text(magnitude: f64) -> String {
        T::bound_text(magnitude)
    }
}

/// One name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);

impl Setting for Name {
    fn read(node: &Node, findings: &mut Findings) -> Option<Name> {
        let Some(name) = node.as_typed() else {
            findings.note(node.line, "a name is wanted here, not a list or a table");
            return None;
        };
        let name = name.trim().to_owned();
        match crate::design::check_name(&name) {
            Ok(()) => Some(Name(name)),
            Err(why) => {
                findings.note(node.line, why);
                None
            }
        }
    }
    fn write(&self) -> Node {
        Node::text(self.0.as_str())
    }
    fn form() -> Form {
        Form::Text("workers")
    }
}

/// Names of classes or components, in the file a list; as text, set apart by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

/// More names than anyone lists.
const NAMES_MAX: usize = 100;

impl Setting for Names {
    fn read(node: &Node, findings: &mut Findings) -> Option<Names> {
        let names: Vec<String> = match &node.value {
            Value::List(items) => items.iter().filter_map(Node::as_typed).collect(),
            _ => node.as_typed()?.split(',').map(|name| name.trim().to_owned()).collect(),
        };
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if names.len() > NAMES_MAX {
            findings.note(node.line, format!("at most {NAMES_MAX} names can be listed"));
            return None;
        }
        for name in &names {
            if let Err(why) = crate::design::check_name(name) {
                findings.note(node.line, why);
                return None;
            }
        }
        Some(Names(names))
    }
    fn write(&self) -> Node {
        Node::new(Value::List(self.0.iter().map(Node::text).collect()))
    }
    fn form() -> Form {
        Form::Names
    }
}

/// A piecewise-linear rate over time: points in order of time; constant before the first and after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(pub Vec<(Time, Rate)>);

/// More points than anyone draws.
const CURVE_POINTS_MAX: usize = 1000;
/// The steepest traffic that makes sense to ask for.
const CURVE_RATE_MAX: f64 = 10_000_000.0;

impl Setting for Curve {
    fn read(node: &Node, findings: &mut Findings) -> Option<Curve> {
        let Value::List(points) = &node.value else {
            // A bare rate is a constant.
            let rate = read_text(node, findings)?;
            return checked_curve(vec![(Time::ZERO, rate)], node.line, findings);
        };
        let point = |node: &Node, findings: &mut Findings| match &node.value {
            Value::List(pair) if pair.len() == 2 => {
                Some((Time::read(&pair[0], findings)?, Rate::read(&pair[1], findings)?))
            }
            _ => {
                findings.note(node.line, "a point is a time and a rate, like [\"60s\", \"900/s\"]");
                None
            }
        };
        let points: Option<Vec<_>> = points.iter().map(|node| point(node, findings)).collect();
        checked_curve(points?, node.line, findings)
    }
    fn write(&self) -> Node {
        let point = |(at, rate): &(Time, Rate)| Node::new(Value::List(vec![at.write(), rate.write()]));
        Node::new(Value::List(self.0.iter().map(point).collect()))
    }
    fn form() -> Form {
        Form::Curve
    }
}

fn checked_curve(points: Vec<(Time, Rate)>, line: u32, findings: &mut Findings) -> Option<Curve> {
    let message = match &points {
        points if points.len() > CURVE_POINTS_MAX => format!("a curve has at most {CURVE_POINTS_MAX} points"),
        points if points.windows(2).any(|pair| pair[0].0 > pair[1].0) => {
            "the points must stand in order of time".to_owned()
        }
        points if points.iter().any(|(_, rate)| rate.0 > CURVE_RATE_MAX) => {
            format!("a rate can be at most {}", Rate(CURVE_RATE_MAX))
        }
        _ => return Some(Curve(points)),
    };
    findings.note(line, message);
    None
}
