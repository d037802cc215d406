//! What the views share: the editor, the recording, the playhead. A `Copy` handful of signals in the Leptos context.

use std::rc::Rc;

use leptos::prelude::*;

use crate::design::Design;
use crate::editor::{Camera, Editor, Effect, Gesture, Menu, Msg, Selection};
use crate::metrics::Recording;
use crate::scene::Glance;
use crate::units::Time;

use super::signal::{Memo, RwSignal, StoredValue};

/// The state of one open page. Views read it from the context ([`use_session`]) and change it by [`Session::dispatch`].
#[derive(Clone, Copy)]
pub struct Session {
    /// The editor. Read it through the memos below: it notifies at every move of the pointer.
    pub editor: RwSignal<Editor>,
    /// Changes when the design does.
    pub version: Memo<u64>,
    /// What is selected.
    pub selection: Memo<Selection>,
    /// What is seen of the canvas.
    pub camera: Memo<Camera>,
    /// What the pointer is doing.
    pub gesture: Memo<Gesture>,
    /// The open context menu.
    pub menu: Memo<Option<Menu>>,
    /// The run so far; `revision` tells when it grew or was cut.
    pub recording: StoredValue<Recording>,
    /// Changes when the recording does.
    pub revision: RwSignal<u64>,
    /// The simulated time that is shown.
    pub playhead: RwSignal<Time>,
    /// Simulated seconds per second.
    pub speed: RwSignal<f64>,
    /// Whether the playhead moves.
    pub playing: RwSignal<bool>,
    /// The smoothed figures of all parts at the playhead; the canvas refreshes it some eight times a second.
    pub glance: RwSignal<Glance>,
    /// What the live region says.
    pub announcement: RwSignal<String>,
    /// The last refusal and its number (the same words twice are two refusals); shown near the canvas.
    pub refusal: RwSignal<(u64, String)>,
    /// The reader asked for less motion.
    pub reduced_motion: RwSignal<bool>,
    handler: leptos::prelude::StoredValue<Handler, LocalStorage>,
}

/// What does the editor's effects.
type Handler = Rc<dyn Fn(Session, Effect)>;

/// The session of this page.
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// A session that edits this design, put into the context.
    pub fn provide(design: Design) -> Session {
        let editor = RwSignal::new(Editor::new(design));
        let session = Session {
            editor,
            version: Memo::new(move |_| editor.with(|editor| editor.version)),
            selection: Memo::new(move |_| editor.with(|editor| editor.selection.clone())),
            camera: Memo::new(move |_| editor.with(|editor| editor.camera)),
            gesture: Memo::new(move |_| editor.with(|editor| editor.gesture.clone())),
            menu: Memo::new(move |_| editor.with(|editor| editor.menu.clone())),
            recording: StoredValue::new(Recording::default()),
            revision: RwSignal::new(0),
            playhead: RwSignal::new(Time::ZERO),
            speed: RwSignal::new(1.0),
            playing: RwSignal::new(false),
            glance: RwSignal::new(Glance::default()),
            announcement: RwSignal::new(String::new()),
            refusal: RwSignal::new((0, String::new())),
            reduced_motion: RwSignal::new(wants_less_motion()),
            handler: leptos::prelude::StoredValue::new_local(Rc::new(|session, effect| session.handle(effect))),
        };
        provide_context(session);
        session
    }

    /// Tells the editor, and does what it asks.
    pub fn dispatch(&self, msg: Msg) {
        let effects = self.editor.try_update(|editor| editor.update(msg)).unwrap_or_default();
        let handler = self.handler.get_value();
        for effect in effects {
            handler(*self, effect);
        }
    }

    /// Replaces what is done with effects. A handler passes on what it leaves to [`Session::handle`].
    pub fn on_effect(&self, handler: impl Fn(Session, Effect) + 'static) {
        self.handler.set_value(Rc::new(handler));
    }

    /// What is done with effects unless the shell knows better: tells announcements and refusals.
    pub fn handle(&self, effect: Effect) {
        match effect {
            Effect::Announce(text) => self.announcement.set(text),
            Effect::Refused(why) => {
                let why = quoted(&why);
                self.announcement.set(format!("Not possible: {why}"));
                self.refusal.update(|(number, text)| (*number, *text) = (*number + 1, why));
            }
            Effect::Focus(part) => super::canvas::focus_part(&part),
            Effect::DesignChanged { .. } | Effect::Fault(_) | Effect::ClosePanel | Effect::Shell(_) => {}
        }
    }

    /// Reads the design, and again when it changes.
    pub fn with_design<T>(&self, read: impl FnOnce(&Design) -> T) -> T {
        // Not `track`: a memo that nobody ever read hears of nothing.
        self.version.get();
        self.editor.with_untracked(|editor| read(&editor.design))
    }

    /// Reads the design as it is now, without reading it again.
    pub fn with_untracked_design<T>(&self, read: impl FnOnce(&Design) -> T) -> T {
        self.editor.with_untracked(|editor| read(&editor.design))
    }

    /// Reads the recording, and again when it grows or is cut.
    pub fn with_recording<T>(&self, read: impl FnOnce(&Recording) -> T) -> T {
        self.revision.track();
        self.recording.with_value(read)
    }

    /// Changes the recording and tells all who read it.
    pub fn update_recording(&self, change: impl FnOnce(&mut Recording)) {
        self.recording.update_value(change);
        self.revision.update(|revision| *revision += 1);
    }
}

/// Names stand between backticks in messages, as the command line shows them; a page has real quotes.
pub fn quoted(text: &str) -> String {
    let mut open = false;
    let quote = |c: char| match c {
        '`' => {
            open = !open;
            if open { '“' } else { '”' }
        }
        c => c,
    };
    text.chars().map(quote).collect()
}

fn wants_less_motion() -> bool {
    let query =
        web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}
