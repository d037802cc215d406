//! Settings to edit, by the part that has them: the inspector's fields become edits here.

use crate::design::{
    Design, Edit, Form, Node, Problem, Regions, RequestClass, SettingInfo, Settings, get_path, put_path, region_typed,
    set_path,
};

/// Whose settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    /// A component's.
    Component(String),
    /// A wire's, by its ends.
    Wire(String, String),
    /// A request class's.
    Class(String),
    /// How far apart regions are: its paths are the keys of that table.
    Regions,
}

/// The setting of a component that is no setting of its kind: where in the world it stands.
pub const REGION: &str = "region";

/// What is known of it, for its field.
pub fn region_info() -> SettingInfo {
    SettingInfo {
        name: REGION,
        help: "Where in the world it stands; of users, where they are. Wires between regions take longer, by the \
               design's table of regions. Nothing is near everything.",
        form: Form::Text("eu"),
        default: Node::text(""),
        bounds: None,
        bound_text: |_| String::new(),
    }
}

/// What is known of the distance between two regions, for its field.
pub fn distance_info() -> SettingInfo {
    SettingInfo {
        name: "distance",
        help: "",
        form: Form::Text("75ms"),
        default: Node::text(Regions::default().default.to_string()),
        bounds: None,
        bound_text: |_| String::new(),
    }
}

impl Room {
    /// The value of the setting at a dotted path; none if there is none.
    pub fn value(&self, design: &Design, path: &str) -> Option<Node> {
        match self {
            Room::Component(name) if path == REGION => {
                Some(Node::text(design.component(name)?.region.clone().unwrap_or_default()))
            }
            Room::Regions => Some(Node::text(design.distance_of(path)?.to_string())),
            _ => get_path(self.settings(design)?, path),
        }
    }

    /// The settings; none if the part is gone.
    pub fn settings<'a>(&self, design: &'a Design) -> Option<&'a dyn Settings> {
        match self {
            Room::Component(name) => Some(design.component(name)?.kind.settings()),
            Room::Wire(from, to) => Some(&design.wire(from, to)?.policy),
            Room::Class(name) => Some(&design.classes.iter().find(|class| class.name == *name)?.cost),
            Room::Regions => None,
        }
    }

    /// The edit that sets the setting at a dotted path; otherwise why not, in words.
    pub fn edit(&self, design: &Design, path: &str, value: Node) -> Result<Edit, String> {
        let gone = || "it is no longer there".to_owned();
        match self {
            Room::Component(name) => {
                let mut component = design.component(name).ok_or_else(gone)?.clone();
                if path == REGION {
                    component.region = region_typed(&value.as_typed().unwrap_or_default());
                    design.check_region(component.region.as_deref())?;
                    return Ok(Edit::SetComponent(component));
                }
                put(component.kind.settings_mut(), path, value)?;
                Ok(Edit::SetComponent(component))
            }
            Room::Wire(from, to) => {
                let mut policy = design.wire(from, to).ok_or_else(gone)?.policy.clone();
                put(&mut policy, path, value)?;
                Ok(Edit::SetPolicy(from.clone(), to.clone(), policy))
            }
            Room::Class(name) => {
                let mut classes = design.classes.clone();
                let class = classes.iter_mut().find(|class| class.name == *name).ok_or_else(gone)?;
                put(&mut class.cost, path, value)?;
                shares(&classes)?;
                Ok(Edit::SetClasses(classes))
            }
            Room::Regions => {
                let mut changed = design.clone();
                set_path(&mut changed, &format!("regions.{path}"), value).map_err(|problems| told(&problems))?;
                Ok(Edit::SetRegions(changed.regions))
            }
        }
    }
}

fn put(settings: &mut dyn Settings, path: &str, value: Node) -> Result<(), String> {
    put_path(settings, path, value).map_err(|findings| told(&findings.0))
}

/// All problems in one text.
fn told(problems: &[Problem]) -> String {
    let one = |problem: &Problem| match &problem.hint {
        Some(hint) => format!("{}; {hint}", problem.message),
        None => problem.message.clone(),
    };
    problems.iter().map(one).collect::<Vec<_>>().join(". ")
}

fn shares(classes: &[RequestClass]) -> Result<(), String> {
    let some = classes.iter().any(|class| class.cost.share > 0.0);
    if some { Ok(()) } else { Err("at least one class must have a share above 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Time;

    #[test]
    fn a_distance_is_set_by_its_key_and_undone_as_one_step() {
        let text = "version = 1\n[components.users]\nkind = \"clients\"\nregion = \"eu\"\n[components.app]\n\
                    kind = \"server\"\nregion = \"us\"\n[wires]\n\"users -> app\" = {}\n";
        let before = crate::design::read(text).expect("it is good");
        let mut design = before.clone();
        assert_eq!(Room::Regions.value(&design, "eu -> us"), Some(Node::text("75ms")));
        let edit = Room::Regions.edit(&design, "eu -> us", Node::text("40ms")).expect("it is good");
        let inverse = design.apply(&edit).expect("it applies");
        assert_eq!((design.regions.latency("us", "eu"), design.distance_keys().len()), (Time::from_millis(40), 2));
        for (key, wrong) in [("eu -> us", "2h"), ("eu -> us", "fast"), ("eu -> app", "1ms")] {
            assert!(Room::Regions.edit(&design, key, Node::text(wrong)).is_err(), "{key} = {wrong}");
        }
        design.apply(&inverse).expect("it applies");
        assert_eq!(design, before);
    }
}
