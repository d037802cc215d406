//! The model pages: how each kind behaves, in words from `assets/model/`, and in tables made from its settings and figures.

use pulldown_cmark::Parser;

use crate::design::{CallPolicy, ClassCost, FaultSettings, Form, Kind, SettingInfo, Settings};
use crate::sim::Figure;

use super::glossary::{GLOSSARY, glossary_html};
use super::goal::{METRICS, Metric, SubjectKind};
use super::markdown::{left_out, options, render};

/// The page that tells of the engine, and of what all pages have in common.
pub const INDEX: &str = "index";

/// Pages besides those of the kinds, before and after them.
const BEFORE: [(&str, &str); 2] = [(INDEX, "How it is simulated"), ("wires", "Wires")];
const AFTER: [(&str, &str); 5] = [
    ("faults", "Faults"),
    ("scale", "Scale"),
    ("cost", "Cost"),
    (GLOSSARY, "Glossary"),
    ("hosting", "Host, assign, grade"),
];

/// The largest page that is read, in bytes.
pub const MODEL_BYTES_MAX: usize = 100_000;

/// A page, ready to be shown.
#[derive(Clone, Debug)]
pub struct ModelPage {
    /// What it is called.
    pub title: String,
    /// The text: safe HTML.
    pub html: String,
    /// What is not shown as its author wrote it.
    pub left_out: Vec<String>,
    /// The tests that the text names.
    pub tests: Vec<String>,
}

/// A row of the table of settings.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingRow {
    /// The key in a file, with a dot before each setting of a group: `retry.tries`.
    pub name: String,
    /// Its value when nothing is said.
    pub default: String,
    /// How it is written.
    pub form: String,
    /// The least and the greatest value; empty where there are none.
    pub range: String,
    /// What it does.
    pub help: &'static str,
}

/// A row of the table of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureRow {
    /// The word in goals and reports.
    pub word: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it means.
    pub help: &'static str,
}

/// All pages in the order to list them: the word in their address and their title.
pub fn model_pages() -> Vec<(&'static str, &'static str)> {
    let kinds = Kind::WORDS.iter().filter_map(|word| Some((*word, Kind::of(word)?.label())));
    BEFORE.into_iter().chain(kinds).chain(AFTER).collect()
}

impl ModelPage {
    /// Reads the text of the page of this word.
    pub fn read(word: &str, markdown: &str) -> ModelPage {
        let known = model_pages().into_iter().find(|(known, _)| *known == word);
        let (title, body) = match markdown.trim_start().strip_prefix("# ").map(|rest| rest.split_once('\n')) {
            Some(Some((title, body))) => (title.trim().to_owned(), body),
            _ => (known.map_or(word, |(_, title)| title).to_owned(), markdown),
        };
        let left = Parser::new_ext(body, options()).filter_map(|event| left_out(&event)).map(|(what, _)| what);
        let html = match word {
            GLOSSARY => glossary_html(markdown),
            _ => with_tests_set_off(&with_links_inside(&render(body, "model/"))),
        };
        ModelPage { title, html, left_out: left.collect(), tests: tests_of(markdown) }
    }
}

/// On a code host, pages link to each other's files; in the app, to their addresses.
fn with_links_inside(html: &str) -> String {
    let mut parts = html.split("href=\"model/");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(".md\"") {
            Some((word, rest)) if !word.contains(['"', '/', '.']) => {
                out += &format!("href=\"#model={word}\"{rest}");
            }
            _ => {
                out += "href=\"model/";
                out += part;
            }
        }
    }
    out
}

/// The pieces of a text, each with the tests that are named right behind it: `… (test: a_name)`.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let named = rest.match_indices("(test").find_map(|(from, _)| {
            let (names, behind) = rest[from..].split_once(')')?;
            let names = names.strip_prefix("(tests: ").or(names.strip_prefix("(test: "))?;
            let names: Vec<&str> = names.split(',').map(|name| name.trim().trim_matches('`')).collect();
            let plain = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            names.iter().all(plain).then_some((&rest[..from], names, behind))
        });
        let (before, names, behind) = named.unwrap_or((rest, Vec::new(), ""));
        rest = behind;
        Some((before, names))
    })
}

fn tests_of(text: &str) -> Vec<String> {
    pieces(text).flat_map(|(_, names)| names).map(str::to_owned).collect()
}

/// What a claim is backed by stands back behind the claim itself. The names are plain words: nothing to escape.
fn with_tests_set_off(html: &str) -> String {
    let mut out = String::new();
    for (before, names) in pieces(html) {
        out += before;
        if !names.is_empty() {
            out += &format!("<small class=\"test\">test: {}</small>", names.join(", "));
        }
    }
    out
}

/// The settings that the page of this word lists.
pub fn setting_rows(word: &str) -> Vec<SettingRow> {
    let kind = Kind::of(word);
    let room: Option<&dyn Settings> = match word {
        INDEX => Some(&ClassCost::default() as &dyn Settings),
        "wires" => Some(&CallPolicy::default()),
        "faults" => Some(&FaultSettings::default()),
        _ => kind.as_ref().map(Kind::settings),
    };
    let schema = room.map(|room| room.schema()).unwrap_or_default();
    let mut rows = Vec::new();
    schema.iter().for_each(|info| add_rows(info, "", &mut rows));
    rows
}

/// The list of all pages, as HTML: the open one is marked.
pub fn list_html(open: &str) -> String {
    let mut out = "<ul>".to_owned();
    for (word, title) in model_pages() {
        let current = if word == open { " aria-current=\"page\"" } else { "" };
        out += &format!("<li><a href=\"#model={word}\"{current}>{}</a></li>", escaped(title));
    }
    out + "</ul>"
}

/// The tables of a page, as HTML. (As text, because views of the browser's kind would make the page load slower.)
pub fn tables_html(word: &str) -> String {
    let settings = setting_rows(word).into_iter().map(|row| {
        let range = if row.range.is_empty() { String::new() } else { format!("; {}", row.range) };
        let help = format!("{}<small>{}{}</small>", escaped(row.help), escaped(&row.form), escaped(&range));
        [escaped(&row.name), format!("<code>{}</code>", escaped(&row.default)), help]
    });
    let title = match word {
        INDEX => "Settings of a request class",
        "wires" => "Settings of a wire",
        "faults" => "Settings of a fault",
        _ => "Settings",
    };
    let figures =
        figure_rows(word).into_iter().map(|row| [row.word.to_owned(), row.unit.to_owned(), escaped(row.help)]);
    table(title, ["Setting", "Default", "What it does"], settings.collect())
        + &table("Figures for goals and reports", ["Figure", "Unit", "What it means"], figures.collect())
}

/// A table with a heading; nothing if it has no rows. The first cell of a row is its name.
fn table(title: &str, head: [&str; 3], rows: Vec<[String; 3]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!("<h3>{title}</h3><table class=\"model-table\"><thead><tr>");
    head.iter().for_each(|head| out += &format!("<th scope=\"col\">{head}</th>"));
    out += "</tr></thead><tbody>";
    for [name, value, help] in rows {
        out += &format!("<tr><th scope=\"row\"><code>{name}</code></th><td>{value}</td><td>{help}</td></tr>");
    }
    out + "</tbody></table>"
}

/// A text as HTML shows it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn add_rows(info: &SettingInfo, prefix: &str, rows: &mut Vec<SettingRow>) {
    let bound = |(low, high)| format!("{} to {}", (info.bound_text)(low), (info.bound_text)(high));
    let default = info.default.as_typed().unwrap_or_else(|| match &info.form {
        Form::Group(_) => "as below".to_owned(),
        _ => crate::design::inline_text(&info.default),
    });
    rows.push(SettingRow {
        name: format!("{prefix}{}", info.name),
        default: if default == "[]" || default.is_empty() { "none".to_owned() } else { default },
        form: form_text(&info.form),
        range: info.bounds.map(bound).unwrap_or_default(),
        help: info.help,
    });
    if let Some(group) = group_of(&info.form) {
        let prefix = format!("{prefix}{}.", info.name);
        group.iter().for_each(|info| add_rows(info, &prefix, rows));
    }
}

fn group_of(form: &Form) -> Option<&[SettingInfo]> {
    match form {
        Form::Group(inner) => Some(inner),
        Form::Optional(inner) => group_of(inner),
        _ => None,
    }
}

fn form_text(form: &Form) -> String {
    match form {
        Form::Text(example) => format!("such as {example}"),
        Form::Count => "a whole number".to_owned(),
        Form::Number => "a number".to_owned(),
        Form::Flag => "true or false".to_owned(),
        Form::Choice(words) => words.join(", "),
        Form::Curve => "a rate, or points of time and rate".to_owned(),
        Form::Names => "names".to_owned(),
        Form::Group(_) => "a table".to_owned(),
        Form::Optional(inner) => format!("{}, or none", form_text(inner)),
    }
}

/// The figures that goals and reports know of the parts that this page tells of.
pub fn figure_rows(word: &str) -> Vec<FigureRow> {
    let own = Figure::ALL.iter().map(|figure| Metric::Figure(*figure).info());
    let fitting = own.chain(METRICS).filter(|info| fits(info.of, word));
    fitting.map(|info| FigureRow { word: info.word, unit: info.unit.word(), help: info.help }).collect()
}

/// Whether a metric can be taken of the parts of this page.
fn fits(of: SubjectKind, word: &str) -> bool {
    let kind = Kind::of(word).is_some();
    match of {
        SubjectKind::Users => word == "clients" || word == INDEX,
        SubjectKind::Station => kind && !matches!(word, "clients" | "load-balancer"),
        SubjectKind::Callee => kind && word != "clients",
        SubjectKind::Cache => word == "cache",
        SubjectKind::UsersOrCache => matches!(word, "clients" | "cache"),
        SubjectKind::Caller => kind || word == "wires",
        SubjectKind::Kinds(kinds) => kinds.contains(&word),
        SubjectKind::Design => word == "cost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_title_links_and_tests() {
        let page =
            ModelPage::read("cache", "# The cache\n\nHit (test: lru_is_lru), see [wires](wires.md).\n\n## More\n");
        assert_eq!((page.title.as_str(), page.left_out.len()), ("The cache", 0));
        assert_eq!(page.tests, ["lru_is_lru"]);
        let hit = "<p>Hit <small class=\"test\">test: lru_is_lru</small>, see <a href=\"#model=wires\">wires</a>.</p>";
        assert_eq!(page.html, format!("{hit}\n<h3>More</h3>"));
        let page = ModelPage::read("cache", "Plain (tests: a_b, c) and (test: <x>) <b>\n");
        assert_eq!((page.title.as_str(), page.tests.join(" ").as_str()), ("Cache", "a_b c"));
        assert_eq!(page.left_out.len(), 2, "{:?}", page.left_out);
    }

    #[test]
    fn tables_come_from_the_schema() {
        let rows = setting_rows("wires");
        let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no row {name}"));
        assert_eq!(row("timeout").form, "such as 20ms, or none");
        assert_eq!((row("timeout").default.as_str(), row("retry").default.as_str()), ("none", "none"));
        assert_eq!((row("retry.tries").range.as_str(), row("retry.tries").default.as_str()), ("1 to 100", "3"));
        assert!(row("retry.jitter").form.contains("decorrelated"));
        assert_eq!(setting_rows("cache").len(), Kind::of("cache").unwrap().settings().schema().len());
        assert!(setting_rows("no-such-page").is_empty());
        let html = tables_html("wires");
        assert!(html.starts_with("<h3>Settings of a wire</h3><table"), "{html}");
        let latency = "<tr><th scope=\"row\"><code>latency</code></th><td><code>0s</code></td><td>The time one way.";
        assert!(html.contains(latency) && html.contains("<small>such as 20ms; 0s to 1m</small>"), "{html}");
        assert!(list_html("cache").contains("<li><a href=\"#model=cache\" aria-current=\"page\">Cache</a></li>"));
        assert_eq!(escaped("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
        assert!(figure_rows("cache").iter().any(|row| row.word == "hit_ratio"));
        assert!(figure_rows("database").iter().any(|row| row.word == "connections"));
        assert!(figure_rows("wires").iter().any(|row| row.word == "retries"));
    }
}
