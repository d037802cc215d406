//! The model pages in `assets/model/`: each kind has one, and what they say can be checked.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pressure_point::design::Kind;
use pressure_point::lesson::{MODEL_BYTES_MAX, ModelPage, figure_rows, model_pages, setting_rows};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages: word and text.
fn pages() -> Vec<(String, String)> {
    let folder = root().join("assets/model");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the folder").map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let word = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (word(path), fs::read_to_string(path).expect("a text"))).collect()
}

#[track_caller]
fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n\n{}\n", problems.join("\n"));
}

#[test]
fn every_listed_page_is_there_and_every_page_is_listed() {
    let pages: Vec<String> = pages().into_iter().map(|(word, _)| word).collect();
    let listed: Vec<&str> = model_pages().into_iter().map(|(word, _)| word).collect();
    assert!(Kind::WORDS.iter().all(|word| listed.contains(word)));
    let missing = listed.iter().filter(|word| !pages.iter().any(|page| page == *word));
    let missing = missing.map(|word| format!("assets/model/{word}.md:1: this page is missing"));
    let unlisted = pages.iter().filter(|page| !listed.contains(&page.as_str()));
    let unlisted =
        unlisted.map(|word| format!("assets/model/{word}.md:1: no list leads to this page (src/lesson/model.rs)"));
    none(missing.chain(unlisted).collect());
}

#[test]
fn every_test_that_a_page_names_exists() {
    let mut tests = BTreeSet::new();
    test_names(&root().join("src"), &mut tests);
    test_names(&root().join("tests"), &mut tests);
    assert!(tests.contains("every_test_that_a_page_names_exists"), "the walk found no tests");
    let mut problems = Vec::new();
    for (word, text) in pages() {
        let named = ModelPage::read(&word, &text).tests;
        // A page that writes it in another way than is read here would not be checked.
        let written = text.matches("(test").count();
        let read = named.len();
        if written > read {
            problems.push(format!(
                "assets/model/{word}.md:1: {written} tests are written, {read} can be read: write `(test: name)`"
            ));
        }
        problems.extend(named.into_iter().filter(|name| !tests.contains(name)).map(|name| {
            let line = 1 + text[..text.find(&name).unwrap_or(0)].lines().count().saturating_sub(1);
            format!("assets/model/{word}.md:{line}: there is no test `{name}`")
        }));
    }
    none(problems);
}

/// The functions below a `#[test]` (or the like) in all files of a folder.
fn test_names(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() && !entry.ends_with("node_modules") {
            test_names(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).expect("a text");
            let marked = text.split("test]").skip(1);
            let function = marked.filter_map(|after| after.split_once("fn ")?.1.split('(').next());
            names.extend(function.map(str::to_owned));
        }
    }
}

#[test]
fn every_page_says_what_it_leaves_out() {
    let says = |text: &str| {
        let plain = |line: &str| line.trim_start_matches(['#', '*', ' ']).starts_with("What it does not model");
        text.lines().any(|line| (line.starts_with("## ") || line.starts_with("**")) && plain(line))
    };
    // The page for instructors models nothing.
    let silent = pages().into_iter().filter(|(word, text)| word != "hosting" && !says(text));
    none(silent.map(|(word, _)| format!("assets/model/{word}.md:1: add `## What it does not model`")).collect());
}

#[test]
fn every_page_is_shown_as_it_is_written() {
    let listed: Vec<&str> = model_pages().into_iter().map(|(word, _)| word).collect();
    let mut problems = Vec::new();
    for (word, text) in pages() {
        let page = ModelPage::read(&word, &text);
        let say = |what: String| format!("assets/model/{word}.md:1: {what}");
        problems.extend(page.left_out.into_iter().map(say));
        if !text.starts_with("# ") || page.title.is_empty() {
            problems.push(say("begin with `# ` and a title".to_owned()));
        }
        if text.len() > MODEL_BYTES_MAX {
            problems.push(say(format!("at most {MODEL_BYTES_MAX} bytes are read")));
        }
        let links = page.html.split("href=\"").skip(1).filter_map(|after| after.split('"').next());
        for link in links.filter(|link| !link.starts_with("https://")) {
            if !link.strip_prefix("#model=").is_some_and(|to| listed.contains(&to)) {
                problems.push(say(format!("the link `{link}` leads to no page of the model")));
            }
        }
    }
    none(problems);
}

#[test]
fn every_setting_and_figure_explains_itself() {
    let mut problems = Vec::new();
    for (word, _) in model_pages() {
        for row in setting_rows(word) {
            let whole = row.help.ends_with(['.', '!', '?', ')']) && !row.default.is_empty() && !row.form.is_empty();
            problems.extend((!whole).then(|| format!("{word}: the setting `{}` says too little: {row:?}", row.name)));
        }
        let figures = figure_rows(word).into_iter().filter(|row| row.help.len() < 10);
        problems.extend(figures.map(|row| format!("{word}: the figure `{}` says too little", row.word)));
    }
    none(problems);
}
