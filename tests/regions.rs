//! Regions in files, edits and remarks: what is read, what is refused and why, and that an edit can be undone.

use pressure_point::design::{self, Component, Design, Edit, Kind, Node, Point, set_path};
use pressure_point::editor::{Action, Editor, Effect, Msg, REGION, Room};
use pressure_point::units::Time;

const HEAD: &str = "version = 1\n[components.users]\nkind = \"clients\"\nregion = \"eu\"\n[components.app]\nkind = \"server\"\nregion = \"us\"\n";

fn read(lines: &str) -> Design {
    design::read(&format!("{HEAD}{lines}")).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

fn problems(lines: &str) -> String {
    let Err(problems) = design::read(&format!("{HEAD}{lines}")) else { return String::new() };
    let told = problems.iter().map(|p| format!("{}: {} ({})", p.line, p.message, p.hint.as_deref().unwrap_or("–")));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn regions_are_read_and_written() {
    let table = "[regions]\n\"eu -> us\" = \"45ms\"\n\"us -> eu\" = \"50ms\"\n\"eu->ap\" = \"90ms\"\ndefault = \"75ms\"\n\
                 [wires]\n\"users -> app\" = {}\n[[faults]]\ntarget = \"eu\"\nfault = \"partition\"\n";
    let design = read(table);
    assert_eq!(design.component("users").and_then(|users| users.region.as_deref()), Some("eu"));
    assert_eq!(design.regions.latency("us", "eu"), Time::from_millis(50));
    assert_eq!(design.regions.latency("ap", "eu"), Time::from_millis(90));
    assert_eq!(design::read(&design::write(&design)).expect("what is written reads"), design);
    // A design without regions says nothing of them.
    let plain = design::read("version = 1\n[components.app]\nkind = \"server\"\n").expect("a good design");
    assert!(!design::write(&plain).contains("region"));
}

#[test]
fn typos_are_told_with_a_hint() {
    let check = |lines: &str, expected: &str| assert_eq!(problems(lines), expected, "{lines}");
    check("[regions]\ndefalt = \"75ms\"\n", "9: `defalt` is no pair of regions (did you mean `default`?)");
    check(
        "[regions]\n\"eu\" = \"75ms\"\n",
        "9: `eu` is no pair of regions (write a pair like `\"eu -> us\" = \"45ms\"`, or `default = \"75ms\"`)",
    );
    check(
        "[regions]\n\"eu -> us\" = \"45\"\n",
        "9: `45` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\" (–)",
    );
    check("[regions]\n\"eu -> us\" = \"2m\"\n", "9: `eu -> us` cannot be 2m (it must lie between 0s and 1m)");
    check(
        "[regions]\n\"eu -> eu\" = \"2ms\"\n",
        "9: `eu -> eu`: a region is not far from itself; give the wire a latency instead (–)",
    );
    check(
        "[regions]\n\"eu -> app\" = \"2ms\"\n",
        "5: `app` is the name of a component and of a region (give the region a name of its own)",
    );
    check(
        "[components.eu]\nkind = \"server\"\n",
        "8: `eu` is the name of a component and of a region (give the region a name of its own)",
    );
    check(
        "[components.b]\nkind = \"server\"\nregion = 5\n",
        "10: a region is a name in quotes (write it like `region = \"eu\"`)",
    );
    check(
        "[components.b]\nkind = \"server\"\nregion = \"e u\"\n",
        "10: `e u` is no name; use up to 40 letters, digits, `-` and `_` (–)",
    );
    check(
        "[components.b]\nkind = \"server\"\nregoin = \"eu\"\n",
        "10: unknown setting `regoin` (did you mean `region`?)",
    );
    check(
        "[[faults]]\ntarget = \"euu\"\nfault = \"partition\"\n",
        "9: the fault's target `euu` does not exist (did you mean `eu`?)",
    );
}

#[test]
fn a_region_that_the_table_does_not_know_is_remarked() {
    let remarks =
        |lines: &str| design::remarks(&read(lines)).iter().any(|remark| remark.message.contains("table of regions"));
    assert!(remarks("[regions]\n\"eu -> us-1\" = \"45ms\"\n"), "`us` is none of the table's");
    assert!(!remarks("[regions]\n\"eu -> us\" = \"45ms\"\n") && !remarks(""));
}

#[test]
fn paths_set_regions() {
    let mut design = read("[wires]\n\"users -> app\" = {}\n");
    let set = |design: &mut Design, path: &str, value: &str| {
        set_path(design, path, Node::text(value)).map_err(|problems| problems[0].message.clone())
    };
    assert_eq!(set(&mut design, "components.app.region", "ap"), Ok(()));
    assert_eq!(set(&mut design, "regions.eu -> ap", "33ms"), Ok(()));
    let (users, app) = (design.component("users").expect("read"), design.component("app").expect("read"));
    assert_eq!(design.distance(users, app), Time::from_millis(33));
    assert_eq!(set(&mut design, "regions.default", "99ms"), Ok(()));
    assert_eq!(design.regions.default, Time::from_millis(99));
    assert!(set(&mut design, "components.app.region", "users").is_err_and(|why| why.contains("is a component")));
    assert!(set(&mut design, "regions.eu -> app", "1ms").is_err_and(|why| why.contains("is a component")));
    assert_eq!(set(&mut design, "components.app.region", "none"), Ok(()));
    assert_eq!(design.component("app").expect("still there").region, None);
}

fn refusal(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refused(why) => Some(why.as_str()),
        _ => None,
    })
}

#[test]
fn the_inspector_sets_a_region_and_undo_takes_it_back() {
    let mut editor = Editor::new(read(""));
    let before = editor.design.clone();
    let app = Room::Component("app".into());
    let shown = |editor: &Editor| app.value(&editor.design, REGION).and_then(|node| node.as_typed());
    assert_eq!(shown(&editor).as_deref(), Some("us"));
    for (typed, now) in [("ap", "ap"), (" eu ", "eu"), ("", "")] {
        let edit = app.edit(&editor.design, REGION, Node::text(typed)).expect("a good region");
        let effects = editor.update(Msg::Edit(edit));
        assert!(effects.contains(&Effect::DesignChanged { behaves: true }), "a run differs");
        assert_eq!(shown(&editor).as_deref(), Some(now));
    }
    assert!(app.edit(&editor.design, REGION, Node::text("users")).is_err_and(|why| why.contains("is a component")));
    assert!(app.edit(&editor.design, REGION, Node::text("not so")).is_err_and(|why| why.contains("is no name")));
    for _ in 0..3 {
        editor.update(Msg::Do(Action::Undo, false));
    }
    assert_eq!(editor.design, before);
}

/// No edit leads to a design that could not be read again: components and regions keep names apart.
#[test]
fn edits_keep_the_names_of_components_and_regions_apart() {
    let mut editor = Editor::new(read("[regions]\n\"eu -> db\" = \"9ms\"\n"));
    let kind = Kind::of("server").expect("a kind");
    let named = |name: &str, region: Option<&str>| Component {
        name: name.to_owned(),
        at: Point::default(),
        region: region.map(str::to_owned),
        kind: kind.clone(),
    };
    for edit in [
        Edit::AddComponent(0, named("eu", None)),
        Edit::AddComponent(0, named("x", Some("x"))),
        Edit::AddComponent(0, named("x", Some("app"))),
        Edit::Rename("app".into(), "eu".into()),
        Edit::SetComponent(named("app", Some("users"))),
    ] {
        assert!(refusal(&editor.update(Msg::Edit(edit.clone()))).is_some(), "{edit:?}");
    }
    // A database placed by hand gets another name than the region's.
    editor.update(Msg::Place("database"));
    assert!(editor.design.component("db").is_none() && editor.design.component("db-2").is_some());
    assert_eq!(design::read(&design::write(&editor.design)).expect("it reads"), editor.design);
}
