//! The glossary: every term that anything links to is there, and each says in few words what it means.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pressure_point::insight::{AGAIN_TERMS, PRESSURE_TERMS, THEORY_TERMS, TRADE_OFF_TERMS, What, Why};
use pressure_point::lesson::{GLOSSARY, ModelPage, Term, linked_terms, terms};

fn glossary() -> (String, Vec<Term>) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/glossary.md")).expect("a text");
    let terms = terms(&text);
    (text, terms)
}

/// All Markdown files of a folder, with their texts.
fn markdown(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            markdown(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            found.push((entry.display().to_string(), fs::read_to_string(&entry).expect("a text")));
        }
    }
}

#[test]
fn every_linked_term_is_there() {
    let known: BTreeSet<String> = glossary().1.into_iter().map(|term| term.id).collect();
    let mut texts = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["assets", "lessons"].iter().for_each(|folder| markdown(&root.join(folder), &mut texts));
    let written =
        texts.iter().flat_map(|(path, text)| linked_terms(text).into_iter().map(move |id| (path.clone(), id)));
    let whats = What::ALL.iter().filter_map(|what| what.term().map(|term| (what.word().to_owned(), term.to_owned())));
    let whys = Why::ALL.iter().filter_map(|why| why.term().map(|term| (why.word().to_owned(), term.to_owned())));
    let links: Vec<(String, String)> = written.chain(whats).chain(whys).collect();
    assert!(links.len() > 40, "the walk found only {} links", links.len());
    let broken: Vec<_> = links.into_iter().filter(|(_, id)| !known.contains(id)).collect();
    assert!(broken.is_empty(), "no such terms: {broken:?}");
}

#[test]
fn terms_are_short_and_in_order() {
    let (text, terms) = glossary();
    assert_eq!(terms.len(), text.matches("\n## ").count(), "a heading without an id, or two of one id");
    assert!(terms.len() >= 50);
    for pair in terms.windows(2) {
        assert!(
            pair[0].term.to_lowercase() < pair[1].term.to_lowercase(),
            "{} stands before {}",
            pair[0].term,
            pair[1].term
        );
    }
    for term in &terms {
        let sentences = term.text.matches(['.', '!', '?']).count();
        assert!((1..=8).contains(&sentences) && term.text.len() < 500, "{}: {} characters", term.term, term.text.len());
    }
}

#[test]
fn the_page_shows_every_term() {
    let (text, terms) = glossary();
    let page = ModelPage::read(GLOSSARY, &text);
    assert_eq!((page.title.as_str(), page.left_out.len()), ("Glossary", 0));
    for term in terms {
        assert!(page.html.contains(&format!("id=\"term-{}\"", term.id)), "{}", term.id);
    }
    assert!(page.html.contains("<a href=\"#term=knee\">knee</a>"));
}

#[test]
fn the_boards_link_to_terms_that_there_are() {
    let (_, known) = glossary();
    for (id, word) in [PRESSURE_TERMS, THEORY_TERMS, TRADE_OFF_TERMS, AGAIN_TERMS].into_iter().flatten() {
        assert!(known.iter().any(|term| term.id == *id), "`{word}` links to `{id}`, which the glossary does not have");
    }
}
