//! The glossary: `assets/glossary.md` holds each term as a heading with its id, `## Little's law {#littles-law}`, and a
//! few sentences. Prose links to it with `[text](#term=littles-law)`.

use super::markdown::render;
use super::model::escaped;

/// The page of the model that shows the glossary.
pub const GLOSSARY: &str = "glossary";

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What links name: lower-case letters, digits and `-`.
    pub id: String,
    /// The term itself.
    pub term: String,
    /// What it means, in Markdown.
    pub text: String,
}

/// The terms of a glossary's text, in its order. A heading without an id is no term; of two with one id the first counts.
pub fn terms(markdown: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for section in markdown.split("\n## ").skip(1) {
        let (head, text) = section.split_once('\n').unwrap_or((section, ""));
        let Some((term, id)) = head.trim().strip_suffix('}').and_then(|head| head.split_once("{#")) else { continue };
        if is_term_id(id) && !terms.iter().any(|known| known.id == id) {
            terms.push(Term { id: id.to_owned(), term: term.trim().to_owned(), text: text.trim().to_owned() });
        }
    }
    terms
}

/// The largest glossary that is read, in bytes.
pub const GLOSSARY_BYTES_MAX: usize = 200_000;

/// The term of this id in a glossary's text, in bold, then what it means: safe HTML.
pub fn term_of(markdown: &str, id: &str) -> Option<String> {
    let markdown = markdown.get(..GLOSSARY_BYTES_MAX).unwrap_or(markdown);
    let found = terms(markdown).into_iter().find(|term| term.id == id)?;
    Some(render(&format!("**{}**\n\n{}", found.term, found.text), ""))
}

/// Links to terms, by their ids and as they are read, as safe HTML.
pub fn term_links(terms: &[(&str, &str)]) -> String {
    let link = |(id, word): &(&str, &str)| format!("<a href=\"#term={}\">{}</a>", escaped(id), escaped(word));
    terms.iter().map(link).collect::<Vec<_>>().join(" · ")
}

/// Whether this may be a term's id: up to 40 lower-case letters, digits and `-`.
pub fn is_term_id(id: &str) -> bool {
    (1..=40).contains(&id.len()) && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The terms that a Markdown text links to.
pub fn linked_terms(markdown: &str) -> Vec<String> {
    let links = markdown.match_indices("](#term=");
    let id = |(at, found): (usize, &str)| markdown[at + found.len()..].split(')').next().unwrap_or_default().to_owned();
    links.map(id).collect()
}

/// A glossary's text as safe HTML. Each term can be found by its id, `term-littles-law`.
pub(super) fn glossary_html(markdown: &str) -> String {
    let entry = |term: Term| {
        let (id, name, text) = (&term.id, escaped(&term.term), render(&term.text, ""));
        format!("<section class=\"term\" id=\"term-{id}\" tabindex=\"-1\"><h3>{name}</h3>{text}</section>")
    };
    terms(markdown).into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_and_shown() {
        let text = "# Glossary\n\nWords.\n\n## Knee {#knee}\n\nIt *bends*.\n\n## No id\n\nx\n\n## Bad {#Bad id}\n\n\
                    ## Twice {#knee}\n\n## <b> {#b}\n<script>";
        let ids: Vec<String> = terms(text).into_iter().map(|term| term.id).collect();
        assert_eq!(ids, ["knee", "b"]);
        let html = glossary_html(text);
        let knee =
            "<section class=\"term\" id=\"term-knee\" tabindex=\"-1\"><h3>Knee</h3><p>It <em>bends</em>.</p></section>";
        assert!(html.starts_with(knee), "{html}");
        assert!(html.contains("<h3>&lt;b&gt;</h3>") && !html.contains("<script"), "{html}");
    }

    #[test]
    fn links_to_terms_are_found() {
        assert_eq!(linked_terms("a [b](#term=c-d) e [f](#term=g), [h](#model=i)"), ["c-d", "g"]);
        assert!(linked_terms("[a](#term=").iter().all(|id| id.is_empty()));
    }
}
