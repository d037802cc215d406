//! The laws of undo, over random sessions at the drawing board: undo restores every state, redo repeats it, and whatever
//! stands on the canvas is written and read back as the same design.

mod support;

use pressure_point::design::{self, Design, Edit, FaultKind, Kind, Node, Point, Target};
use pressure_point::editor::replace::replacing;
use pressure_point::editor::{ACTIONS, Action, Editor, Msg, Pointer, PointerKind, Room, caller_port};
use pressure_point::units::Time;
use support::{Dice, random_design};

const SCREEN: Point = Point { x: 1000.0, y: 700.0 };

/// What people (and others) type into settings.
const TYPED: [&str; 22] = [
    "1",
    "2",
    "0",
    "7",
    "none",
    "true",
    "false",
    "10%",
    "1s",
    "20ms",
    "exp(5ms)",
    "c0",
    "c1",
    "c0, c1",
    "nobody",
    "eu",
    "2MB",
    "900/s",
    "99999999999",
    "least-connections",
    "",
    "lru",
];

fn part(name: &str) -> Target {
    Target::Component(name.to_owned())
}

fn editor(seed: u64) -> Editor {
    let mut editor = Editor::new(random_design(seed));
    editor.update(Msg::Resize(SCREEN));
    editor
}

fn name(editor: &Editor, dice: &mut Dice) -> String {
    let components = &editor.design.components;
    components.get(dice.below(components.len().max(1) as u64) as usize).map(|one| one.name.clone()).unwrap_or_default()
}

fn ends(editor: &Editor, dice: &mut Dice) -> (String, String) {
    let wires = &editor.design.wires;
    let wire = wires.get(dice.below(wires.len().max(1) as u64) as usize);
    wire.map(|wire| (wire.from.clone(), wire.to.clone())).unwrap_or_default()
}

fn kind(dice: &mut Dice) -> &'static str {
    Kind::WORDS[dice.below(Kind::WORDS.len() as u64) as usize]
}

fn flip(dice: &mut Dice, one_in: u64) -> bool {
    dice.below(one_in) == 0
}

/// Somewhere on the screen; often on a part or on a port.
fn place(editor: &Editor, dice: &mut Dice) -> Point {
    let at = editor.design.component(&name(editor, dice)).map(|component| component.at);
    match (at, dice.below(3)) {
        (Some(at), 0) => editor.camera.screen_from_canvas(at),
        (Some(at), 1) => editor.camera.screen_from_canvas(caller_port(at)),
        _ => Point { x: dice.below(1000) as f64, y: dice.below(700) as f64 },
    }
}

fn pointer(editor: &Editor, dice: &mut Dice) -> Pointer {
    Pointer {
        id: dice.below(2) as i32,
        at: place(editor, dice),
        kind: if flip(dice, 4) { PointerKind::Touch } else { PointerKind::Mouse },
        button: if flip(dice, 5) { 1 } else { 0 },
        shift: flip(dice, 5),
        ctrl: flip(dice, 5),
        alt: flip(dice, 4),
        space: false,
    }
}

fn gesture(editor: &Editor, dice: &mut Dice) -> Msg {
    match dice.below(10) {
        0..=2 => Msg::PointerDown(pointer(editor, dice)),
        3..=6 => Msg::PointerMove(pointer(editor, dice)),
        7..=8 => Msg::PointerUp(pointer(editor, dice)),
        _ => Msg::PickUp(kind(dice)),
    }
}

/// An edit as the inspector makes them: a setting of a component, a wire or a class.
fn setting(editor: &Editor, dice: &mut Dice) -> Option<Edit> {
    let (from, to) = ends(editor, dice);
    let room = match dice.below(3) {
        0 => Room::Component(name(editor, dice)),
        1 => Room::Wire(from, to),
        _ => Room::Class(editor.design.classes[0].name.clone()),
    };
    let schema = room.settings(&editor.design)?.schema();
    let setting = schema.get(dice.below(schema.len() as u64) as usize)?.name;
    let path = if flip(dice, 6) { "region" } else { setting };
    room.edit(&editor.design, path, Node::text(dice.pick(&TYPED))).ok()
}

/// Any edit of the command layer.
fn edit(editor: &Editor, dice: &mut Dice) -> Option<Edit> {
    let design = &editor.design;
    Some(match dice.below(9) {
        0..=4 => return setting(editor, dice),
        5 => Edit::SetRun(dice.below(5), Time::from_secs(dice.below(90))),
        6 => {
            let mut classes = design.classes.clone();
            match flip(dice, 2) {
                true => drop(classes.remove(dice.below(classes.len() as u64) as usize)),
                false => {
                    classes.push(design::RequestClass { name: format!("x{}", dice.below(3)), ..classes[0].clone() })
                }
            }
            Edit::SetClasses(classes)
        }
        7 => {
            let mut faults = design.faults.clone();
            let (from, to) = ends(editor, dice);
            let target = if flip(dice, 2) { Target::Wire(from, to) } else { part(&name(editor, dice)) };
            let settings = design::FaultSettings { fault: FaultKind::Partition, ..Default::default() };
            faults.push(design::Fault { target, settings });
            Edit::SetFaults(faults)
        }
        _ => replacing(design, &random_design(dice.below(50))),
    })
}

fn command(editor: &Editor, dice: &mut Dice) -> Msg {
    let (from, to) = ends(editor, dice);
    let away = Point { x: dice.below(900) as f64 / 7.0, y: -1.0e-7 * dice.below(9) as f64 };
    match dice.below(16) {
        0 => Msg::Place(kind(dice)),
        1..=2 => Msg::Connect(name(editor, dice), name(editor, dice)),
        3 => Msg::Rename(name(editor, dice), format!("part-{}", dice.below(20))),
        4..=5 => Msg::Select(part(&name(editor, dice)), flip(dice, 2)),
        6 => Msg::Select(Target::Wire(from, to), flip(dice, 2)),
        7 => Msg::Delete(if flip(dice, 2) { Target::Wire(from, to) } else { part(&name(editor, dice)) }),
        8 if flip(dice, 2) => Msg::Rewire((from.clone(), to), (from, name(editor, dice))),
        8 => Msg::Rewire((from, to.clone()), (name(editor, dice), to)),
        9 => Msg::Copied(flip(dice, 2)),
        10 => {
            let own = editor.clip.clone();
            Msg::Paste(if flip(dice, 3) { design::write(&random_design(dice.below(50))) } else { own }, None)
        }
        11 => edit(editor, dice).map_or(Msg::Seal, Msg::Edit),
        12 => setting(editor, dice).map_or(Msg::Seal, Msg::Preview),
        13 => Msg::Preview(Edit::Move(name(editor, dice), away)),
        14 => Msg::Seal,
        _ => Msg::Do(ACTIONS[dice.below(ACTIONS.len() as u64) as usize].action, flip(dice, 3)),
    }
}

/// Drops the gesture and makes a preview final: what stands now is a state that undo knows.
fn come_to_rest(editor: &mut Editor) {
    editor.update(Msg::PointerCancel(0));
    editor.update(Msg::PointerCancel(1));
    editor.update(Msg::Seal);
}

fn reads_back(seed: u64, what: &Msg, design: &Design) {
    match design::read(&design::write(design)) {
        Ok(read) => assert!(read == *design, "seed {seed}: after {what:?} it reads back as another design"),
        Err(problems) => panic!("seed {seed}: after {what:?} it does not read: {}", problems[0]),
    }
}

/// What this message did can be undone and done again, exactly.
fn there_and_back(seed: u64, editor: &mut Editor, before: &Design, what: &Msg) -> bool {
    let after = editor.design.clone();
    if after == *before || !editor.history.can_undo() {
        return false;
    }
    editor.update(Msg::Do(Action::Undo, false));
    assert!(editor.design == *before, "seed {seed}: undo does not restore what was before {what:?}");
    editor.update(Msg::Do(Action::Redo, false));
    assert!(editor.design == after, "seed {seed}: redo does not repeat {what:?}");
    true
}

#[test]
fn undo_restores_every_state_and_redo_repeats_it() {
    // How many messages of each sort changed something and were taken back: none may be missing by bad luck.
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..80_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut editor = editor(seed);
        let start = editor.design.clone();
        for _ in 0..250 {
            let gesturing = flip(&mut dice, 2);
            if !gesturing && flip(&mut dice, 2) {
                come_to_rest(&mut editor);
            }
            let at_rest = editor.gesture == Default::default() && editor.update(Msg::Seal).is_empty();
            let (before, version) = (editor.design.clone(), editor.version);
            let msg = if gesturing { gesture(&editor, &mut dice) } else { command(&editor, &mut dice) };
            editor.update(msg.clone());
            if before != editor.design {
                assert!(editor.version > version, "seed {seed}: {msg:?} changed it unseen");
                reads_back(seed, &msg, &editor.design);
            }
            let travels = matches!(msg, Msg::Do(Action::Undo | Action::Redo, _) | Msg::Do(_, true));
            if at_rest && !gesturing && !travels && !matches!(msg, Msg::Preview(_)) {
                let sort = format!("{msg:?}").split(['(', ',']).next().unwrap_or_default().to_owned();
                *counts.entry(sort).or_insert(0) += u32::from(there_and_back(seed, &mut editor, &before, &msg));
            }
        }
        come_to_rest(&mut editor);
        all_the_way(seed, &mut editor, &start);
    }
    for sort in ["Place", "Connect", "Rename", "Delete", "Rewire", "Copied", "Paste", "Edit", "Do"] {
        assert!(counts.get(sort).is_some_and(|count| *count >= 10), "too little was tried: {counts:?}");
    }
}

/// Back to the start and forth again.
fn all_the_way(seed: u64, editor: &mut Editor, start: &Design) {
    let mut back = vec![editor.design.clone()];
    while editor.history.can_undo() {
        editor.update(Msg::Do(Action::Undo, false));
        back.push(editor.design.clone());
    }
    assert!(editor.design == *start, "seed {seed}: not undone to the start");
    let mut forth = vec![editor.design.clone()];
    while editor.history.can_redo() {
        editor.update(Msg::Do(Action::Redo, false));
        forth.push(editor.design.clone());
    }
    back.reverse();
    // There may be more to redo than was undone here.
    assert!(forth.starts_with(&back), "seed {seed}: redo passes other states than undo did");
    let parts = editor.selection.parts();
    assert!(parts.iter().all(|part| editor.rect_of(part).is_some()), "seed {seed}: the selection exists");
}

#[test]
fn what_is_removed_takes_its_faults_along_and_undo_brings_them_back() {
    let text = "version = 1\n[components.users]\nkind = \"clients\"\nregion = \"eu\"\n[components.app]\nkind = \"server\"\n\
                [components.db]\nkind = \"database\"\nregion = \"us\"\n[wires]\n\"users -> app\" = {}\n\"app -> db\" = {}\n\
                [[faults]]\ntarget = \"app\"\nfault = \"crash\"\n[[faults]]\ntarget = \"app -> db\"\nfault = \"partition\"\n\
                [[faults]]\ntarget = \"us\"\nfault = \"partition\"\n[[faults]]\ntarget = \"users\"\nfault = \"traffic-surge\"\n";
    let check = |msg: Msg, left: &[&str]| {
        let mut editor = Editor::new(support::read(text));
        let before = editor.design.clone();
        editor.update(msg.clone());
        let targets: Vec<String> = editor.design.faults.iter().map(|fault| fault.target.to_string()).collect();
        assert_eq!(targets, left, "{msg:?}");
        reads_back(0, &msg, &editor.design);
        assert!(there_and_back(0, &mut editor, &before, &msg), "{msg:?} changed nothing");
    };
    check(Msg::Delete(part("app")), &["us", "users"]);
    check(Msg::Delete(part("db")), &["app", "users"]);
    check(Msg::Delete(Target::Wire("app".into(), "db".into())), &["app", "us", "users"]);
    check(Msg::Rename("app".into(), "web".into()), &["web", "web -> db", "us", "users"]);
    let ends = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    check(Msg::Rewire(ends("app", "db"), ends("users", "db")), &["app", "users -> db", "us", "users"]);
    let nowhere = Room::Component("db".into()).edit(&support::read(text), "region", Node::text("none")).unwrap();
    check(Msg::Edit(nowhere), &["app", "app -> db", "users"]);
}
