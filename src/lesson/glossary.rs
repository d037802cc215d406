//! The glossary: one Markdown file with a heading `## Tail latency` for each term, whose id is then `tail-latency`.

use super::markdown::render;

/// The largest glossary that is read, in bytes.
pub const GLOSSARY_BYTES_MAX: usize = 200_000;

/// A term and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term.
    pub title: String,
    /// What it means: safe HTML.
    pub html: String,
}

impl Term {
    /// The term in bold, then what it means: safe HTML.
    pub fn html_with_title(&self) -> String {
        format!("{}\n{}", render(&format!("**{}**", self.title), ""), self.html)
    }
}

/// The ids of all terms.
pub fn glossary_terms(glossary: &str) -> Vec<String> {
    glossary.lines().filter_map(|line| line.strip_prefix("## ")).map(term_id).collect()
}

/// The id of a term: lower case, with dashes.
pub fn term_id(term: &str) -> String {
    term.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")
}

/// The term of this id.
pub fn term_of(glossary: &str, id: &str) -> Option<Term> {
    let glossary = glossary.get(..GLOSSARY_BYTES_MAX).unwrap_or(glossary);
    let mut lines = glossary.lines();
    let title = lines.by_ref().filter_map(|line| line.strip_prefix("## ")).find(|title| term_id(title) == id)?;
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with("## ") && !line.starts_with("# ")).collect();
    Some(Term { title: title.trim().to_owned(), html: render(body.join("\n").trim(), "") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_found_by_its_id() {
        let text = "# Glossary\n\n## Goodput\n\nGood *answers*.\n\n## Tail latency\nThe slow ones.\n";
        assert_eq!(glossary_terms(text), ["goodput", "tail-latency"]);
        let html = |id| term_of(text, id).map(|term| (term.title, term.html));
        assert_eq!(html("goodput"), Some(("Goodput".to_owned(), "<p>Good <em>answers</em>.</p>".to_owned())));
        assert_eq!(html("tail-latency"), Some(("Tail latency".to_owned(), "<p>The slow ones.</p>".to_owned())));
        assert_eq!(html("tail"), None);
    }
}
