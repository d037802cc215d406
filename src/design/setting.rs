//! Settings as data: one declaration gives the typed struct, its default, the file's keys, bounds, help and forms.
//!
//! A room of settings is declared with [`settings!`]; the file reader, the inspector, the command line's `--set` and
//! the documentation all read the same [`SettingInfo`].

mod values;

use super::node::{Entry, Node};
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

/// A room of settings.
pub trait Settings {
    /// What there is to set, in the order to show it.
    fn schema(&self) -> Vec<SettingInfo>;
    /// The value of one setting.
    fn get(&self, name: &str) -> Option<Node>;
    /// Reads one setting; false if there is none of this name. A bad value is noted and leaves the old one.
    fn put(&mut self, name: &str, node: &Node, findings: &mut Findings) -> bool;
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
    let differs = |info: SettingInfo| {
        let value = settings.get(info.name)?;
        (value != info.default).then(|| (info.name.to_owned(), value))
    };
    settings.schema().into_iter().filter_map(differs).collect()
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
    let (Some((low, high)), Some(magnitude)) = (bounds, value.magnitude()) else { return Some(value) };
    if (low..=high).contains(&magnitude) {
        return Some(value);
    }
    let text = value.write().as_typed().unwrap_or_default();
    let range = format!("it must lie between {} and {}", T::bound_text(low), T::bound_text(high));
    findings.hint(line, format!("`{name}` cannot be {text}"), range);
    None
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
                let typed = node.as_typed().unwrap_or_default();
                match typed.as_str() {
                    $($word => Some($name::$variant),)+
                    _ => {
                        findings.unknown(node.line, "choice", &typed, Self::WORDS.iter().copied());
                        None
                    }
                }
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
            fn schema(&self) -> Vec<$crate::design::setting::SettingInfo> {
                use $crate::design::setting::{Setting, SettingInfo};
                let standard = $name::default();
                vec![$(SettingInfo {
                    name: settings!(@key $field $($key)?),
                    help: concat!($($doc),+).trim_ascii(),
                    form: <$type as Setting>::form(),
                    default: Setting::write(&standard.$field),
                    bounds: $bounds,
                    bound_text: <$type as Setting>::bound_text,
                },)*]
            }
            fn get(&self, name: &str) -> Option<$crate::design::Node> {
                match name {
                    $(n if n == settings!(@key $field $($key)?) => Some($crate::design::setting::Setting::write(&self.$field)),)*
                    _ => None,
                }
            }
            fn put(&mut self, name: &str, node: &$crate::design::Node, findings: &mut $crate::design::Findings) -> bool {
                use $crate::design::setting::{Setting, within};
                match name {
                    $(n if n == settings!(@key $field $($key)?) => {
                        let value = <$type as Setting>::read(node, findings);
                        if let Some(value) = value.and_then(|value| within(name, value, $bounds, node.line, findings)) {
                            self.$field = value;
                        }
                    })*
                    _ => return false,
                }
                true
            }
        }

        impl $crate::design::setting::Setting for $name {
            fn read(node: &$crate::design::Node, findings: &mut $crate::design::Findings) -> Option<Self> {
                let mut settings = $name::default();
                if node.value == $crate::design::Value::Flag(true) {
                    return Some(settings);
                }
                let entries = node.entries(stringify!($name), findings);
                $crate::design::setting::read_settings(&mut settings, entries, &[], findings);
                Some(settings)
            }
            fn write(&self) -> $crate::design::Node {
                $crate::design::Node::table($crate::design::setting::written(self))
            }
            fn form() -> $crate::design::setting::Form {
                use $crate::design::setting::Settings;
                $crate::design::setting::Form::Group($name::default().schema())
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
}

pub(crate) use {choices, settings};
