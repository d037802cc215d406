//! What builders do beyond placing and wiring: copies, wires' ends moved, parts arranged, all under a lesson's rules too.

mod support;

use pressure_point::design::{Design, Point, Target};
use pressure_point::editor::{
    Action, Camera, Editor, Effect, Gesture, Msg, Pointer, PointerKind, Rulebook, callee_port, caller_port,
};

const SCREEN: Point = Point { x: 1200.0, y: 700.0 };

const DESIGN: &str = "version = 1\n[classes.feed]\n[classes.pay]\n[components.users]\nkind = \"clients\"\nat = [0, 0]\n\
    [components.app-1]\nkind = \"server\"\ncores = 7\nat = [300, 0]\n[components.db]\nkind = \"database\"\nat = [600, 0]\n\
    [components.pay]\nkind = \"payment\"\nat = [600, 160]\n[wires]\n\"users -> app-1\" = {}\n\
    \"app-1 -> db\" = { timeout = \"2s\", classes = [\"feed\"] }\n";

fn editor() -> Editor {
    let mut editor = Editor::new(support::read(DESIGN));
    editor.update(Msg::Resize(SCREEN));
    editor.camera = Camera { origin: Point { x: -200.0, y: -350.0 }, zoom: 1.0, size: SCREEN };
    editor
}

fn part(name: &str) -> Target {
    Target::Component(name.to_owned())
}

fn ends(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

fn select(editor: &mut Editor, names: &[&str]) {
    editor.selection.clear();
    names.iter().for_each(|name| editor.selection.toggle(part(name)));
}

fn refusal(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refused(why) => Some(why.as_str()),
        _ => None,
    })
}

fn names(design: &Design) -> Vec<&str> {
    design.components.iter().map(|component| component.name.as_str()).collect()
}

fn undone(editor: &mut Editor, before: &Design) {
    editor.update(Msg::Do(Action::Undo, false));
    assert!(editor.design == *before, "one step of undo takes all back");
}

fn pointer(editor: &Editor, canvas: Point, alt: bool) -> Pointer {
    let at = editor.camera.screen_from_canvas(canvas);
    Pointer { id: 1, at, kind: PointerKind::Mouse, button: 0, shift: false, ctrl: false, alt, space: false }
}

fn drag(editor: &mut Editor, alt: bool, from: Point, to: Point) -> Vec<Effect> {
    let mut effects = editor.update(Msg::PointerDown(pointer(editor, from, alt)));
    let over = Point { x: (from.x + to.x) / 2.0, y: (from.y + to.y) / 2.0 };
    effects.extend(editor.update(Msg::PointerMove(pointer(editor, over, alt))));
    effects.extend(editor.update(Msg::PointerMove(pointer(editor, to, alt))));
    effects.extend(editor.update(Msg::PointerUp(pointer(editor, to, alt))));
    effects
}

/// A lesson in which servers may be added, `db` stays, and the script strikes `app-1`.
fn ruled() -> Editor {
    let lesson = "+++\ntitle = \"T\"\nsummary = \"S\"\nminutes = 1\npalette = [\"server\"]\nlocked = [\"db\"]\n+++\n\n## Step\n\n\
                  ```goals\ncost <= $9/h\n```\n";
    let start = format!("{DESIGN}[[faults]]\ntarget = \"app-1\"\nfault = \"crash\"\n");
    let lesson = pressure_point::lesson::Lesson::read("test", lesson, &start).unwrap_or_else(|p| panic!("{}", p[0]));
    let mut editor = editor();
    editor.update(Msg::Open(Box::new(lesson.start.clone())));
    editor.update(Msg::Rule(Some(Box::new(Rulebook { rules: lesson.rules, start: lesson.start }))));
    editor
}

#[test]
fn copies_come_with_their_wires_and_policies_under_free_names() {
    let mut editor = editor();
    let before = editor.design.clone();
    select(&mut editor, &["app-1", "db"]);
    let text = editor.copied().expect("two parts are selected");
    let told = editor.update(Msg::Copied(false));
    assert!(told.contains(&Effect::Announce("Copied 2 parts and 1 wire".into())), "{told:?}");

    let at = Point { x: 900.0, y: 600.0 };
    editor.update(Msg::Paste(text.clone(), Some(at)));
    assert_eq!(names(&editor.design), ["users", "app-1", "db", "pay", "app-2", "db-2"]);
    let policy = |from: &str, to: &str| editor.design.wire(from, to).map(|wire| wire.policy.clone());
    assert!(policy("app-2", "db-2").is_some() && policy("app-2", "db-2") == policy("app-1", "db"));
    assert_eq!(editor.design.wires.len(), 3, "a wire to a part that was not copied stays behind");
    assert_eq!(editor.design.component("app-2").unwrap().kind, editor.design.component("app-1").unwrap().kind);
    assert_eq!(editor.selection.parts(), [part("app-2"), part("db-2")]);
    undone(&mut editor, &before);

    // In another tab, where there is no class `feed`, the wire takes what there is.
    let mut other = Editor::new(Design::default());
    other.update(Msg::Resize(SCREEN));
    other.update(Msg::Paste(text, None));
    assert_eq!(names(&other.design), ["app-1", "db"]);
    let wire = other.design.wire("app-1", "db").unwrap();
    assert_eq!((wire.policy.classes.0.len(), wire.policy.timeout.is_some()), (0, true));
}

#[test]
fn cut_takes_away_and_duplicate_stands_beside() {
    let mut editor = editor();
    let before = editor.design.clone();
    select(&mut editor, &["db"]);
    editor.update(Msg::Copied(true));
    assert_eq!((names(&editor.design).len(), editor.design.wires.len()), (3, 1));
    let clip = editor.clip.clone();
    editor.update(Msg::Paste(clip, None));
    assert!(editor.design.component("db").is_some(), "the name is free again");
    undone(&mut editor, &{
        let mut cut = before.clone();
        cut.apply(&pressure_point::design::Edit::RemoveComponent("db".into())).unwrap();
        cut
    });
    undone(&mut editor, &before);

    editor.update(Msg::Do(Action::SelectAll, false));
    editor.update(Msg::Do(Action::Duplicate, false));
    assert_eq!((editor.design.components.len(), editor.design.wires.len()), (8, 4));
    let places: Vec<Point> = editor.design.components.iter().map(|component| component.at).collect();
    for (index, a) in places.iter().enumerate() {
        let apart = |b: &Point| (a.x - b.x).abs() > 152.0 || (a.y - b.y).abs() > 84.0;
        assert!(places[index + 1..].iter().all(apart), "no box touches another");
    }
    undone(&mut editor, &before);
    editor.selection.clear();
    assert!(refusal(&editor.update(Msg::Do(Action::Duplicate, false))).is_some());
    assert!(refusal(&editor.update(Msg::Copied(false))).is_some());
    assert!(refusal(&editor.update(Msg::Paste("buy milk".into(), None))).unwrap().contains("no parts"));
    assert!(editor.design == before);
}

#[test]
fn alt_and_drag_copies_and_escape_takes_the_copy_back() {
    let mut editor = editor();
    let before = editor.design.clone();
    let from = Point { x: 300.0, y: 0.0 };
    drag(&mut editor, true, from, Point { x: 300.0, y: 203.0 });
    assert_eq!(editor.design.component("app-1").unwrap().at, from);
    assert_eq!(editor.design.component("app-2").unwrap().at, Point { x: 300.0, y: 200.0 });
    assert_eq!(editor.selection.single(), Some(&part("app-2")));
    undone(&mut editor, &before);

    editor.update(Msg::PointerDown(pointer(&editor, from, true)));
    editor.update(Msg::PointerMove(pointer(&editor, Point { x: 400.0, y: 90.0 }, true)));
    assert_eq!(editor.design.components.len(), 5);
    editor.update(Msg::Do(Action::Cancel, false));
    assert!(editor.design == before && !editor.history.can_undo());
}

#[test]
fn a_lessons_rules_hold_for_copies_too() {
    let check = |chosen: &[&str], why: &str| {
        let mut editor = ruled();
        let before = editor.design.clone();
        select(&mut editor, chosen);
        let text = editor.copied().unwrap();
        let refusals = [
            refusal(&editor.update(Msg::Do(Action::Duplicate, false))).map(str::to_owned),
            refusal(&editor.update(Msg::Paste(text, None))).map(str::to_owned),
            refusal(&drag(&mut editor, true, Point { x: 600.0, y: 0.0 }, Point { x: 600.0, y: 300.0 }))
                .map(str::to_owned),
        ];
        assert!(refusals.iter().all(|told| told.as_ref().is_some_and(|told| told.contains(why))), "{refusals:?}");
        assert!(editor.design == before);
    };
    check(&["db"], "this lesson has no database to add");
    check(&["app-1", "db"], "this lesson has no database to add");

    let mut editor = ruled();
    select(&mut editor, &["app-1"]);
    assert!(refusal(&editor.update(Msg::Do(Action::Duplicate, false))).is_none());
    let refused = editor.update(Msg::Delete(part("app-1")));
    assert_eq!(refusal(&refused), Some("the lesson's script strikes `app-1`, so it stays as it is"));
}

#[test]
fn a_selected_wires_end_is_dragged_elsewhere_and_keeps_its_policy() {
    let mut editor = editor();
    let before = editor.design.clone();
    let port = |editor: &Editor, name: &str, calls: bool| {
        let at = editor.design.component(name).unwrap().at;
        if calls { caller_port(at) } else { callee_port(at) }
    };
    let (end, over) = (port(&editor, "db", false), Point { x: 610.0, y: 150.0 });
    // While the wire is not selected, the same drag would draw a new one.
    editor.update(Msg::Select(Target::Wire("app-1".into(), "db".into()), false));
    let near = Point { x: end.x - 6.0, y: end.y + 6.0 };
    let told = drag(&mut editor, false, near, over);
    assert!(editor.design.wire("app-1", "db").is_none());
    assert_eq!(
        editor.design.wire("app-1", "pay").map(|wire| &wire.policy),
        before.wire("app-1", "db").map(|w| &w.policy)
    );
    assert_eq!(editor.selection.single(), Some(&Target::Wire("app-1".into(), "pay".into())));
    assert!(told.contains(&Effect::Announce("The wire from app-1 to db now runs from app-1 to pay".into())));
    undone(&mut editor, &before);

    // The other end; and targets that say why not, while it is dragged and when it is let go.
    editor.update(Msg::Select(Target::Wire("app-1".into(), "db".into()), false));
    let start = port(&editor, "app-1", true);
    editor.update(Msg::PointerDown(pointer(&editor, start, false)));
    let over_pay = pointer(&editor, Point { x: 600.0, y: 160.0 }, false);
    editor.update(Msg::PointerMove(over_pay));
    let Gesture::Wiring { aim: Some(aim), .. } = &editor.gesture else { panic!("no aim") };
    assert_eq!((aim.component.as_str(), aim.verdict.is_ok()), ("pay", true));
    let over_users = pointer(&editor, Point { x: 0.0, y: 0.0 }, false);
    editor.update(Msg::PointerMove(over_users));
    let why = "a database speaks to servers";
    let Gesture::Wiring { aim: Some(aim), .. } = &editor.gesture else { panic!("no aim") };
    let told = aim.verdict.clone().err().unwrap_or_default();
    let effects = editor.update(Msg::PointerUp(over_users));
    assert_eq!(refusal(&effects).unwrap_or_default(), told, "{why}");
    // Let go at home, or over nothing, it stays.
    for to in [Point { x: 300.0, y: 10.0 }, Point { x: 300.0, y: -200.0 }] {
        editor.update(Msg::Select(Target::Wire("app-1".into(), "db".into()), false));
        drag(&mut editor, false, start, to);
        assert!(editor.design == before || editor.design.wire("users", "db").is_some(), "{to:?}");
    }
}

#[test]
fn refused_wires_say_why_by_drag_by_click_and_by_key() {
    let editor = editor();
    let reasons: Vec<(String, bool)> =
        editor.choices_from("users").into_iter().map(|(name, verdict)| (name, verdict.is_ok())).collect();
    assert_eq!(reasons, [("app-1".into(), false), ("db".into(), true), ("pay".into(), true)]);
    let moved = editor.choices_for_end("users", "app-1", false);
    assert_eq!(
        moved.iter().map(|(name, verdict)| (name.as_str(), verdict.is_ok())).collect::<Vec<_>>(),
        [("db", false), ("pay", true)]
    );
    // A lesson's reason counts as well as the design's.
    let mut ruled = ruled();
    let before = ruled.design.clone();
    let told = ruled.update(Msg::Rewire(ends("app-1", "db"), ends("users", "app-1")));
    assert_eq!(refusal(&told), Some("`users` already calls `app-1`"));
    let told = ruled.update(Msg::Rewire(ends("app-1", "db"), ends("app-1", "users")));
    assert_eq!(refusal(&told), Some("users make requests; nothing calls them"));
    assert!(ruled.design == before);
}

#[test]
fn arranging_is_one_step_and_says_when_it_cannot() {
    let mut editor = editor();
    let before = editor.design.clone();
    select(&mut editor, &["app-1"]);
    assert_eq!(refusal(&editor.update(Msg::Do(Action::AlignTop, false))), Some("select at least 2 components first"));
    select(&mut editor, &["app-1", "pay"]);
    editor.update(Msg::Do(Action::AlignBottom, false));
    assert_eq!(editor.design.component("app-1").unwrap().at, Point { x: 300.0, y: 160.0 });
    undone(&mut editor, &before);
    let told = editor.update(Msg::Do(Action::AlignRight, false));
    assert!(told.contains(&Effect::DesignChanged { behaves: false }), "a run goes on as it is: {told:?}");
    undone(&mut editor, &before);
    editor.update(Msg::Do(Action::TidyUp, false));
    assert!(editor.design != before);
    undone(&mut editor, &before);
}

#[test]
fn a_menu_of_several_parts_opens_at_one_of_them() {
    let mut editor = editor();
    select(&mut editor, &["app-1", "db"]);
    editor.update(Msg::Do(Action::Menu, false));
    assert_eq!(editor.menu.as_ref().and_then(|menu| menu.on.clone()), Some(part("app-1")));
    assert_eq!(editor.selection.parts().len(), 2, "all stay selected");
}

#[test]
fn show_all_stays_readable_on_a_phone_and_shows_all_at_the_second_press() {
    let mut editor = editor();
    editor.update(Msg::Resize(Point { x: 360.0, y: 480.0 }));
    editor.update(Msg::Do(Action::FitAll, false));
    assert!(editor.camera.zoom >= 0.8, "{}", editor.camera.zoom);
    assert!(editor.camera.seen().contains(Point { x: 0.0, y: 0.0 }), "what is upstream is seen first");
    editor.update(Msg::Do(Action::FitAll, false));
    let (seen, all) = (editor.camera.seen(), pressure_point::editor::bounds(&editor.design).unwrap());
    assert!(seen.contains(all.min) && seen.contains(all.max));
}
