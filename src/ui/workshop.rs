//! Where the learner works (a lesson, the sandbox, a design that came with a link), and that nothing of it gets lost.

mod opening;

use leptos::prelude::*;

use crate::design::{Design, Problem};
use crate::editor::address::{Address, Place};
use crate::editor::replace::replacing;
use crate::editor::{Action, Msg, Spot};
use crate::lesson::pack;
use crate::sim::Scenario;
use crate::units::Time;

use super::address::address;
use super::course::{Classroom, Room, folder_title};
use super::drafts::{self, Heard};
use super::run::Run;
use super::session::Session;
use super::shelf;
use super::signal::{RwSignal, StoredValue, effect};
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
        effect(move || self.follow());
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
}
