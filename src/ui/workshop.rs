//! Where the learner works (a lesson, the sandbox, a design that came with a link), and that nothing of it gets lost.

use leptos::prelude::*;

use crate::design::{Design, Problem};
use crate::editor::address::{Address, Place};
use crate::editor::player::PlayerMessage;
use crate::editor::replace::replacing;
use crate::editor::{Action, Msg, Rulebook, Spot};
use crate::lesson::{pack, unpack};
use crate::sim::Scenario;
use crate::units::Time;

use super::address::address;
use super::course::{AUTHOR, Classroom, Room, folder_title};
use super::drafts::{self, Found, Heard};
use super::run::Run;
use super::session::Session;
use super::shelf;
use super::toast::{Toasts, Tone};

/// What the dialog of the workshop shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// How to give the design to others.
    Share,
    /// A name to keep it under.
    SaveAs,
    /// The designs that were kept.
    Open,
}

/// A handful of signals, as [`Session`] is.
#[derive(Clone, Copy)]
pub struct Workshop {
    session: Session,
    run: Run,
    classroom: Classroom,
    toasts: Toasts,
    /// What the address asks to work on.
    pub spot: RwSignal<Option<Spot>>,
    /// What is on the canvas.
    opened: RwSignal<Option<Opened>>,
    /// The open dialog.
    pub sheet: RwSignal<Option<Sheet>>,
    /// What is wrong with the file or link that was to be opened, and what it is called.
    pub problems: RwSignal<Option<(String, Vec<Problem>)>>,
    /// The page is shown within another one.
    pub embed: bool,
    /// It was told that drafts cannot be kept.
    told_full: StoredValue<bool>,
    /// It was told that another tab works at the same place.
    told_twin: StoredValue<bool>,
}

/// What is on the canvas.
#[derive(Clone, PartialEq)]
struct Opened {
    spot: Spot,
    key: String,
    /// What it begins with.
    start: Design,
}

impl Workshop {
    /// An empty workshop, put into the context.
    pub fn provide(session: Session, run: Run, classroom: Classroom, toasts: Toasts) -> Workshop {
        let asked = address();
        let workshop = Workshop {
            session,
            run,
            classroom,
            toasts,
            spot: RwSignal::new(Spot::of(&asked)),
            opened: RwSignal::new(None),
            sheet: RwSignal::new(None),
            problems: RwSignal::new(None),
            embed: asked.embed,
            told_full: StoredValue::new(false),
            told_twin: StoredValue::new(false),
        };
        provide_context(workshop);
        workshop
    }

    /// Follows the address, and listens to other tabs.
    pub fn start(self) {
        if self.embed {
            self.session.dispatch(Msg::Freeze);
        }
        let moved = window_event_listener(leptos::ev::hashchange, move |_| {
            let address = address();
            if let Some(spot) = Spot::of(&address) {
                self.spot.set(Some(spot));
            } else if matches!(address.place, Some(Place::Author | Place::Elsewhere(_))) {
                self.spot.set(None);
            }
        });
        let elsewhere = window_event_listener(leptos::ev::storage, move |event| {
            if let (Some(key), Some(value)) = (event.key(), event.new_value()) {
                self.hear(&key, &value);
            }
        });
        on_cleanup(move || {
            moved.remove();
            elsewhere.remove();
        });
        Effect::new(move |_| self.follow());
    }

    /// The name of what is on the canvas.
    pub fn title(&self) -> String {
        let lesson = self.classroom.open.with(|open| open.as_ref().map(|(_, lesson)| lesson.title.clone()));
        match (self.place(), lesson) {
            (Some(Spot::Sandbox(name)), _) if name.is_empty() => "Sandbox".to_owned(),
            (Some(Spot::Sandbox(name)), _) => name,
            (Some(Spot::Shared(_)), _) => "A shared design".to_owned(),
            (_, Some(title)) => title,
            (_, None) => folder_title(&self.classroom.wanted.get()),
        }
    }

    /// What is on the canvas.
    pub fn place(&self) -> Option<Spot> {
        self.opened.with(|opened| opened.as_ref().map(|opened| opened.spot.clone()))
    }

    /// The same, without hearing of it again.
    fn here(&self) -> Option<Spot> {
        untrack(|| self.place())
    }

    /// A name for files made of it.
    pub fn file_stem(&self) -> String {
        let name = match self.here() {
            Some(Spot::Lesson(folder, _)) => folder.rsplit('/').next().unwrap_or_default().to_owned(),
            Some(Spot::Sandbox(name)) => name,
            Some(Spot::Shared(_)) | None => String::new(),
        };
        let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
        let name: String = name.chars().map(plain).collect();
        if name.is_empty() { "design".to_owned() } else { name }
    }

    /// What the address says when it says where one works, and no more.
    pub fn fragment(&self) -> String {
        match self.classroom.room.get_untracked() {
            Room::Home => return "home".to_owned(),
            Room::Author => return "author".to_owned(),
            Room::Desk => {}
        }
        match self.here() {
            Some(Spot::Lesson(folder, Some(packed))) => Address::fragment(&packed, Some(&folder)),
            Some(Spot::Sandbox(name)) if name.is_empty() => "sandbox".to_owned(),
            Some(Spot::Sandbox(name)) => shelf::address_of(&name).trim_start_matches('#').to_owned(),
            Some(Spot::Shared(packed)) => Address::fragment(&packed, None),
            // The query says it already.
            Some(Spot::Lesson(_, None)) | None if matches!(address().place, Some(Place::Elsewhere(_))) => String::new(),
            Some(Spot::Lesson(_, None)) | None => format!("lesson={}", self.classroom.wanted.get_untracked()),
        }
    }

    /// The folder of the lesson that this belongs to.
    pub fn lesson(&self) -> Option<String> {
        match self.here() {
            Some(Spot::Lesson(folder, _)) => Some(folder),
            _ => None,
        }
    }

    /// What the place begins with.
    pub fn start_design(&self) -> Option<Design> {
        self.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.start.clone()))
    }

    /// Makes this the design, as one step that can be undone, unless the lesson forbids it; then false. The run of another
    /// design would mean nothing to it.
    pub fn replace(&self, design: &Design, told: &str) -> bool {
        let edit = self.session.editor.with_untracked(|editor| replacing(&editor.design, design));
        if let Some(why) = self.session.editor.with_untracked(|editor| editor.refuses(&edit)) {
            let message = format!("That design does not fit this lesson: {why}. Nothing was changed.");
            self.toasts.show(Tone::Bad, message);
            return false;
        }
        self.run.reset();
        self.session.dispatch(Msg::Edit(edit));
        self.session.dispatch(Msg::Do(Action::FitAll, false));
        self.toasts.show(Tone::Plain, format!("{told}. Undo takes it back."));
        true
    }

    /// As [`Workshop::replace`], with what is done by hand in the run.
    pub fn replace_with_run(&self, scenario: Scenario, told: &str) -> bool {
        let done = self.replace(scenario.design_at(Time::MAX), told);
        if done && !scenario.script.is_empty() {
            self.run.prepare(scenario);
        }
        done
    }

    /// Takes what is on the canvas into the sandbox, as a copy.
    pub fn copy_to_sandbox(&self) {
        match pack(&self.run.shared()) {
            Some(packed) => drop(window().location().set_hash(&Address::fragment(&packed, None))),
            None => self.toasts.show(Tone::Bad, "This run is too long to be copied. Save it as a file, and open that."),
        }
    }

    /// Keeps the design under a name. In the sandbox one goes on working under that name.
    pub fn save_as(&self, name: &str) -> Result<(), &'static str> {
        let design = self.session.with_untracked_design(Clone::clone);
        shelf::put(name, &design)?;
        let (there, key) = (Spot::Sandbox(name.to_owned()), Spot::Sandbox(name.to_owned()).key());
        // Newer than every draft of that name, in whatever tab.
        let _ = drafts::keep(&key, &design, &design);
        if matches!(self.opened.get_untracked(), Some(Opened { spot: Spot::Sandbox(_) | Spot::Shared(_), .. })) {
            self.opened.set(Some(Opened { spot: there.clone(), key, start: design }));
            self.spot.set(Some(there));
            let _ = window().location().set_hash(&shelf::address_of(name));
        }
        Ok(())
    }

    /// A named design has another name.
    pub fn renamed(&self, from: &Spot, to: Spot) {
        let here = self.opened.with_untracked(|opened| opened.as_ref().is_some_and(|opened| opened.spot == *from));
        if !here {
            return;
        }
        self.opened.update(|opened| {
            if let Some(opened) = opened {
                (opened.key, opened.spot) = (to.key(), to.clone());
            }
        });
        self.spot.set(Some(to));
        let _ = window().location().set_hash(&self.fragment());
    }

    /// Keeps the design as a draft. That it cannot be kept is told once.
    pub fn save(&self) {
        let Some(Opened { key, start, .. }) = self.opened.get_untracked().filter(|_| !self.embed) else { return };
        match self.session.with_untracked_design(|design| drafts::keep(&key, design, &start)) {
            Ok(()) => self.told_full.set_value(false),
            Err(_) if self.told_full.get_value() => {}
            Err(why) => {
                self.told_full.set_value(true);
                let note = "Your work is still here, but it cannot be kept:";
                self.toasts.show(Tone::Bad, format!("{note} {why}. Save it as a file (Design menu)."));
            }
        }
    }

    fn hear(&self, key: &str, value: &str) {
        let Some(Opened { key: place, .. }) = self.opened.get_untracked().filter(|_| !self.embed) else { return };
        let heard = drafts::hear(key, value, &place);
        if heard == Heard::Renamed {
            self.save();
        }
        if heard != Heard::Nothing && !self.told_twin.get_value() {
            self.told_twin.set_value(true);
            let note = "This is open in another tab too. Each tab keeps its own work;";
            self.toasts.show(Tone::Plain, format!("{note} a new tab begins with what was changed last."));
        }
    }

    /// Opens what the address asks for, once it is there.
    fn follow(&self) {
        let lesson = self.classroom.open.get();
        match (self.spot.get(), lesson) {
            (Some(Spot::Sandbox(name)), _) => self.open_sandbox(name),
            (Some(Spot::Shared(packed)), _) => self.open_shared(packed),
            // What is written at the author's desk is brought onto the canvas, and kept, there.
            (_, Some((folder, lesson))) if folder == AUTHOR => {
                self.opened.set(None);
                document().set_title(&format!("{} · Pressure Point", lesson.title));
            }
            (spot, Some((folder, lesson))) => {
                let packed = match spot {
                    Some(Spot::Lesson(wanted, packed)) if wanted == folder => packed,
                    _ => None,
                };
                let rulebook = Rulebook { rules: lesson.rules.clone(), start: lesson.start.clone() };
                let (brought, asked) = (packed.as_deref().map(unpack), packed.clone().unwrap_or_default());
                let spot = Spot::Lesson(folder.clone(), packed.filter(|_| matches!(brought, Some(Ok(_)))));
                // What was made of the link's design before goes on.
                let goes_on = matches!(drafts::find(&spot.key()), Found::Design(_));
                if !self.put_on_canvas(spot, lesson.start.clone(), Some(rulebook), Some(&folder)) {
                    return;
                }
                match brought {
                    Some(Ok(scenario)) if !goes_on => self.bring(scenario, &asked),
                    Some(Err(error)) => self.refuse(error.to_string()),
                    Some(Ok(_)) | None => {}
                }
                self.begin();
            }
            (_, None) => {}
        }
    }

    /// A design came with the link to this lesson: it takes the place of the learner's own, which Undo brings back. One that
    /// the lesson forbids goes to the sandbox.
    fn bring(&self, mut scenario: Scenario, packed: &str) {
        self.seed(&mut scenario.design);
        self.seed(scenario.last_design_mut());
        let last = scenario.design_at(Time::MAX).clone();
        if self.embed {
            self.session.dispatch(Msg::Open(Box::new(last)));
            self.run.reset();
            self.run.prepare(scenario);
        } else if self.session.with_untracked_design(|design| *design != last) {
            if !self.replace_with_run(scenario, "The design of the link is on the canvas; your own work is kept") {
                let _ = window().location().replace(&format!("#{}", Address::fragment(packed, None)));
            }
        } else {
            self.run.prepare(scenario);
        }
    }

    fn open_sandbox(&self, name: String) {
        let start = Some(name.as_str()).filter(|name| !name.is_empty()).and_then(shelf::named).unwrap_or_default();
        if self.put_on_canvas(Spot::Sandbox(name), start, None, None) {
            self.classroom.leave();
            self.begin();
        }
    }

    fn open_shared(&self, packed: String) {
        match unpack(&packed) {
            Ok(mut scenario) => {
                self.seed(&mut scenario.design);
                self.seed(scenario.last_design_mut());
                let last = scenario.design_at(Time::MAX).clone();
                if self.put_on_canvas(Spot::Shared(packed), last, None, None) {
                    self.classroom.leave();
                    self.run.prepare(scenario);
                    self.begin();
                }
            }
            Err(error) => {
                self.refuse(error.to_string());
                if self.opened.with_untracked(Option::is_none) {
                    let _ = window().location().replace("#sandbox");
                    return;
                }
                // The address must not name what is not here.
                let fragment = self.fragment();
                let _ = window().location().replace(&format!("#{fragment}"));
            }
        }
    }

    fn refuse(&self, message: String) {
        let hint = Some("whoever sent the link can send the design as a file, too".to_owned());
        let problem = Problem { path: String::new(), line: 0, message, hint };
        self.problems.set(Some(("This link".to_owned(), vec![problem])));
    }

    /// Shows what was built here last, or how it begins; false if it is on the canvas already. `own` is the place where the
    /// learner's own work is looked for if there is none here.
    fn put_on_canvas(&self, spot: Spot, mut start: Design, rulebook: Option<Rulebook>, own: Option<&str>) -> bool {
        let key = spot.key();
        if self.opened.with_untracked(|opened| opened.as_ref().is_some_and(|opened| opened.key == key)) {
            return false;
        }
        self.seed(&mut start);
        let mut design = if self.embed { start.clone() } else { self.found(&key, own).unwrap_or(start.clone()) };
        self.seed(&mut design);
        self.opened.set(Some(Opened { spot, key: key.clone(), start }));
        self.told_twin.set_value(false);
        self.session.dispatch(Msg::Open(Box::new(design)));
        self.session.dispatch(Msg::Rule(rulebook.map(Box::new)));
        self.run.reset();
        document().set_title(&format!("{} · Pressure Point", untrack(|| self.title())));
        if !self.embed {
            drafts::greet(&key);
        }
        true
    }

    fn found(&self, key: &str, own: Option<&str>) -> Option<Design> {
        match (drafts::find(key), own) {
            (Found::Design(design), _) => Some(*design),
            (Found::Nothing, Some(own)) if own != key => self.found(own, None),
            (Found::Nothing, _) => None,
            (Found::Unreadable(aside), _) => {
                let note = "What you built here last cannot be read any more. It was kept aside in this browser as";
                self.toasts.show(Tone::Bad, format!("{note} “{aside}”; you start fresh."));
                None
            }
        }
    }

    /// The seed that the address names holds instead of the design's own.
    fn seed(&self, design: &mut Design) {
        if let Some(seed) = address().seed {
            design.seed = seed;
        }
    }

    /// Within another page the run begins by itself, unless the reader asked for less motion.
    fn begin(&self) {
        if self.embed && !self.session.reduced_motion.get_untracked() {
            self.run.ask(PlayerMessage::Toggle);
        }
    }
}
