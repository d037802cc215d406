//! Turns a lesson's Markdown into HTML that is safe to show: no raw HTML, no foreign schemes, no script.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// The Markdown that lessons are written in.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

/// Renders Markdown. `folder` is where relative links and images lead from, such as `lessons/part-1/02-the-spike/`.
pub(super) fn render(markdown: &str, folder: &str) -> String {
    let events = Parser::new_ext(markdown, options());
    let mut safe = Safe { folder, links: Vec::new(), images: Vec::new() };
    let mut out = String::new();
    html::push_html(&mut out, events.filter_map(|event| safe.event(event)));
    out.trim_end().to_owned()
}

/// Renders Markdown of our own that belongs to no folder.
pub fn page_html(markdown: &str) -> String {
    render(markdown, "")
}

/// Renders a single paragraph without its `<p>`.
pub(super) fn render_line(markdown: &str, folder: &str) -> String {
    let html = render(markdown, folder);
    let inside = html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>"));
    inside.filter(|inside| !inside.contains("<p>")).unwrap_or(&html).to_owned()
}

/// What is left out of this Markdown, if its event is one that is not shown as written.
pub(super) fn left_out(event: &Event) -> Option<(String, &'static str)> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => {
            let start: String = text.trim().chars().take(30).collect();
            Some((format!("raw HTML is shown as text: `{start}`"), "lessons are plain Markdown"))
        }
        Event::Start(Tag::Link { dest_url, link_type, .. }) if resolve(dest_url, *link_type, "").is_none() => Some((
            format!("the link to `{dest_url}` is left out"),
            "links lead to https://…, to a file of the lesson, or to #…",
        )),
        Event::Start(Tag::Image { dest_url, .. }) if within_folder(dest_url, "").is_none() => {
            Some((format!("the image `{dest_url}` is left out"), "images are files of the lesson's own folder"))
        }
        _ => None,
    }
}

struct Safe<'a> {
    folder: &'a str,
    /// For each open link, whether it is shown.
    links: Vec<bool>,
    /// For each open image, whether it is shown.
    images: Vec<bool>,
}

impl Safe<'_> {
    fn event<'e>(&mut self, event: Event<'e>) -> Option<Event<'e>> {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => None,
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                Some(Event::Start(Tag::Heading { level: sane(level), id: None, classes, attrs }))
            }
            Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(sane(level)))),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let shown = resolve(&dest_url, link_type, self.folder);
                self.links.push(shown.is_some());
                Some(Event::Start(Tag::Link { link_type, dest_url: CowStr::from(shown?), title, id }))
            }
            Event::End(TagEnd::Link) => self.links.pop().unwrap_or(false).then_some(event),
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let shown = within_folder(&dest_url, self.folder);
                self.images.push(shown.is_some());
                Some(Event::Start(Tag::Image { link_type, dest_url: CowStr::from(shown?), title, id }))
            }
            Event::End(TagEnd::Image) => self.images.pop().unwrap_or(false).then_some(event),
            event => Some(event),
        }
    }
}

/// The page has its `h1`, and a step its `h2`: prose starts below them.
fn sane(level: HeadingLevel) -> HeadingLevel {
    level.max(HeadingLevel::H3)
}

/// The address a link leads to: http, https, an anchor, or a file of the lesson's folder; none for anything else.
fn resolve(url: &str, link_type: LinkType, folder: &str) -> Option<String> {
    let scheme = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    match url {
        _ if link_type == LinkType::Email => None,
        _ if scheme("https://") || scheme("http://") || url.starts_with('#') => Some(url.to_owned()),
        _ => within_folder(url, folder),
    }
}

/// A file of the lesson's folder. What is left has no colon, so it has no scheme, however disguised.
fn within_folder(url: &str, folder: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let stays = !url.starts_with('/') && url.split('/').all(|part| !part.is_empty() && part != "..");
    (!url.is_empty() && url.chars().all(plain) && stays).then(|| format!("{folder}{url}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_html_comes_out() {
        let check = |markdown: &str, expected: &str| assert_eq!(render(markdown, "l/"), expected, "{markdown}");
        check("Hello *you*", "<p>Hello <em>you</em></p>");
        check("# Big\n## Also", "<h3>Big</h3>\n<h3>Also</h3>");
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>");
        check("[a](https://example.org/A?b=c)", "<p><a href=\"https://example.org/A?b=c\">a</a></p>");
        check("[a](#goals) [b](notes/b.md)", "<p><a href=\"#goals\">a</a> <a href=\"l/notes/b.md\">b</a></p>");
        check("[a](javascript:alert(1))", "<p>a</p>");
        check("[a](JaVaScript:alert(1))", "<p>a</p>");
        check("[a](&#106;avascript:alert)", "<p>a</p>");
        check("[a](java&#9;script:alert)", "<p>a</p>");
        check("[a](//evil.example) [b](../x) [c](data:text/html,x)", "<p>a b c</p>");
        check("<javascript:alert(1)> <me@example.org>", "<p>javascript:alert(1) me@example.org</p>");
        check("![fig](fig.svg)", "<p><img src=\"l/fig.svg\" alt=\"fig\" /></p>");
        check("![fig](https://spy.example/x.png)", "<p>fig</p>");
        check("[![fig](fig.svg)](vbscript:x)", "<p><img src=\"l/fig.svg\" alt=\"fig\" /></p>");
    }

    #[test]
    fn a_line_has_no_paragraph() {
        assert_eq!(render_line("it *grows*", ""), "it <em>grows</em>");
        assert_eq!(render_line("a\n\nb", ""), "<p>a</p>\n<p>b</p>");
    }
}
