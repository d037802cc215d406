//! A piece of TOML with its line: what settings are read from and written to.

use toml::de::{DeTable, DeValue};

use super::problem::Findings;

/// A value and the line it stood on (0 for a value that came from no file).
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its line, counted from 1.
    pub line: u32,
}

/// A TOML value without dates, which no file of ours has.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// An array.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Entry>),
}

/// One line of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The key's line.
    pub line: u32,
    /// What it holds.
    pub node: Node,
}

impl Node {
    /// A value that came from no file.
    pub fn new(value: Value) -> Node {
        Node { value, line: 0 }
    }

    /// A string that came from no file.
    pub fn text(text: impl Into<String>) -> Node {
        Node::new(Value::Text(text.into()))
    }

    /// A table that came from no file.
    pub fn table(entries: impl IntoIterator<Item = (String, Node)>) -> Node {
        let entries = entries.into_iter().map(|(key, node)| Entry { key, line: 0, node }).collect();
        Node::new(Value::Table(entries))
    }

    /// The entries of a table; notes a problem and gives none if it is something else.
    pub fn entries<'a>(&'a self, what: &str, findings: &mut Findings) -> &'a [Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => {
                findings.note(self.line, format!("{what} must be a table"));
                &[]
            }
        }
    }

    /// The scalar as a person would type it; none for lists and tables.
    pub fn as_typed(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Flag(flag) => Some(flag.to_string()),
            Value::List(_) | Value::Table(_) => None,
        }
    }

    /// As one would type it into a field: a list as its entries with commas between; nothing for tables.
    pub fn as_line(&self) -> Option<String> {
        match &self.value {
            Value::List(items) => {
                items.iter().map(Node::as_typed).collect::<Option<Vec<_>>>().map(|items| items.join(", "))
            }
            _ => self.as_typed(),
        }
    }

    /// The entry of a table with this key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Table(entries) = &self.value else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// Sets the entry of a table; what is no table becomes one.
    pub fn put(&mut self, key: &str, node: Node) {
        if !matches!(self.value, Value::Table(_)) {
            self.value = Value::Table(Vec::new());
        }
        let Value::Table(entries) = &mut self.value else { return };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.node = node,
            None => entries.push(Entry { key: key.to_owned(), line: 0, node }),
        }
    }

    /// Reads TOML. Syntax errors are noted; what could be read is returned all the same.
    pub fn parse(text: &str, findings: &mut Findings) -> Node {
        let lines = Lines::of(text);
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |span| lines.at(span.start));
            findings.note(line, error.message().trim().replace('\n', ", "));
        }
        Node { value: Value::Table(entries_of(table.get_ref(), &lines)), line: 1 }
    }
}

fn entries_of(table: &DeTable<'_>, lines: &Lines) -> Vec<Entry> {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let key: &toml::Spanned<std::borrow::Cow<'_, str>> = key;
        let line = lines.at(key.span().start);
        Entry { key: key.get_ref().to_string(), line, node: node_of(value, lines, line) }
    };
    table.iter().map(entry).collect()
}

fn node_of(value: &toml::Spanned<DeValue<'_>>, lines: &Lines, line_of_key: u32) -> Node {
    // A table made by a `[header]` has the header's span or none of its own: the key's line serves.
    let line = match value.span() {
        span if span.is_empty() => line_of_key,
        span => lines.at(span.start),
    };
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Number(f64::INFINITY),
        },
        DeValue::Float(number) => Value::Number(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node_of(item, lines, line)).collect()),
        DeValue::Table(table) => Value::Table(entries_of(table, lines)),
    };
    Node { value, line }
}

/// Where each line of a text starts, to tell the line of a byte.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines(std::iter::once(0).chain(breaks).collect())
    }

    fn at(&self, byte: usize) -> u32 {
        self.0.partition_point(|start| *start <= byte) as u32
    }
}

/// Writes a value as TOML on one line.
pub fn inline_text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => format!("{number:?}"),
        Value::Flag(flag) => flag.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(inline_text).collect::<Vec<_>>().join(", ")),
        Value::Table(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Table(entries) => {
            let entry = |entry: &Entry| format!("{} = {}", key_text(&entry.key), inline_text(&entry.node));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key as TOML writes it: bare where it may be.
pub fn key_text(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Node, Value};

    #[test]
    fn a_value_stands_in_a_field_as_it_is_typed() {
        let list = |items: &[&str]| Node::new(Value::List(items.iter().map(|item| Node::text(*item)).collect()));
        assert_eq!(list(&["feed", "like"]).as_line().as_deref(), Some("feed, like"));
        assert_eq!(list(&[]).as_line().as_deref(), Some(""));
        assert_eq!(Node::text("50ms").as_line().as_deref(), Some("50ms"));
        assert_eq!(Node::new(Value::List(vec![Node::table([])])).as_line(), None);
    }
}
