//! What a lesson teaches, as its front matter says it: a kind of component, or a setting.

use crate::design::{CallPolicy, Findings, Kind, Node, Settings, suggest};

use super::front::words;

const TAUGHT_MAX: usize = 5;

/// Something that a lesson is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taught {
    /// What.
    pub what: Idea,
    /// Its line in the lesson.
    pub line: u32,
}

/// What can be taught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idea {
    /// A kind of component, by its word: `cache`.
    Kind(&'static str),
    /// A setting of a kind: `server.capacity`.
    Setting(&'static str, String),
    /// A setting of wires: `wire.retry`.
    Wire(String),
}

impl std::fmt::Display for Idea {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Idea::Kind(kind) => f.write_str(kind),
            Idea::Setting(kind, setting) => write!(f, "{kind}.{setting}"),
            Idea::Wire(setting) => write!(f, "wire.{setting}"),
        }
    }
}

impl Taught {
    /// Reads `teaches` of a lesson's front matter.
    pub(super) fn read(front: &Node, findings: &mut Findings) -> Vec<Taught> {
        let mut taught = Vec::new();
        for (word, line) in words(front, "teaches", findings) {
            match idea(&word) {
                Ok(what) => taught.push(Taught { what, line }),
                Err((message, hint)) => findings.hint(line, message, hint),
            }
        }
        if taught.len() > TAUGHT_MAX {
            findings.hint(taught[0].line, format!("a lesson teaches at most {TAUGHT_MAX} things"), "better one");
        }
        taught
    }
}

fn idea(word: &str) -> Result<Idea, (String, String)> {
    let known = |word: &str| Kind::WORDS.iter().copied().find(|kind| *kind == word);
    let Some((owner, setting)) = word.split_once('.') else {
        let nothing = || {
            let hint = "name a kind like `cache`, or a setting like `server.capacity` or `wire.retry`";
            (format!("`{word}` is nothing that can be taught"), hint.to_owned())
        };
        return known(word).map(Idea::Kind).ok_or_else(nothing);
    };
    if owner == "wire" {
        has_setting(&CallPolicy::default(), setting)?;
        return Ok(Idea::Wire(setting.to_owned()));
    }
    let Some(kind) = known(owner) else {
        return Err((format!("unknown kind `{owner}`"), suggest(owner, Kind::WORDS.iter().copied())));
    };
    has_setting(Kind::of(kind).expect("it is known").settings(), setting)?;
    Ok(Idea::Setting(kind, setting.to_owned()))
}

fn has_setting(settings: &dyn Settings, name: &str) -> Result<(), (String, String)> {
    let names = || settings.fields().iter().map(|field| field.name);
    match names().any(|known| known == name) {
        true => Ok(()),
        false => Err((format!("unknown setting `{name}`"), suggest(name, names()))),
    }
}
