//! The editor's laws: undo restores every state and redo repeats it; gestures, keys and the camera do what people expect.

use pressure_point::design::{Component, Design, Edit, Kind, Node, Point, Target, get_path};
use pressure_point::editor::{
    Action, Camera, Editor, Effect, Gesture, Hit, KeyPress, Menu, MenuPage, Msg, Pointer, PointerKind, Room, Rulebook,
    action_for, callee_port, caller_port, hit,
};

const SCREEN: Point = Point { x: 1000.0, y: 700.0 };

fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

fn part(name: &str) -> Target {
    Target::Component(name.to_owned())
}

/// users at (0, 0), app at (300, 0), db at (600, 0), none wired; screen and canvas pixels agree but for the origin.
fn editor() -> Editor {
    let mut design = Design::default();
    for (name, kind, x) in [("users", "clients", 0.0), ("app", "server", 300.0), ("db", "database", 600.0)] {
        design.components.push(Component {
            name: name.to_owned(),
            at: point(x, 0.0),
            region: None,
            kind: Kind::of(kind).unwrap(),
        });
    }
    let mut editor = Editor::new(design);
    editor.update(Msg::Resize(SCREEN));
    editor.camera = Camera { origin: point(-200.0, -350.0), zoom: 1.0, size: SCREEN };
    editor
}

fn pointer(editor: &Editor, canvas: Point, kind: PointerKind, id: i32) -> Pointer {
    let at = editor.camera.screen_from_canvas(canvas);
    Pointer { id, at, kind, button: 0, shift: false, ctrl: false, alt: false, space: false }
}

/// Presses at the first place, moves through the others, and lets go at the last; places are canvas pixels.
fn drag(editor: &mut Editor, kind: PointerKind, shift: bool, places: &[Point]) -> Vec<Effect> {
    let at = |editor: &Editor, place: Point| Pointer { shift, ..pointer(editor, place, kind, 1) };
    let mut effects = editor.update(Msg::PointerDown(at(editor, places[0])));
    for place in &places[1..] {
        effects.extend(editor.update(Msg::PointerMove(at(editor, *place))));
    }
    effects.extend(editor.update(Msg::PointerUp(at(editor, places[places.len() - 1]))));
    effects
}

fn mouse(editor: &mut Editor, places: &[Point]) -> Vec<Effect> {
    drag(editor, PointerKind::Mouse, false, places)
}

fn port_of(editor: &Editor, name: &str, calls: bool) -> Point {
    let at = editor.design.component(name).unwrap().at;
    if calls { caller_port(at) } else { callee_port(at) }
}

fn refusal(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refused(why) => Some(why.as_str()),
        _ => None,
    })
}

fn press(key: &str, code: &str, mods: &str) -> KeyPress {
    let held = |name: &str| mods.contains(name);
    KeyPress { key: key.into(), code: code.into(), ctrl: held("ctrl"), shift: held("shift"), alt: held("alt") }
}

#[test]
fn keys_lead_to_actions() {
    let check = |key: &str, code: &str, mods: &str, on_canvas: bool, action: Option<Action>| {
        assert_eq!(action_for(&press(key, code, mods), on_canvas), action, "{mods} {key}");
    };
    check("z", "KeyZ", "ctrl", false, Some(Action::Undo));
    check("Z", "KeyZ", "ctrl shift", false, Some(Action::Redo));
    check("y", "KeyY", "ctrl", false, Some(Action::Redo));
    check("Delete", "Delete", "", true, Some(Action::Delete));
    check("Backspace", "Backspace", "", true, Some(Action::Delete));
    check("Backspace", "Backspace", "", false, None);
    check("ArrowLeft", "ArrowLeft", "", true, Some(Action::MoveLeft));
    check("ArrowLeft", "ArrowLeft", "shift", true, Some(Action::MoveFarLeft));
    check("!", "Digit1", "shift", true, Some(Action::FitAll));
    check("1", "Digit1", "shift", true, Some(Action::FitAll));
    check("1", "Digit1", "", true, None);
    check("+", "Equal", "ctrl shift", false, Some(Action::ZoomIn));
    check("=", "Equal", "ctrl", false, Some(Action::ZoomIn));
    check("0", "Digit0", "ctrl", false, Some(Action::ZoomReset));
    check("?", "Slash", "shift", true, Some(Action::Help));
    check("?", "Slash", "shift", false, None);
    check("c", "KeyC", "", true, Some(Action::Connect));
    check("c", "KeyC", "ctrl", true, Some(Action::Copy));
    check("c", "KeyC", "ctrl", false, None);
    check("k", "KeyK", "ctrl", false, Some(Action::Search));
    check("/", "Slash", "", true, Some(Action::Search));
    check("/", "Slash", "", false, None);
    check("7", "Digit7", "shift", true, None);
    check("F10", "F10", "shift", true, Some(Action::Menu));
    check("F5", "F5", "", true, None);
    check("Escape", "Escape", "", false, Some(Action::Cancel));
}

#[test]
fn a_click_selects_and_an_empty_click_deselects() {
    let mut editor = editor();
    mouse(&mut editor, &[point(300.0, 10.0)]);
    assert_eq!(editor.selection.single(), Some(&part("app")));
    drag(&mut editor, PointerKind::Mouse, true, &[point(600.0, 0.0)]);
    assert_eq!(editor.selection.parts().len(), 2);
    drag(&mut editor, PointerKind::Mouse, true, &[point(600.0, 0.0)]);
    assert_eq!(editor.selection.single(), Some(&part("app")));
    mouse(&mut editor, &[point(300.0, 200.0)]);
    assert!(editor.selection.is_empty());
    assert_eq!(editor.version, 0, "looking is no change");
}

#[test]
fn a_drag_moves_by_the_grid_and_is_one_step() {
    let mut editor = editor();
    let before = editor.design.clone();
    let effects = mouse(&mut editor, &[point(300.0, 0.0), point(311.0, 3.0), point(340.0, 60.0), point(371.0, 92.0)]);
    assert_eq!(editor.design.component("app").unwrap().at, point(380.0, 100.0));
    assert!(effects.contains(&Effect::DesignChanged { behaves: false }));
    editor.update(Msg::Do(Action::Undo, false));
    assert_eq!(editor.design, before);
    assert!(!editor.history.can_undo());
    editor.update(Msg::Do(Action::Redo, false));
    assert_eq!(editor.design.component("app").unwrap().at, point(380.0, 100.0));
}

#[test]
fn a_drag_back_to_the_start_is_no_step() {
    let mut editor = editor();
    editor.update(Msg::Do(Action::SelectAll, false));
    mouse(&mut editor, &[point(300.0, 0.0), point(400.0, 50.0), point(303.0, 2.0)]);
    assert!(!editor.history.can_undo());
    assert_eq!(editor.gesture, Gesture::Idle);
}

#[test]
fn selected_components_move_together() {
    let mut editor = editor();
    editor.update(Msg::Do(Action::SelectAll, false));
    mouse(&mut editor, &[point(300.0, 0.0), point(300.0, 40.0)]);
    assert!(editor.design.components.iter().all(|component| component.at.y == 40.0));
    assert_eq!(editor.selection.parts().len(), 3);
}

#[test]
fn escape_cancels_the_drag_then_the_selection_then_the_panel() {
    let mut editor = editor();
    let before = editor.design.clone();
    let down = pointer(&editor, point(300.0, 0.0), PointerKind::Mouse, 1);
    let to = pointer(&editor, point(400.0, 100.0), PointerKind::Mouse, 1);
    editor.update(Msg::PointerDown(down));
    editor.update(Msg::PointerMove(to));
    assert_ne!(editor.design, before);
    assert_eq!(editor.update(Msg::Do(Action::Cancel, false)), []);
    assert_eq!(editor.design, before);
    assert_eq!(editor.selection.single(), Some(&part("app")));
    assert_eq!(editor.update(Msg::PointerUp(to)), []);
    assert_eq!(editor.update(Msg::Do(Action::Cancel, false)), []);
    assert!(editor.selection.is_empty());
    assert_eq!(editor.update(Msg::Do(Action::Cancel, false)), [Effect::ClosePanel]);
}

#[test]
fn a_finger_taps_to_select_and_may_tremble() {
    let mut editor = editor();
    let down = pointer(&editor, point(300.0, 0.0), PointerKind::Touch, 1);
    editor.update(Msg::PointerDown(down));
    assert!(editor.selection.is_empty(), "a finger selects when it goes up");
    let trembled = pointer(&editor, point(306.0, 4.0), PointerKind::Touch, 1);
    editor.update(Msg::PointerMove(trembled));
    editor.update(Msg::PointerUp(trembled));
    assert_eq!(editor.selection.single(), Some(&part("app")));
    assert!(!editor.history.can_undo());
}

#[test]
fn one_finger_pans_and_drags_two_pinch_until_both_are_up() {
    let mut editor = editor();
    let origin = editor.camera.origin;
    drag(&mut editor, PointerKind::Touch, false, &[point(300.0, 200.0), point(340.0, 200.0)]);
    assert_eq!(editor.camera.origin, point(origin.x - 40.0, origin.y));
    drag(&mut editor, PointerKind::Touch, false, &[point(300.0, 0.0), point(300.0, 80.0)]);
    assert_eq!(editor.design.component("app").unwrap().at, point(300.0, 80.0));

    // The second finger takes the first one's drag back.
    let finger = |at: Point, id: i32| Pointer { at, id, ..pointer(&Editor::default(), at, PointerKind::Touch, id) };
    let on_app = editor.camera.screen_from_canvas(point(300.0, 80.0));
    editor.update(Msg::PointerDown(finger(on_app, 1)));
    editor.update(Msg::PointerMove(finger(point(on_app.x + 60.0, on_app.y), 1)));
    editor.update(Msg::PointerDown(finger(point(on_app.x + 160.0, on_app.y), 2)));
    assert_eq!(editor.design.component("app").unwrap().at, point(300.0, 80.0));
    editor.update(Msg::PointerMove(finger(point(on_app.x + 260.0, on_app.y), 2)));
    assert!((editor.camera.zoom - 2.0).abs() < 1e-9);
    editor.update(Msg::PointerUp(finger(point(on_app.x + 260.0, on_app.y), 2)));
    let camera = editor.camera;
    editor.update(Msg::PointerMove(finger(point(0.0, 0.0), 1)));
    assert_eq!(editor.camera, camera, "the last finger moves nothing");
    editor.update(Msg::PointerUp(finger(point(0.0, 0.0), 1)));
    assert_eq!(editor.gesture, Gesture::Idle);
}

#[test]
fn a_long_press_opens_the_menu() {
    let mut editor = editor();
    let down = pointer(&editor, point(300.0, 0.0), PointerKind::Touch, 1);
    editor.update(Msg::PointerDown(down));
    editor.update(Msg::LongPress);
    assert_eq!(editor.menu, Some(Menu { on: Some(part("app")), at: down.at, page: MenuPage::Actions }));
    editor.update(Msg::PointerUp(down));
    assert!(editor.menu.is_some(), "lifting the finger leaves it open");
    editor.update(Msg::Do(Action::Cancel, false));
    assert_eq!((editor.menu.is_none(), editor.selection.single()), (true, Some(&part("app"))));
}

#[test]
fn wires_by_drag_by_clicks_and_backwards() {
    let mut editor = editor();
    let (from, to) = (port_of(&editor, "users", true), port_of(&editor, "app", false));
    let near = point(to.x - 12.0, to.y + 12.0);
    let effects = mouse(&mut editor, &[from, point(120.0, 30.0), near]);
    assert!(effects.contains(&Effect::DesignChanged { behaves: true }));
    assert!(editor.design.wire("users", "app").is_some());

    // Click the port, then the other part.
    let port = port_of(&editor, "app", true);
    mouse(&mut editor, &[port]);
    assert!(matches!(editor.gesture, Gesture::Wiring { held: None, .. }));
    mouse(&mut editor, &[point(600.0, 0.0)]);
    assert!(editor.design.wire("app", "db").is_some());

    // From the callee's port back to the caller.
    editor.update(Msg::Do(Action::Undo, false));
    let port = port_of(&editor, "db", false);
    mouse(&mut editor, &[port, point(500.0, 0.0), point(310.0, 10.0)]);
    assert!(editor.design.wire("app", "db").is_some());
}

#[test]
fn refused_wires_say_why() {
    let check = |from: &str, to: &str, why: &str| {
        let mut editor = editor();
        editor.update(Msg::Connect("users".into(), "app".into()));
        let port = port_of(&editor, from, true);
        let over = editor.design.component(to).unwrap().at;
        let down = pointer(&editor, port, PointerKind::Mouse, 1);
        let up = pointer(&editor, over, PointerKind::Mouse, 1);
        editor.update(Msg::PointerDown(down));
        editor.update(Msg::PointerMove(up));
        let Gesture::Wiring { aim: Some(aim), .. } = &editor.gesture else { panic!("{from} -> {to}: no aim") };
        assert_eq!(aim.verdict.as_ref().unwrap_err(), why, "told while it is dragged");
        let effects = editor.update(Msg::PointerUp(up));
        assert_eq!(refusal(&effects), Some(why));
        assert_eq!(editor.design.wires.len(), 1);
    };
    check("users", "app", "`users` already calls `app`");
    check("app", "users", "users make requests; nothing calls them");
}

#[test]
fn a_wire_let_go_over_nothing_is_dropped() {
    let mut editor = editor();
    let port = port_of(&editor, "users", true);
    let effects = mouse(&mut editor, &[port, point(150.0, 150.0)]);
    assert_eq!((effects.len(), &editor.gesture), (0, &Gesture::Idle));
}

#[test]
fn shift_and_drag_selects_what_it_touches() {
    let mut editor = editor();
    drag(&mut editor, PointerKind::Mouse, true, &[point(200.0, -100.0), point(300.0, 0.0), point(560.0, 60.0)]);
    let names: Vec<&str> = editor.selection.components().collect();
    assert_eq!(names, ["app", "db"]);
}

#[test]
fn parts_come_from_the_palette_by_click_and_by_drag() {
    let mut editor = editor();
    for count in 4..12 {
        let effects = editor.update(Msg::Place("server"));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Focus(_))), "focus goes to the new part");
        assert_eq!(editor.design.components.len(), count);
    }
    let places: Vec<Point> = editor.design.components.iter().map(|component| component.at).collect();
    for (index, a) in places.iter().enumerate() {
        assert!(a.x % 20.0 == 0.0 && a.y % 20.0 == 0.0, "on the grid");
        let apart = |b: &Point| (a.x - b.x).abs() > 152.0 || (a.y - b.y).abs() > 84.0;
        assert!(places[index + 1..].iter().all(apart), "no box touches another");
    }
    editor.update(Msg::PickUp("database"));
    let over = pointer(&editor, point(111.0, 205.0), PointerKind::Mouse, 1);
    editor.update(Msg::PointerMove(over));
    editor.update(Msg::PointerUp(over));
    assert_eq!(editor.design.component("db-2").unwrap().at, point(120.0, 200.0));
    editor.update(Msg::PickUp("database"));
    let outside = Pointer { at: point(-50.0, 10.0), ..over };
    editor.update(Msg::PointerMove(outside));
    assert_eq!(editor.update(Msg::PointerUp(outside)), []);
}

#[test]
fn a_lessons_rules_hold() {
    let mut editor = editor();
    let lesson = "+++\ntitle = \"T\"\nsummary = \"S\"\nminutes = 1\npalette = [\"server\"]\nlocked = [\"db\"]\n\n\
                  [fixed.server]\ncores = 4\n+++\n\n## Step\n\n```goals\ncost <= $9/h\n```\n";
    let start = pressure_point::design::write(&editor.design);
    let lesson = pressure_point::lesson::Lesson::read("test", lesson, &start).unwrap_or_else(|p| panic!("{}", p[0]));
    editor.update(Msg::Rule(Some(Box::new(Rulebook { rules: lesson.rules, start: lesson.start }))));
    let words: Vec<&str> = editor.palette().map(|kind| kind.word()).collect();
    assert_eq!(words, ["server"]);
    assert!(refusal(&editor.update(Msg::Place("cache"))).is_some());
    assert!(refusal(&editor.update(Msg::Delete(Target::Component("db".into())))).is_some());
    assert!(editor.design.component("db").is_some());
    // What is placed comes with the settings that the lesson fixes, and they stay.
    assert!(refusal(&editor.update(Msg::Place("server"))).is_none());
    let placed = editor.design.components.last().unwrap().clone();
    let Kind::Server(server) = &placed.kind else { panic!("{placed:?}") };
    assert_eq!(server.cores, 4);
    let room = Room::Component(placed.name.clone());
    let faster = room.edit(&editor.design, "cores", Node::text("64")).unwrap();
    assert!(refusal(&editor.update(Msg::Edit(faster.clone()))).is_some());
    assert!(refusal(&editor.update(Msg::Preview(faster))).is_some());
    let wider = room.edit(&editor.design, "capacity", Node::text("9")).unwrap();
    assert!(refusal(&editor.update(Msg::Edit(wider))).is_none());
}

#[test]
fn deleting_takes_the_wires_along_in_one_step() {
    let mut editor = editor();
    editor.update(Msg::Connect("users".into(), "app".into()));
    editor.update(Msg::Connect("app".into(), "db".into()));
    let before = editor.design.clone();
    for (parts, components, wires) in [
        (vec![part("app")], 2, 0),
        (vec![part("app"), Target::Wire("app".into(), "db".into()), part("db")], 1, 0),
        (vec![Target::Wire("app".into(), "db".into())], 3, 1),
    ] {
        parts.iter().for_each(|part| drop(editor.update(Msg::Select(part.clone(), !editor.selection.is_empty()))));
        editor.update(Msg::Do(Action::Delete, false));
        assert_eq!((editor.design.components.len(), editor.design.wires.len()), (components, wires), "{parts:?}");
        assert!(editor.selection.is_empty());
        editor.update(Msg::Do(Action::Undo, false));
        assert_eq!(editor.design, before, "{parts:?}");
    }
}

#[test]
fn a_held_arrow_is_one_step_and_every_press_is_told() {
    let mut editor = editor();
    editor.update(Msg::Select(part("app"), false));
    for repeat in [false, true, true] {
        let effects = editor.update(Msg::Do(Action::MoveRight, repeat));
        assert!(effects.contains(&Effect::DesignChanged { behaves: false }), "autosave must hear of it");
    }
    editor.update(Msg::Do(Action::MoveFarDown, false));
    assert_eq!(editor.design.component("app").unwrap().at, point(360.0, 100.0));
    editor.update(Msg::Do(Action::Undo, false));
    assert_eq!(editor.design.component("app").unwrap().at, point(360.0, 0.0));
    editor.update(Msg::Do(Action::Undo, false));
    assert_eq!(editor.design.component("app").unwrap().at, point(300.0, 0.0));
    assert!(!editor.history.can_undo());
}

#[test]
fn a_slider_is_one_step_and_a_refused_value_leaves_the_old() {
    let mut editor = editor();
    let before = editor.design.clone();
    let cores = |editor: &Editor, cores: u32| {
        let mut component = editor.design.component("app").unwrap().clone();
        if let Kind::Server(server) = &mut component.kind {
            server.cores = cores;
        }
        Edit::SetComponent(component)
    };
    for count in 3..40 {
        let edit = cores(&editor, count);
        assert_eq!(editor.update(Msg::Preview(edit)), [], "nothing is final yet");
    }
    assert_eq!(editor.update(Msg::Seal), [Effect::DesignChanged { behaves: true }]);
    assert_eq!(editor.update(Msg::Seal), []);
    let missing = Edit::Move("nobody".into(), point(0.0, 0.0));
    assert!(refusal(&editor.update(Msg::Edit(missing))).is_some());
    editor.update(Msg::Do(Action::Undo, false));
    assert_eq!(editor.design, before);
    assert!(!editor.history.can_undo());
}

#[test]
fn renaming_keeps_the_selection() {
    let mut editor = editor();
    editor.update(Msg::Select(part("app"), false));
    editor.update(Msg::Rename("app".into(), "web-1".into()));
    assert_eq!(editor.selection.single(), Some(&part("web-1")));
    assert!(refusal(&editor.update(Msg::Rename("web-1".into(), "db".into()))).is_some());
    assert!(refusal(&editor.update(Msg::Rename("web-1".into(), "no good".into()))).is_some());
    assert_eq!(editor.selection.single(), Some(&part("web-1")));
}

#[test]
fn what_is_hit() {
    let mut editor = editor();
    editor.update(Msg::Connect("users".into(), "app".into()));
    let check = |at: Point, expected: Hit| assert_eq!(hit(&editor.design, at, 10.0), expected, "{at:?}");
    check(point(300.0, 0.0), Hit::Component("app".into()));
    check(point(376.0, 0.0), Hit::CallerPort("app".into()));
    check(point(224.0, 3.0), Hit::CalleePort("app".into()));
    check(point(600.0, 0.0), Hit::Component("db".into()));
    // A database ships its writes to replicas.
    check(point(676.0, 0.0), Hit::CallerPort("db".into()));
    check(point(150.0, 4.0), Hit::Wire("users".into(), "app".into()));
    check(point(150.0, 40.0), Hit::Canvas);
}

#[test]
fn the_camera_goes_there_and_back() {
    for (zoom, x, y) in [(0.2, 0.0, 0.0), (1.0, -300.0, 55.5), (2.7, 1e5, -3e4)] {
        let camera = Camera { origin: point(x, y), zoom, size: SCREEN };
        let (at, about) = (point(123.0, 456.0), point(700.0, 20.0));
        let back = camera.screen_from_canvas(camera.canvas_from_screen(at));
        assert!((back.x - at.x).abs() < 1e-6 && (back.y - at.y).abs() < 1e-6);
        for factor in [0.01, 0.9, 1.1, 100.0, f64::NAN, f64::INFINITY] {
            let zoomed = camera.zoomed(about, factor);
            assert!((0.2..=3.0).contains(&zoomed.zoom), "{factor}");
            let (before, after) = (camera.canvas_from_screen(about), zoomed.canvas_from_screen(about));
            assert!((before.x - after.x).abs() < 1e-6 && (before.y - after.y).abs() < 1e-6, "{factor}");
        }
    }
}

#[test]
fn nobody_gets_lost() {
    let mut editor = editor();
    for _ in 0..50 {
        editor.update(Msg::Scroll(point(5000.0, -3000.0)));
    }
    let seen = editor.camera.seen();
    let all = pressure_point::editor::bounds(&editor.design).unwrap();
    assert!(seen.meets(&all));
    editor.update(Msg::Do(Action::FitAll, false));
    let seen = editor.camera.seen();
    assert!(seen.contains(all.min) && seen.contains(all.max));
    editor.camera.origin = point(5000.0, 5000.0);
    editor.update(Msg::Focused(part("db")));
    assert!(editor.camera.seen().contains(point(600.0, 0.0)), "a focused part is brought into view");
}

#[test]
fn settings_become_edits_or_say_why_not() {
    let mut editor = editor();
    editor.update(Msg::Connect("users".into(), "app".into()));
    let (app, wire) = (Room::Component("app".into()), Room::Wire("users".into(), "app".into()));
    let class = Room::Class("request".into());
    let mut check = |room: &Room, path: &str, value: &str, outcome: Result<&str, &str>| match (
        room.edit(&editor.design, path, Node::text(value)),
        outcome,
    ) {
        (Ok(edit), Ok(written)) => {
            assert!(refusal(&editor.update(Msg::Edit(edit))).is_none());
            let now = get_path(room.settings(&editor.design).unwrap(), path).unwrap();
            assert_eq!(now.as_typed().unwrap(), written, "{path}");
        }
        (Err(why), Err(expected)) => assert!(why.contains(expected), "{path}: {why}"),
        (got, _) => panic!("{path} = {value}: {got:?}"),
    };
    check(&app, "cores", "8", Ok("8"));
    check(&app, "cores", "none of your business", Err("is not a whole number"));
    check(&app, "cores", "0", Err("it must lie between 1 and 1000000"));
    check(&app, "cpu", "exp(5ms)", Ok("exp(5ms)"));
    check(&app, "cpu", "none", Ok("none"));
    check(&app, "colour", "red", Err("unknown setting"));
    check(&wire, "timeout", "1s", Ok("1s"));
    check(&wire, "timeout", "soon", Err("`soon` is not a time"));
    check(&wire, "retry.tries", "5", Ok("5"));
    check(&wire, "retry.jitter", "full", Ok("full"));
    check(&wire, "retry.jitter", "ful", Err("did you mean `full`?"));
    check(&class, "keys.count", "77", Ok("77"));
    check(&class, "share", "0", Err("at least one class"));
    check(&Room::Component("nobody".into()), "cores", "1", Err("no longer there"));
}

#[test]
fn a_frozen_editor_is_only_looked_at() {
    let mut editor = editor();
    editor.update(Msg::Freeze);
    let before = editor.design.clone();
    editor.update(Msg::Open(Box::new(before.clone())));
    let (box_at, port, app_port) = (point(300.0, 0.0), port_of(&editor, "users", true), port_of(&editor, "app", false));
    mouse(&mut editor, &[box_at, point(340.0, 80.0), point(400.0, 160.0)]);
    mouse(&mut editor, &[port, point(200.0, 0.0), app_port]);
    editor.update(Msg::Select(part("app"), false));
    let refused = |effects: Vec<Effect>| effects.iter().any(|effect| matches!(effect, Effect::Refused(_)));
    assert!(refused(editor.update(Msg::Do(Action::Delete, false))));
    assert!(refused(editor.update(Msg::Connect("users".to_owned(), "app".to_owned()))));
    assert!(refused(editor.update(Msg::Edit(Edit::SetRun(9, before.duration)))));
    assert!(refused(editor.update(Msg::Preview(Edit::Move("app".to_owned(), point(0.0, 0.0))))));
    editor.update(Msg::Do(Action::MoveDown, false));
    editor.update(Msg::Place("server"));
    assert_eq!(editor.design, before);
    assert_eq!(editor.palette().count(), 0);
}
