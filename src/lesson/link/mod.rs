//! A scenario as a word in an address: `v1.` and some hundred letters, from which the same run can be made anywhere.
//!
//! The text of the scenario (see [`write_scenario`]) is packed by [`squeeze`](squeeze::squeeze) and written in the letters
//! of base64url. Before it go its length, so that a reader knows how much to expect, and a checksum. Links are read from
//! anywhere, so everything in one is doubted: letters, length, checksum, and then the text like any other file's.

mod base64;
mod squeeze;

use std::fmt;

use crate::design::Problem;
use crate::sim::Scenario;

use super::{read_scenario, write_scenario};

/// Letters of a link that is worth making: mail and chat programs cut longer ones.
pub const LINK_CHARS_MAX: usize = 8_000;
/// Letters of a link that is read at all.
const READ_CHARS_MAX: usize = 20_000;
/// Bytes of the text in a link, so that a small link cannot grow without end.
const TEXT_BYTES_MAX: usize = 400_000;
/// What begins a link: the version of this format. Whoever changes the packing, the primer included, needs another one.
const VERSION: &str = "v1.";
const PRIMER: &[u8] = include_bytes!("primer-v1.txt");
/// Bytes before the packed text: length and checksum.
const HEAD: usize = 7;

/// Why a link cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It has more letters than any link of ours.
    TooLong,
    /// It was made by another version of the app; the version it names.
    Version(String),
    /// It holds something that no link does.
    Letter(char),
    /// It is not what was packed: something is missing or changed.
    Damaged,
    /// It was packed well, but what is in it is no scenario.
    Text(Vec<Problem>),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::TooLong => write!(f, "it has more than {READ_CHARS_MAX} letters"),
            LinkError::Version(version) => {
                write!(f, "it begins with “{version}”, and this page knows only “{VERSION}”; a newer page may open it")
            }
            LinkError::Letter(letter) => write!(f, "it has a {letter:?} in it, which no link has"),
            LinkError::Damaged => f.write_str("a part of it is missing or was changed; ask for it again"),
            LinkError::Text(problems) => match problems.first() {
                Some(first) => write!(f, "what is in it cannot be run: {first}"),
                None => f.write_str("there is nothing in it"),
            },
        }
    }
}

/// Packs a scenario into a word of letters, digits, `-`, `_` and one dot. It may be longer than [`LINK_CHARS_MAX`]; none
/// if the scenario is too large to be read back.
pub fn pack(scenario: &Scenario) -> Option<String> {
    let text = write_scenario(scenario);
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let mut bytes = (text.len() as u32).to_be_bytes()[1..].to_vec();
    bytes.extend(checksum(text.as_bytes()).to_be_bytes());
    bytes.extend(squeeze::squeeze(PRIMER, text.as_bytes()));
    Some(format!("{VERSION}{}", base64::write(&bytes)))
}

/// Opens what [`pack`] made. Time and memory are bounded whatever it is given.
///
/// # Errors
/// Why it cannot be opened, in words for a person.
pub fn unpack(link: &str) -> Result<Scenario, LinkError> {
    if link.len() > READ_CHARS_MAX {
        return Err(LinkError::TooLong);
    }
    let Some(letters) = link.strip_prefix(VERSION) else {
        let shown = link.split_once('.').map_or(link, |(version, _)| version);
        return Err(LinkError::Version(shown.chars().filter(|c| c.is_ascii_alphanumeric()).take(12).collect()));
    };
    let bytes = base64::read(letters)?;
    if bytes.len() < HEAD {
        return Err(LinkError::Damaged);
    }
    let (head, packed) = bytes.split_at(HEAD);
    let number = |bytes: &[u8]| bytes.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    let (length, sum) = (number(&head[..3]) as usize, number(&head[3..]));
    if length > TEXT_BYTES_MAX {
        return Err(LinkError::Damaged);
    }
    let text = squeeze::expand(PRIMER, packed, length);
    let text = String::from_utf8(text).map_err(|_| LinkError::Damaged)?;
    if checksum(text.as_bytes()) != sum {
        return Err(LinkError::Damaged);
    }
    read_scenario(&text).map_err(LinkError::Text)
}

/// FNV-1a, 32 bits.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed_text(text: &str, length: usize) -> String {
        let mut bytes = (length as u32).to_be_bytes()[1..].to_vec();
        bytes.extend(checksum(text.as_bytes()).to_be_bytes());
        bytes.extend(squeeze::squeeze(PRIMER, text.as_bytes()));
        format!("{VERSION}{}", base64::write(&bytes))
    }

    #[track_caller]
    fn refused(link: &str, said: &str) {
        let told = unpack(link).expect_err(link).to_string();
        assert!(told.contains(said), "{link:.60}: {told}");
    }

    #[test]
    fn hostile_links_are_refused_in_words() {
        let good = packed_text("version = 1\n", 12);
        assert_eq!(unpack(&good), Ok(Scenario::default()));
        refused("", "it begins with “”");
        refused("v2.abc", "it begins with “v2”");
        refused("<script>alert(1)</script>.x", "it begins with “scriptalert1”");
        refused("v1.", "missing or was changed");
        refused("v1.AAAA", "missing or was changed");
        refused(&good[..good.len() - 4], "missing or was changed");
        refused(&format!("{good}\u{0}"), "it has a '\\0' in it");
        refused("v1.%3Cscript%3E", "it has a '%' in it");
        refused(&format!("v1.{}", "A".repeat(30_000)), "more than 20000 letters");
        // Sixteen million bytes out of ten: the length is not believed, nor a smaller one that is not true.
        refused(&format!("v1.{}", base64::write(&[255; 10])), "missing or was changed");
        refused(&packed_text("version = 1\n", TEXT_BYTES_MAX), "missing or was changed");
        refused(&packed_text("version = 9\n", 12), "this version of the format is not known");
        refused(&packed_text("not toml", 8), "what is in it cannot be run: line 1");
        let script = "version = 1\n[components.\"<img src=x onerror=alert(1)>\"]\nkind = \"server\"\n";
        refused(&packed_text(script, script.len()), "is no name");
    }

    /// A link that was sent is opened for good: this one must never change.
    #[test]
    fn a_link_of_old_still_opens() {
        let scenario = unpack("v1.AAGFBZe6QgBFofw2sMBfi4tO0Z7gbMqg2pkYkcqR9IFtw6xTpavPmKlnhqJM6tcymgid").unwrap();
        assert_eq!((scenario.design.seed, scenario.design.components.len(), scenario.script.len()), (42, 4, 1));
    }
}
