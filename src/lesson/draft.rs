//! The form in which work is kept in a browser: a line that says what it is and when it was saved, then the design file.
//!
//! A draft holds the design alone. What was done by hand in mid-run belongs to that run, which is gone with its page; a
//! share link or a file of the run keeps that too.
//!
//! | version | looks like |
//! |---|---|
//! | 0 | the bare design file |
//! | 1 | `# draft 1, saved 1764087437123` (milliseconds since 1970), then the design file |
//!
//! All older versions are read; the newest is written.

use crate::design::{self, Design};

const MARK: &str = "# draft ";
const VERSION: u32 = 1;

/// Work that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// When it was saved, in milliseconds since 1970; 0 if that is not known.
    pub saved: f64,
    /// The design.
    pub design: Design,
}

/// When a draft was saved, in milliseconds since 1970; 0 if it does not say. Its design is not read.
pub fn saved_at(text: &str) -> f64 {
    head(text).map_or(0.0, |(_, saved, _)| saved)
}

/// Reads a draft of any version so far; none if it cannot be read, or comes from a version to come.
pub fn read_draft(text: &str) -> Option<Draft> {
    let (saved, design) = match head(text) {
        Some((VERSION, saved, design)) => (saved, design),
        Some(_) => return None,
        None => (0.0, text),
    };
    Some(Draft { saved, design: design::read(design).ok()? })
}

/// Writes a draft, saved at this time (milliseconds since 1970).
pub fn write_draft(design: &Design, saved: f64) -> String {
    format!("{MARK}{VERSION}, saved {saved}\n{}", design::write(design))
}

/// Version, time and rest.
fn head(text: &str) -> Option<(u32, f64, &str)> {
    let (line, rest) = text.strip_prefix(MARK)?.split_once('\n')?;
    let (version, saved) = line.split_once(", saved ")?;
    Some((version.parse().ok()?, saved.trim().parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "version = 1\nseed = 3\nduration = \"1m\"\n\n[components.app]\nkind = \"server\"\nat = [0, 0]\n";

    #[test]
    fn drafts_of_all_versions_are_read() {
        let design = design::read(FILE).unwrap();
        let check = |text: String, saved: f64| {
            assert_eq!(read_draft(&text), Some(Draft { saved, design: design.clone() }), "{text}");
            assert_eq!(saved_at(&text), saved);
        };
        check(FILE.to_owned(), 0.0);
        // As the app wrote it in October 2026.
        check(format!("# draft 1, saved 1791974400123\n{FILE}"), 1_791_974_400_123.0);
        check(write_draft(&design, 5.0), 5.0);
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        for text in ["", "# draft 2, saved 1\nversion = 1\n", "# draft 1, saved 1\nversion = 7\n", "{\"nodes\":[]}"] {
            assert_eq!(read_draft(text), None, "{text}");
        }
    }
}
