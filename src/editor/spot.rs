//! Where work lies, and under which key a browser keeps it.

use super::address::{Address, Place};

/// Letters of the name of a design at most.
pub const NAME_CHARS_MAX: usize = 60;

/// What is being worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A lesson by its folder, perhaps with a design that came with a link.
    Lesson(String, Option<String>),
    /// The sandbox, with the design of this name; nameless if empty.
    Sandbox(String),
    /// A design that came with a link, in the sandbox.
    Shared(String),
}

impl Spot {
    /// What an address asks for; none if it asks for nothing to work on.
    pub fn of(address: &Address) -> Option<Spot> {
        match address.place.as_ref()? {
            // A lesson that is hosted elsewhere has a key of its own, which its reader knows.
            Place::Home | Place::Author | Place::Elsewhere(_) => None,
            Place::Lesson(folder) => Some(Spot::Lesson(folder.clone(), address.design.clone())),
            Place::Sandbox(name) => Some(Spot::Sandbox(tidy_name(name))),
            Place::Shared(packed) => Some(Spot::Shared(packed.clone())),
        }
    }

    /// The key of the drafts of it. A design that came with a link has one of its own, so that it overwrites nothing.
    pub fn key(&self) -> String {
        match self {
            Spot::Lesson(folder, None) => folder.clone(),
            Spot::Lesson(folder, Some(packed)) => format!("{folder}#{:016x}", mark(packed)),
            Spot::Sandbox(name) if name.is_empty() => "sandbox".to_owned(),
            Spot::Sandbox(name) => format!("sandbox={}", name_key(name)),
            Spot::Shared(packed) => format!("shared={:016x}", mark(packed)),
        }
    }
}

/// A name for a design as it is kept: no line breaks, no blanks around it, not too long.
pub fn tidy_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(NAME_CHARS_MAX).collect();
    plain.trim().to_owned()
}

/// A name as a part of a key: without slashes, which keys use themselves.
pub fn name_key(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

/// The name that became this part of a key.
pub fn name_of_key(key: &str) -> String {
    key.replace("%2F", "/").replace("%25", "%")
}

/// FNV-1a, 64 bits: tells links apart.
fn mark(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |mark, byte| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spot_has_a_key_of_its_own() {
        let spots = [
            Spot::Lesson("part-1/02".into(), None),
            Spot::Lesson("part-1/02".into(), Some("v1.a".into())),
            Spot::Lesson("part-1/02".into(), Some("v1.b".into())),
            Spot::Sandbox(String::new()),
            Spot::Sandbox("a/b".into()),
            Spot::Sandbox("a%2Fb".into()),
            Spot::Shared("v1.a".into()),
        ];
        let mut keys: Vec<String> = spots.iter().map(Spot::key).collect();
        assert_eq!(keys[0], "part-1/02");
        assert!(keys[4..6].iter().all(|key| !key.contains('/')), "{keys:?}");
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), spots.len());
    }

    #[test]
    fn names() {
        assert_eq!(tidy_name("  my\nshop "), "my shop");
        assert_eq!(tidy_name(&"x".repeat(99)).len(), NAME_CHARS_MAX);
        for name in ["a/b", "100%", "a%2Fb", "%", "ü ✓"] {
            assert_eq!(name_of_key(&name_key(name)), name);
        }
    }
}
