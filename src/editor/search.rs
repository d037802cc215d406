//! The search over all that can be done and all that is there: actions, kinds to place, parts to go to.

use crate::design::Target;
use crate::units::put_in_order;

use super::state::Editor;
use super::{ACTIONS, Action};

/// The most that is listed at once.
const FOUND_MAX: usize = 40;

/// Something that was found, ready to be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What choosing it does.
    pub goal: Goal,
    /// How it is listed.
    pub label: String,
    /// What it is, or its key: beside the label.
    pub note: String,
}

/// What choosing something found does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Does the action.
    Act(Action),
    /// Places a component of this kind.
    Place(&'static str),
    /// Goes to the part.
    Go(Target),
}

/// All that fits the words typed, the best first: parts of the design, then kinds to place, then actions, among equally
/// good ones. Every word must be found. Nothing typed lists all.
pub fn find(editor: &Editor, typed: &str) -> Vec<Found> {
    let typed = typed.trim().to_ascii_lowercase();
    let mut found: Vec<(u32, Found)> = Vec::new();
    for one in all(editor) {
        if let Some(rank) = rank(&one, &typed) {
            found.push((rank, one));
        }
    }
    put_in_order(&mut found, |a, b| a.0 < b.0);
    found.into_iter().take(FOUND_MAX).map(|(_, one)| one).collect()
}

fn all(editor: &Editor) -> impl Iterator<Item = Found> {
    let components = editor.design.components.iter().map(|component| Found {
        goal: Goal::Go(Target::Component(component.name.clone())),
        label: format!("Go to {}", component.name),
        note: component.kind.label().to_owned(),
    });
    let wires = editor.design.wires.iter().map(|wire| Found {
        goal: Goal::Go(Target::Wire(wire.from.clone(), wire.to.clone())),
        label: format!("Go to {} → {}", wire.from, wire.to),
        note: "Wire".to_owned(),
    });
    let kinds = editor.palette().map(|kind| Found {
        goal: Goal::Place(kind.word()),
        label: format!("Add {}", kind.label()),
        note: kind.help().split_once('.').map_or(kind.help(), |(first, _)| first).to_owned(),
    });
    let sense = |info: &&super::ActionInfo| !matches!(info.action, Action::Search | Action::Cancel);
    let actions = ACTIONS.iter().filter(sense).map(|info| Found {
        goal: Goal::Act(info.action),
        label: info.label.to_owned(),
        note: info.keys.first().copied().unwrap_or(info.group).to_owned(),
    });
    components.chain(kinds).chain(actions).chain(wires)
}

/// How well it fits, 0 best; none if it does not.
fn rank(found: &Found, typed: &str) -> Option<u32> {
    let (label, note) = (found.label.to_ascii_lowercase(), found.note.to_ascii_lowercase());
    let of_word = |word: &str| {
        let starts = |text: &str| text.split([' ', '-', '_']).any(|part| part.starts_with(word));
        match () {
            () if starts(&label) => Some(0),
            () if label.contains(word) => Some(2),
            () if starts(&note) => Some(3),
            () if note.contains(word) => Some(5),
            () => None,
        }
    };
    let ranks: Option<Vec<u32>> = typed.split_whitespace().map(of_word).collect();
    let rank = ranks?.into_iter().sum::<u32>() + 1;
    Some(if label.starts_with(typed) || label.trim_start_matches("go to ").starts_with(typed) {
        rank - 1
    } else {
        rank
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::read;

    #[test]
    fn what_is_typed_is_found() {
        let text = "version = 1\n[components.users]\nkind = \"clients\"\n[components.redis-1]\nkind = \"cache\"\n\
                    [components.app]\nkind = \"server\"\n[wires]\n\"users -> app\" = {}\n";
        let editor = Editor::new(read(text).expect("a good design"));
        let check = |typed: &str, first: &[&str]| {
            let labels: Vec<String> = find(&editor, typed).into_iter().map(|found| found.label).collect();
            let start: Vec<&str> = labels.iter().take(first.len()).map(String::as_str).collect();
            assert_eq!(start, first, "{typed:?} finds {labels:?}");
        };
        check("und", &["Undo"]);
        check("redis", &["Go to redis-1"]);
        check("add que", &["Add Queue"]);
        check("  GO users", &["Go to users", "Go to users → app"]);
        check("tidy", &["Tidy up"]);
        check("load bal", &["Add Load balancer"]);
        check("app", &["Go to app"]);
        check("ctrl+d", &["Duplicate"]);
        check("", &["Go to users", "Go to redis-1", "Go to app"]);
        assert_eq!(find(&editor, "xyzzy"), []);
        assert!(find(&editor, "e").len() <= FOUND_MAX);
    }
}
