//! Opening what the address asks for: a lesson, the sandbox, a design that came with a link; what was built there goes on.

use leptos::prelude::*;

use crate::design::{Design, Problem};
use crate::editor::address::Address;
use crate::editor::player::PlayerMessage;
use crate::editor::{Msg, Rulebook, Spot};
use crate::lesson::unpack;
use crate::sim::Scenario;
use crate::units::Time;

use crate::ui::address::address;
use crate::ui::course::AUTHOR;
use crate::ui::drafts::{self, Found};
use crate::ui::shelf;
use crate::ui::toast::Tone;

use super::{Opened, Workshop};

impl Workshop {
    /// Opens what the address asks for, once it is there.
    pub(super) fn follow(&self) {
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
