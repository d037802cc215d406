//! Templates to start from: the list in `assets/templates/list.toml`, which is fetched when it is wanted.

use crate::design::{Findings, Node, Problem};

/// A design to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its file, beside the list.
    pub file: String,
    /// Its name on the screen.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub summary: String,
}

/// Reads the list: a table for each template, by the name of its file without `.toml`.
pub fn read_list(text: &str) -> Result<Vec<Template>, Vec<Problem>> {
    let mut findings = Findings::default();
    let root = Node::parse(text, &mut findings);
    let mut templates = Vec::new();
    for entry in root.entries("the list of templates", &mut findings) {
        let plain = entry.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let field = |name: &str| entry.node.get(name).and_then(Node::as_typed);
        match (field("title"), field("summary")) {
            (Some(title), Some(summary)) if plain => {
                templates.push(Template { file: format!("{}.toml", entry.key), title, summary });
            }
            _ => findings.note(entry.line, format!("`{}` needs a title and a summary", entry.key)),
        }
    }
    if findings.0.is_empty() { Ok(templates) } else { Err(findings.sorted()) }
}
