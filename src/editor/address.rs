//! What the page's address asks for: data only, the browser splits and decodes it.
//!
//! `?embed=1#lesson=part-1/02-the-spike&seed=7`: query and fragment are one list of names and values; what is unknown is ignored.

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// What is to be on the screen; none leaves it to the app.
    pub place: Option<Place>,
    /// A design that travels in the address (`design=v1.…`): for the sandbox, or for the lesson that is named beside it.
    pub design: Option<String>,
    /// The page of the model that is open over it (`model=cache`; empty for the first one).
    pub model: Option<String>,
    /// The term of the glossary that is open over it (`term=knee`).
    pub term: Option<String>,
    /// The seed of the run, in place of the design's own (`seed=7`).
    pub seed: Option<u64>,
    /// The page is shown within another: fewer panels, no editing (`embed=1`).
    pub embed: bool,
}

/// The places of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The map of the course (`home`).
    Home,
    /// A lesson of the course, by its folder (`#lesson=part-1/02-the-spike`).
    Lesson(String),
    /// A lesson that is hosted elsewhere, by the address of its folder (`?lesson=https://…` or a path).
    Elsewhere(String),
    /// The author's desk (`author`).
    Author,
    /// Free drawing (`sandbox`), perhaps the one of this name (`sandbox=my+shop`).
    Sandbox(String),
    /// A design that travels in the address (`design=…`), as the share link packs it.
    Shared(String),
}

impl Address {
    /// Reads the pairs of the query, then those of the fragment; of two equal names the later counts.
    pub fn of(query: &[(String, String)], fragment: &[(String, String)]) -> Address {
        let mut address = Address::default();
        for (name, value) in query {
            match name.as_str() {
                "lesson" if !value.is_empty() => address.place = Some(Place::Elsewhere(value.clone())),
                _ => address.take(name, value),
            }
        }
        fragment.iter().for_each(|(name, value)| address.take(name, value));
        if let (Some(design), None | Some(Place::Sandbox(_) | Place::Home)) = (&address.design, &address.place) {
            address.place = Some(Place::Shared(design.clone()));
        }
        address
    }

    /// The fragment that brings a packed design, for the sandbox or for a lesson by its folder.
    pub fn fragment(packed: &str, lesson: Option<&str>) -> String {
        match lesson {
            Some(lesson) => format!("design={packed}&lesson={lesson}"),
            None => format!("design={packed}"),
        }
    }

    fn take(&mut self, name: &str, value: &str) {
        let filled = Some(value.trim_matches('/').to_owned()).filter(|value| !value.is_empty());
        match name {
            "home" => self.place = Some(Place::Home),
            "author" => self.place = Some(Place::Author),
            "sandbox" => self.place = Some(Place::Sandbox(value.to_owned())),
            "lesson" => self.place = filled.map(Place::Lesson).or(self.place.take()),
            "design" => self.design = filled,
            "model" => self.model = Some(value.to_owned()),
            "term" => self.term = filled,
            "seed" => self.seed = value.parse().ok(),
            "embed" => self.embed = value != "0",
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(a, b)| (a.into(), b.into())).collect()
    }

    #[test]
    fn addresses() {
        let check = |query: &str, fragment: &str, place: Option<Place>, seed: Option<u64>, embed: bool| {
            let address = Address::of(&pairs(query), &pairs(fragment));
            assert_eq!((address.place, address.seed, address.embed), (place, seed, embed), "?{query}#{fragment}");
        };
        check("", "", None, None, false);
        check("", "home", Some(Place::Home), None, false);
        check("lesson=/l", "author", Some(Place::Author), None, false);
        check("", "lesson=/part-1/02/&seed=7", Some(Place::Lesson("part-1/02".into())), Some(7), false);
        check("embed=1", "lesson=a", Some(Place::Lesson("a".into())), None, true);
        check("embed=0", "lesson=", None, None, false);
        check("lesson=https://x.org/l", "", Some(Place::Elsewhere("https://x.org/l".into())), None, false);
        check("lesson=https://x.org/l", "sandbox", Some(Place::Sandbox(String::new())), None, false);
        assert_eq!(Address::of(&[], &pairs("term=knee")).term.as_deref(), Some("knee"));
        assert_eq!(Address::of(&[], &pairs("term=")).term, None);
        check("", "design=v1.abc&seed=x", Some(Place::Shared("v1.abc".into())), None, false);
        check("", "sandbox&design=v1.abc", Some(Place::Shared("v1.abc".into())), None, false);
        check("", &Address::fragment("v1.a", None), Some(Place::Shared("v1.a".into())), None, false);
        let with_lesson = Address::fragment("v1.a", Some("part-1/02"));
        check("", &with_lesson, Some(Place::Lesson("part-1/02".into())), None, false);
        assert_eq!(Address::of(&[], &pairs(&with_lesson)).design.as_deref(), Some("v1.a"));
    }
}
