//! The author's desk: a lesson being written beside the page that learners will see, its builds on the canvas, its goals
//! taken from the run, the verifier's report, and the folder as a zip.

mod builds;
mod goals;
mod shelf;

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::design::{self, Design};
use crate::editor::{Action, Msg};
use crate::lesson::{LessonDraft, escaped};

use super::course::{AUTHOR, Classroom, Page, Room};
use super::element::view;
use super::glyph::{Glyph, glyph, glyph_html};
use super::later::{self, later};
use super::live::live;
use super::protocol::{Finding, Study};
use super::run::Run;
use super::session::Session;
use super::signal::{Memo, RwSignal, StoredValue, effect};
use super::storage;
use super::study::StudyRoom;

use builds::Builds;
use goals::GoalMaker;
use shelf::Shelf;

/// How long nobody types before the preview follows.
const PAUSE: Duration = Duration::from_millis(350);
const DRAFT: &str = "author-draft";
const RULES: &str = "<p>The start must miss a goal. The solution must meet all goals on five seeds. Each wrong build must \
    lose for its reason.</p>";
const START: &str = "start.toml";

/// What the desk shows in place of, or above, the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// The text of the lesson.
    Write,
    /// The canvas, with the lesson's builds and goals.
    Draw,
    /// The verifier's report.
    Check,
}

impl Sheet {
    const ALL: [(Sheet, &'static str); 3] =
        [(Sheet::Write, "Write"), (Sheet::Draw, "Draw and play"), (Sheet::Check, "Check")];
}

/// The state of the desk.
#[derive(Clone, Copy)]
pub struct Desk {
    classroom: Classroom,
    session: Session,
    run: Run,
    /// The lesson.
    draft: RwSignal<LessonDraft>,
    /// What is shown.
    pub sheet: RwSignal<Sheet>,
    /// The build on the canvas, by its file.
    build: RwSignal<String>,
    /// What the verifier says, as HTML.
    report: RwSignal<String>,
    /// The verifier is at work.
    busy: RwSignal<bool>,
    room: StudyRoom,
    /// What was last told; empty if there is nothing to tell.
    note: RwSignal<String>,
    /// The draft before the one that was just laid down.
    before: StoredValue<Option<LessonDraft>>,
    /// Grows with each change: the preview follows the last one of a burst.
    changes: StoredValue<u32>,
}

impl Desk {
    /// A desk with the draft that this browser keeps, put into the context.
    pub fn provide(classroom: Classroom, session: Session, run: Run) -> Desk {
        let desk = Desk {
            classroom,
            session,
            run,
            draft: RwSignal::new(LessonDraft::default()),
            sheet: RwSignal::new(Sheet::Write),
            build: RwSignal::new(START.to_owned()),
            report: RwSignal::new(RULES.to_owned()),
            busy: RwSignal::new(false),
            room: StudyRoom::new(),
            note: RwSignal::new(String::new()),
            before: StoredValue::new(None),
            changes: StoredValue::new(0),
        };
        provide_context(desk);
        let there = Memo::new(move |_| classroom.room.get() == Room::Author);
        effect(move || {
            if there.get() {
                desk.sit_down();
            }
        });
        desk
    }

    /// The desk is entered: the draft comes onto it.
    fn sit_down(&self) {
        if let Some(draft) = storage::get(DRAFT).and_then(|text| LessonDraft::read(&text)) {
            self.draft.set(draft);
        }
        self.classroom.wanted.set(AUTHOR.to_owned());
        self.show();
        self.take_up(START);
    }

    /// Another lesson is on the desk; the one before can be had back.
    fn lay_down(&self, draft: LessonDraft, told: String) {
        self.before.set_value(Some(self.draft.get_untracked()));
        self.note.set(told);
        self.draft.set(draft);
        self.changed();
        self.take_up(START);
    }

    /// Changes the draft.
    fn change<T>(&self, change: impl FnOnce(&mut LessonDraft) -> T) -> T {
        let changed = self.draft.try_update(change).expect("the draft lives as long as the page");
        self.changed();
        changed
    }

    fn changed(&self) {
        // At once: the tab may be gone the next moment.
        if let Err(why) = storage::put(DRAFT, &self.draft.with_untracked(LessonDraft::write)) {
            self.tell(format!("The lesson is still here, but it cannot be kept: {why}. Save it as a zip."));
        }
        self.changes.update_value(|changes| *changes += 1);
        let (desk, at) = (*self, self.changes.get_value());
        let follow = move || {
            if desk.changes.get_value() == at {
                desk.show();
            }
        };
        set_timeout(follow, PAUSE);
    }

    /// Shows the lesson as learners will see it, or what is wrong with it.
    fn show(&self) {
        if self.classroom.room.get_untracked() != Room::Author {
            return;
        }
        match self.draft.with_untracked(LessonDraft::lesson) {
            Ok(lesson) => {
                let lesson = Arc::new(lesson);
                self.classroom.page.set(Page::Ready(lesson.clone()));
                self.classroom.open.set(Some((AUTHOR.to_owned(), lesson)));
            }
            Err(problems) => self.classroom.page.set(Page::Broken(problems)),
        }
    }

    /// Puts a build onto the canvas. One that is not there yet, or cannot be read, leaves the canvas as it is.
    fn take_up(&self, build: &str) {
        self.build.set(build.to_owned());
        let design = self.draft.with_untracked(|draft| draft.file(build).map(design::read));
        if let Some(Ok(design)) = design {
            self.session.dispatch(Msg::Rule(None));
            self.session.dispatch(Msg::Open(Box::new(design)));
            self.run.reset();
            request_animation_frame({
                let session = self.session;
                move || session.dispatch(Msg::Do(Action::FitAll, false))
            });
        }
    }

    /// The design on the canvas was changed: so is its build.
    pub fn canvas_changed(&self, design: &Design) {
        let build = self.build.get_untracked();
        self.change(|draft| draft.put(&build, design::write(design)));
    }

    fn check(&self) {
        let desk = *self;
        let tell = move |html: String, busy: bool| {
            desk.report.set(html);
            desk.busy.set(busy);
        };
        tell("<p>Reading the files …</p>".to_owned(), true);
        let files = self.draft.with_untracked(LessonDraft::paths);
        self.room.begin(Study::Verify(files), move |finding| match finding {
            Finding::Doing(what) => tell(format!("<p>Running {} …</p>", escaped(&what)), true),
            Finding::Verdict(report) => tell(report.html(&glyph_html(Glyph::Check), &glyph_html(Glyph::Close)), false),
            Finding::Failed(why) => tell(format!("<pre>{}</pre>", escaped(&why.join("\n"))), false),
            _ => {}
        });
    }

    /// Says something about the lesson as a whole, which cannot be undone.
    fn tell(&self, text: String) {
        self.before.set_value(None);
        self.note.set(text);
    }
}

/// What stands above the canvas at the author's desk; nothing elsewhere.
#[component]
pub fn AuthorDesk() -> impl IntoView {
    let classroom: Classroom = expect_context();
    let there = Memo::new(move |_| classroom.room.get() == Room::Author);
    live(move || there.get().then(|| later(later::author, ())))
}

/// The desk itself.
#[component]
pub fn DeskView() -> impl IntoView {
    let desk: Desk = expect_context();
    let tab = move |(sheet, word): (Sheet, &'static str)| {
        view! {
            <button class="desk-tab" aria-pressed=move || (desk.sheet.get() == sheet).to_string()
                on:click=move |_| desk.sheet.set(sheet)>{word}</button>
        }
    };
    let sheet = move || match desk.sheet.get() {
        Sheet::Write => view! { <Write desk /> }.into_any(),
        Sheet::Draw => view! { <div class="desk-tools"><Builds desk /><GoalMaker desk /></div> }.into_any(),
        Sheet::Check => view! { <Check desk /> }.into_any(),
    };
    view! {
        <div class="desk" data-sheet=move || format!("{:?}", desk.sheet.get())>
            <div class="desk-bar">
                <div class="desk-tabs" role="group" aria-label="The author's desk">{Sheet::ALL.map(tab).collect_view()}</div>
                <Shelf desk />
            </div>
            <p class="desk-small">"Writing is easier on a larger screen. The lesson as learners see it is under “Lesson”."</p>
            {live(sheet)}
        </div>
    }
}

/// The text of the lesson; what it comes to stands beside it.
#[component]
fn Write(desk: Desk) -> impl IntoView {
    let text = move || desk.draft.with(|draft| draft.file("lesson.md").unwrap_or_default().to_owned());
    view! {
        <div class="desk-sheet">
            <label class="desk-write">
                <span>"lesson.md "<small>"Markdown; what learners see stands at the left, a moment later"</small></span>
                <textarea spellcheck="true" prop:value=text
                    on:input=move |event| desk.change(|draft| draft.put("lesson.md", event_target_value(&event)))></textarea>
            </label>
        </div>
    }
}

/// What the verifier says.
#[component]
fn Check(desk: Desk) -> impl IntoView {
    view! {
        <div class="desk-sheet">
            <p>
                <button class="primary" prop:disabled=move || desk.busy.get() on:click=move |_| desk.check()>
                    {glyph(Glyph::Check)}"Verify this lesson"
                </button>
            </p>
            <div role="status" inner_html=move || desk.report.get()></div>
        </div>
    }
}
