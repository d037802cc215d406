//! Settings as data: one declaration gives the typed struct, its default, the file's keys, bounds, help and forms.
//!
//! A room of settings is declared with [`settings!`]; the file reader, the inspector, the command line's `--set` and
//! the documentation all read the same [`SettingInfo`].

mod values;

use super::node::{Entry, Node, Value};
use super::problem::Findings;

pub use values::{Curve, Name, Names};

/// What is known of one setting besides its value.
#[derive(Clone, Debug)]
pub struct SettingInfo {
    /// The key in a file.
    pub name: &'static str,
    /// What it does, for authors and the inspector.
    pub help: &'static str,
    /// How it is entered.
    pub form: Form,
    /// Its value when nothing is said.
    pub default: Node,
    /// The least and the greatest value, in base units (seconds, bytes, per second, shares, counts).
    pub bounds: Option<(f64, f64)>,
    /// A bound in the setting's own words.
    pub bound_text: fn(f64) -> String,
}

/// How a setting is entered.
#[derive(Clone, Debug)]
pub enum Form {
    /// Text with a unit, such as this example.
    Text(&'static str),
    /// A whole number.
    Count,
    /// Any number.
    Number,
    /// On or off.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of `[time, rate]` points.
    Curve,
    /// Names, set apart by commas.
    Names,
    /// A table of settings of its own.
    Group(Vec<SettingInfo>),
    /// A setting that may be absent (`none`).
    Optional(Box<Form>),
}

impl Form {
    /// The words to choose from, of a choice that may be absent, too.
    pub fn choices(&self) -> Option<&'static [&'static str]> {
        match self {
            Form::Choice(words) => Some(words),
            Form::Optional(form) => form.choices(),
            _ => None,
        }
    }
}

/// A type that can be a setting.
pub trait Setting: Sized + Clone {
    /// Reads the value; notes what is wrong and gives nothing.
    fn read(node: &Node, findings: &mut Findings) -> Option<Self>;
    /// The value for a file.
    fn write(&self) -> Node;
    /// How it is entered.
    fn form() -> Form;
    /// The size in base units, for bounds; nothing where bounds make no sense.
    fn magnitude(&self) -> Option<f64> {
        None
    }
    /// A bound in this setting's own words.
    fn bound_text(magnitude: f64) -> String {
        magnitude.to_string()
    }
}

/// What is known of one setting besides its value, as the declaration says it.
pub struct Field {
    /// The key in a file.
    pub name: &'static str,
    /// What it does.
    pub help: &'static str,
    /// The least and the greatest value, in base units.
    pub bounds: Option<(f64, f64)>,
    /// How it is entered.
    pub form: fn() -> Form,
    /// A bound in the setting's own words.
    pub bound_text: fn(f64) -> String,
}

/// A room of settings. What is the same for all rooms is written for `dyn Settings`, so that the page has it once.
pub trait Settings {
    /// What there is to set, in the order to show it.
    fn fields(&self) -> &'static [Field];
    /// The value of the setting at this place of [`Settings::fields`].
    fn value(&self, field: usize) -> Node;
    /// Reads the setting at this place. A bad value is noted and leaves the old one.
    fn set(&mut self, field: usize, node: &Node, findings: &mut Findings);
    /// The same room with its default settings.
    fn standard(&self) -> Box<dyn Settings>;
}

impl dyn Settings + '_ {
    /// What is known of all settings, in the order to show them.
    pub fn schema(&self) -> Vec<SettingInfo> {
        let standard = self.standard();
        let info = |(index, field): (usize, &Field)| SettingInfo {
            name: field.name,
            help: field.help,
            form: (field.form)(),
            default: standard.value(index),
            bounds: field.bounds,
            bound_text: field.bound_text,
        };
        self.fields().iter().enumerate().map(info).collect()
    }

    /// The value of one setting.
    pub fn get(&self, name: &str) -> Option<Node> {
        self.place(name).map(|place| self.value(place))
    }

    /// Reads one setting; false if there is none of this name. A bad value is noted and leaves the old one.
    pub fn put(&mut self, name: &str, node: &Node, findings: &mut Findings) -> bool {
        let place = self.place(name);
        place.into_iter().for_each(|place| self.set(place, node, findings));
        place.is_some()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.fields().iter().position(|field| field.name == name)
    }
}

/// Reads the value of a setting into its place, if it is good and within its bounds.
#[inline(never)]
pub fn assign<T: Setting>(place: &mut T, field: &Field, node: &Node, findings: &mut Findings) {
    let Some(value) = T::read(node, findings) else { return };
    match out_of_bounds(value.magnitude(), field.bounds) {
        Some(bounds) => refuse(field.name, &value.write(), bounds, T::bound_text, node.line, findings),
        None => *place = value,
    }
}

/// Reads a room from a table, or from `true`: all its defaults.
pub fn read_room(into: &mut dyn Settings, what: &str, node: &Node, findings: &mut Findings) {
    if node.value != Value::Flag(true) {
        let entries = node.entries(what, findings);
        read_settings(into, entries, &[], findings);
    }
}

/// Reads all entries of a table into the settings, leaving out the keys in `besides`; notes unknown ones.
pub fn read_settings(into: &mut dyn Settings, entries: &[Entry], besides: &[&str], findings: &mut Findings) {
    for entry in entries.iter().filter(|entry| !besides.contains(&entry.key.as_str())) {
        if !into.put(&entry.key, &entry.node, findings) {
            let schema = into.schema();
            let known = schema.iter().map(|info| info.name).chain(besides.iter().copied());
            findings.unknown(entry.line, "setting", &entry.key, known);
        }
    }
}

/// The settings that differ from their defaults, as a file says them.
pub fn written(settings: &dyn Settings) -> Vec<(String, Node)> {
    let standard = settings.standard();
    let differs = |(place, field): (usize, &Field)| {
        let value = settings.value(place);
        (value != standard.value(place)).then(|| (field.name.to_owned(), value))
    };
    settings.fields().iter().enumerate().filter_map(differs).collect()
}

/// Sets the setting at a dotted path such as `retry.tries`; the problems if it cannot be.
pub fn put_path(settings: &mut dyn Settings, path: &str, value: Node) -> Result<(), Findings> {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let mut findings = Findings::default();
    let value = match rest {
        None => value,
        Some(rest) => {
            let mut table = settings.get(head).unwrap_or(Node::table([]));
            put_in(&mut table, rest, value);
            table
        }
    };
    if !settings.put(head, &value, &mut findings) {
        let schema = settings.schema();
        findings.unknown(0, "setting", head, schema.iter().map(|info| info.name));
    }
    if findings.0.is_empty() { Ok(()) } else { Err(findings) }
}

fn put_in(table: &mut Node, path: &str, value: Node) {
    match path.split_once('.') {
        None => table.put(path, value),
        Some((head, rest)) => {
            let mut inner = table.get(head).cloned().unwrap_or(Node::table([]));
            put_in(&mut inner, rest, value);
            table.put(head, inner);
        }
    }
}

/// The value at a dotted path.
pub fn get_path(settings: &dyn Settings, path: &str) -> Option<Node> {
    let mut parts = path.split('.');
    let mut node = settings.get(parts.next()?)?;
    for part in parts {
        node = node.get(part)?.clone();
    }
    Some(node)
}

/// Refuses a value out of its bounds.
pub fn within<T: Setting>(
    name: &str,
    value: T,
    bounds: Option<(f64, f64)>,
    line: u32,
    findings: &mut Findings,
) -> Option<T> {
    let Some(bounds) = out_of_bounds(value.magnitude(), bounds) else { return Some(value) };
    refuse(name, &value.write(), bounds, T::bound_text, line, findings);
    None
}

/// The bounds that a value breaks.
fn out_of_bounds(magnitude: Option<f64>, bounds: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let (bounds, magnitude) = (bounds?, magnitude?);
    (!(bounds.0..=bounds.1).contains(&magnitude)).then_some(bounds)
}

fn refuse(
    name: &str,
    value: &Node,
    (low, high): (f64, f64),
    bound_text: fn(f64) -> String,
    line: u32,
    findings: &mut Findings,
) {
    let text = value.as_typed().unwrap_or_default();
    let range = format!("it must lie between {} and {}", bound_text(low), bound_text(high));
    findings.hint(line, format!("`{name}` cannot be {text}"), range);
}

/// The place of a word among those that can be chosen; notes any other.
pub fn read_choice(node: &Node, words: &'static [&'static str], findings: &mut Findings) -> Option<usize> {
    let typed = node.as_typed().unwrap_or_default();
    let place = words.iter().position(|word| *word == typed);
    if place.is_none() {
        findings.unknown(node.line, "choice", &typed, words.iter().copied());
    }
    place
}

/// Declares a closed set of words that can be a setting, in the file's spelling.
macro_rules! choices {
    ($(#[doc = $what:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $what])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)+ }

        impl $name {
            /// The words, in the file's spelling.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word of this choice.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl $crate::design::setting::Setting for $name {
            fn read(node: &$crate::design::Node, findings: &mut $crate::design::Findings) -> Option<Self> {
                const ALL: &[$name] = &[$($name::$variant),+];
                $crate::design::setting::read_choice(node, Self::WORDS, findings).map(|place| ALL[place])
            }
            fn write(&self) -> $crate::design::Node {
                $crate::design::Node::text(self.word())
            }
            fn form() -> $crate::design::setting::Form {
                $crate::design::setting::Form::Choice(Self::WORDS)
            }
        }
    };
}

/// Declares a room of settings: `name: type = default, bounds;`, where bounds are `None` or `Some((low, high))` in base
/// units. A doc comment is the help text. `name as "key"` gives a key that Rust cannot spell.
macro_rules! settings {
    ($(#[doc = $what:literal])+ $name:ident {
        $($(#[doc = $doc:literal])+ $field:ident $(as $key:literal)? : $type:ty = $default:expr, $bounds:expr;)*
    }) => {
        $(#[doc = $what])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: $type,)* }

        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default,)* }
            }
        }

        impl $crate::design::setting::Settings for $name {
            fn fields(&self) -> &'static [$crate::design::setting::Field] {
                use $crate::design::setting::{Field, Setting};
                const FIELDS: &[Field] = &[$(Field {
                    name: settings!(@key $field $($key)?),
                    help: concat!($($doc),+).trim_ascii(),
                    bounds: $bounds,
                    form: <$type as Setting>::form,
                    bound_text: <$type as Setting>::bound_text,
                },)*];
                FIELDS
            }
            #[allow(unused_assignments, reason = "the last place is counted past")]
            fn value(&self, field: usize) -> $crate::design::Node {
                let mut place = 0;
                $(
                    if field == place {
                        return $crate::design::setting::Setting::write(&self.$field);
                    }
                    place += 1;
                )*
                unreachable!("a field is one of those there are")
            }
            #[allow(unused_assignments, reason = "the last place is counted past")]
            fn set(&mut self, field: usize, node: &$crate::design::Node, findings: &mut $crate::design::Findings) {
                let known = &self.fields()[field];
                let mut place = 0;
                $(
                    if field == place {
                        return $crate::design::setting::assign(&mut self.$field, known, node, findings);
                    }
                    place += 1;
                )*
            }
            fn standard(&self) -> Box<dyn $crate::design::setting::Settings> {
                Box::new($name::default())
            }
        }

        impl $crate::design::setting::Setting for $name {
            fn read(node: &$crate::design::Node, findings: &mut $crate::design::Findings) -> Option<Self> {
                let mut settings = $name::default();
                $crate::design::setting::read_room(&mut settings, stringify!($name), node, findings);
                Some(settings)
            }
            fn write(&self) -> $crate::design::Node {
                $crate::design::Node::table($crate::design::setting::written(self))
            }
            fn form() -> $crate::design::setting::Form {
                let standard: &dyn $crate::design::setting::Settings = &$name::default();
                $crate::design::setting::Form::Group(standard.schema())
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
}

pub(crate) use {choices, settings};
