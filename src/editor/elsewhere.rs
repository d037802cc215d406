//! Lessons that are hosted elsewhere: what of an address may be opened at once, what only after a question, what never.

/// An address as the browser splits it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitAddress {
    /// Such as `https:`.
    pub protocol: String,
    /// The host without its port.
    pub hostname: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The path, with its first `/`.
    pub path: String,
    /// It carries a name or a password.
    pub has_user: bool,
}

/// Whether a lesson's folder may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It lies beside the page: as good as the page itself.
    Open,
    /// It lies on another host: the reader is asked before anything is fetched.
    Ask,
    /// It is not fetched at all; why.
    Refused(&'static str),
}

/// Whether the lesson at this address may be fetched by a page of this origin.
pub fn access(address: &SplitAddress, page_origin: &str) -> Access {
    let loopback = matches!(address.hostname.as_str(), "localhost" | "127.0.0.1" | "[::1]");
    match address.protocol.as_str() {
        _ if address.has_user => Access::Refused("an address with a name or a password in it is not opened"),
        "http:" | "https:" if address.origin == page_origin => Access::Open,
        "https:" => Access::Ask,
        "http:" if loopback => Access::Ask,
        "http:" => Access::Refused("a lesson on another host must come by https, so that nobody changes it on the way"),
        _ => Access::Refused("a lesson comes by https, or from beside the page"),
    }
}

/// The folder's address without a `/` or a `lesson.md` at its end; the page of a folder on GitHub becomes the address of
/// its files.
pub fn folder_address(address: &SplitAddress) -> String {
    let path = address.path.trim_end_matches('/');
    let path = path.strip_suffix("/lesson.md").unwrap_or(path).trim_end_matches('/');
    if address.hostname == "github.com" {
        let mut parts = path.trim_start_matches('/').splitn(4, '/');
        if let (Some(owner), Some(repository), Some("tree" | "blob"), Some(rest)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        {
            return format!("https://raw.githubusercontent.com/{owner}/{repository}/{rest}");
        }
    }
    format!("{}{path}", address.origin)
}

/// The name under which the browser keeps what was built for the lesson at this address.
pub fn key_of(folder: &str) -> String {
    const ENDS: usize = 90;
    let plain: Vec<char> = folder.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let shortened: String = match plain.len() > 2 * ENDS {
        true => plain[..ENDS].iter().chain(&plain[plain.len() - ENDS..]).collect(),
        false => plain.into_iter().collect(),
    };
    format!("elsewhere/{shortened}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(address: &str) -> SplitAddress {
        let (protocol, rest) = address.split_once("//").expect("a whole address");
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
        SplitAddress {
            protocol: protocol.to_owned(),
            hostname: host.split(':').next().unwrap_or_default().to_owned(),
            origin: format!("{protocol}//{host}"),
            path: format!("/{path}"),
            has_user: !user.is_empty(),
        }
    }

    #[test]
    fn who_may_be_asked_for_lessons() {
        let check = |address: &str, expected: &str| {
            let told = match access(&split(address), "https://school.org") {
                Access::Open => "open",
                Access::Ask => "ask",
                Access::Refused(_) => "refused",
            };
            assert_eq!(told, expected, "{address}");
        };
        check("https://school.org/course/lessons/x", "open");
        check("https://school.org:8443/x", "ask");
        check("https://x.org/x", "ask");
        check("https://ada:secret@x.org/x", "refused");
        check("https://ada@school.org/x", "refused");
        check("http://school.org/x", "refused");
        check("http://127.0.0.1:8081/x", "ask");
        check("http://localhost/x", "ask");
        check("file:///home/x", "refused");
        check("javascript://x/x", "refused");
        check("data://x/x", "refused");
    }

    #[test]
    fn folders() {
        let check = |address: &str, expected: &str| assert_eq!(folder_address(&split(address)), expected);
        check("https://x.org/a/b/", "https://x.org/a/b");
        check("https://x.org/a/lesson.md", "https://x.org/a");
        check("https://x.org/lesson.md", "https://x.org");
        check("https://github.com/u/r/tree/main/l/01-x", "https://raw.githubusercontent.com/u/r/main/l/01-x");
        check("https://github.com/u/r/blob/v1/l/lesson.md", "https://raw.githubusercontent.com/u/r/v1/l");
        check("https://github.com/u/r", "https://github.com/u/r");
        assert_eq!(key_of("https://x.org/a"), "elsewhere/https---x-org-a");
        assert!(key_of(&"é/".repeat(5000)).len() <= 200);
    }
}
