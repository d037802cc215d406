//! The page: where the panels stand, and what the shell does with what the editor asks for.

use leptos::prelude::*;

use crate::design::{self, Design, Problem};
use crate::editor::player::{Player, PlayerMessage};
use crate::editor::replace::replacing;
use crate::editor::{Action, Effect as EditorEffect, Msg, Rulebook};
use crate::units::Time;

use super::address::address;
use super::author::{AuthorDesk, Desk, Sheet};
use super::award::Award;
use super::board::{Board, BoardPanel};
use super::canvas::Canvas;
use super::clock::{self, Resized};
use super::course::{AUTHOR, Classroom, Room};
use super::drafts::{self, Found};
use super::elsewhere::Consent;
use super::files;
use super::glyph::{Glyph, glyph};
use super::grading::Grading;
use super::header::Header;
use super::help::Help;
use super::home::{self, Home};
use super::inspector::Inspector;
use super::lesson::LessonPanel;
use super::lesson_menu::Solution;
use super::live::live;
use super::milestones;
use super::model::{ModelBook, ModelDialog};
use super::outline::Outline;
use super::palette::Palette;
use super::player::PlayerBar;
use super::run::{self, Run};
use super::session::Session;
use super::theme::Theme;
use super::toast::{ToastList, Toasts, Tone};

/// What a phone shows of the page at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Lesson,
    Canvas,
    Inspect,
    Charts,
}

impl Tab {
    const ALL: [Tab; 4] = [Tab::Lesson, Tab::Canvas, Tab::Inspect, Tab::Charts];

    fn word(self) -> &'static str {
        match self {
            Tab::Lesson => "Lesson",
            Tab::Canvas => "Canvas",
            Tab::Inspect => "Inspect",
            Tab::Charts => "Charts",
        }
    }
}

/// What is shown of the page, and what can be done with the design as a whole.
#[derive(Clone, Copy)]
pub struct Shell {
    session: Session,
    run: Run,
    classroom: Classroom,
    toasts: Toasts,
    resized: Resized,
    award: Award,
    author: Desk,
    /// The help is open.
    pub help: RwSignal<bool>,
    tab: RwSignal<Tab>,
    lesson_shown: RwSignal<bool>,
    inspector_shown: RwSignal<bool>,
    charts_shown: RwSignal<bool>,
    board: Board,
    /// It was told that drafts cannot be kept.
    told_full: StoredValue<bool>,
    /// What is wrong with the file that was to be opened.
    import_problems: RwSignal<Option<(String, Vec<Problem>)>>,
}

impl Shell {
    /// The name of what is on the canvas.
    pub fn title(&self) -> String {
        home::title_of(self.classroom)
    }

    /// Makes this the design, as one step that can be undone, unless the lesson forbids it. The run of another design would
    /// mean nothing to it.
    pub fn replace(&self, design: &Design, told: &str) {
        let edit = self.session.editor.with_untracked(|editor| replacing(&editor.design, design));
        if let Some(why) = self.session.editor.with_untracked(|editor| editor.refuses(&edit)) {
            let message = format!("That design does not fit this lesson: {why}. Nothing was changed.");
            return self.toasts.show(Tone::Bad, message);
        }
        self.run.reset();
        self.session.dispatch(Msg::Edit(edit));
        self.session.dispatch(Msg::Do(Action::FitAll, false));
        self.toasts.show(Tone::Plain, format!("{told}. Undo takes it back."));
        self.tab.set(Tab::Canvas);
    }

    /// Goes back to what the lesson begins with.
    pub fn start_over(&self) {
        if let Some(start) = self.classroom.start_design() {
            self.replace(&start, "Back to the lesson's start");
        }
    }

    /// Hands the design to the learner as a file.
    pub fn export(&self) {
        let text = self.session.editor.with_untracked(|editor| design::write(&editor.design));
        let folder = self.classroom.open.with_untracked(|open| open.as_ref().map(|(folder, _)| folder.clone()));
        let name = folder.as_deref().and_then(|folder| folder.rsplit('/').next()).unwrap_or("design").to_owned();
        files::download(&format!("{name}.toml"), &text);
        self.toasts.show(Tone::Good, format!("Saved as {name}.toml"));
    }

    /// Opens a file from the learner's disk. A bad one changes nothing.
    pub fn import(&self, name: &str, text: &str) {
        match design::read(text) {
            Ok(design) => {
                self.import_problems.set(None);
                self.replace(&design, &format!("Opened {name}"));
            }
            Err(problems) => {
                let problems = problems.into_iter().map(|problem| problem.at_path(name)).collect();
                self.import_problems.set(Some((name.to_owned(), problems)));
            }
        }
    }

    /// The design on the canvas, as a file.
    pub fn design_text(&self) -> String {
        self.session.editor.with_untracked(|editor| design::write(&editor.design))
    }

    /// All goals of the lesson are met.
    pub fn solved(&self) {
        if self.classroom.solve() {
            self.toasts.show(Tone::Good, "Lesson solved: all goals are met.");
        }
        self.award.begin();
    }

    /// The open lesson is another one: what was built for it last comes onto the canvas.
    fn open_lesson(&self) {
        let Some((folder, lesson)) = self.classroom.open.get() else { return };
        document().set_title(&format!("{} · Pressure Point", lesson.title));
        if folder == AUTHOR {
            return;
        }
        let mut design = match drafts::find(&folder) {
            Found::Design(design) => *design,
            Found::Nothing => lesson.start.clone(),
            Found::Unreadable(aside) => {
                let note = "What you built here last cannot be read any more. It was kept aside in this browser as";
                self.toasts.show(Tone::Bad, format!("{note} “{aside}”; the lesson starts fresh."));
                lesson.start.clone()
            }
        };
        // A link may ask for a seed of its own: everybody in a class gets the same evening.
        design.seed = address().seed.unwrap_or(design.seed);
        let rulebook = Rulebook { rules: lesson.rules.clone(), start: lesson.start.clone() };
        self.session.dispatch(Msg::Open(Box::new(design)));
        self.session.dispatch(Msg::Rule(Some(Box::new(rulebook))));
        self.run.reset();
    }

    fn save(&self) {
        let Some((folder, lesson)) = self.classroom.open.get_untracked() else { return };
        if folder == AUTHOR {
            return self.session.with_untracked_design(|design| self.author.canvas_changed(design));
        }
        let kept = self.session.editor.with_untracked(|editor| drafts::keep(&folder, &editor.design, &lesson.start));
        match kept {
            Ok(()) => self.told_full.set_value(false),
            Err(_) if self.told_full.get_value() => {}
            Err(why) => {
                self.told_full.set_value(true);
                let note = "Your work is still here, but it cannot be kept:";
                self.toasts.show(Tone::Bad, format!("{note} {why}. Save it as a file (Design menu)."));
            }
        }
    }

    fn handle(&self, effect: EditorEffect) {
        match effect {
            EditorEffect::DesignChanged { behaves } => {
                self.save();
                self.run.design_changed(behaves);
            }
            EditorEffect::Fault(fault) => self.run.strike(&fault),
            EditorEffect::ClosePanel => self.tab.set(Tab::Canvas),
            EditorEffect::Shell(action) => self.act(action),
            other => self.session.handle(other),
        }
    }

    fn act(&self, action: Action) {
        let speed = || self.run.player.with_untracked(Player::speed);
        match action {
            Action::PlayPause => self.run.ask(PlayerMessage::Toggle),
            Action::StepForward => self.run.ask(PlayerMessage::Step(1)),
            Action::StepBack => self.run.ask(PlayerMessage::Step(-1)),
            Action::Rewind => self.run.ask(PlayerMessage::Seek(Time::ZERO)),
            Action::Faster => self.run.ask(PlayerMessage::Speed(speed().faster())),
            Action::Slower => self.run.ask(PlayerMessage::Speed(speed().slower())),
            Action::Save => self.export(),
            Action::Help => self.help.set(true),
            _ => {}
        }
    }
}

/// Puts all that is shared into the context, and starts what runs by itself.
fn provide() -> Shell {
    let session = Session::provide(Design::default());
    let (resized, toasts) = (Resized::provide(), Toasts::provide());
    Theme::provide();
    let board = Board::provide();
    let classroom = Classroom::provide();
    ModelBook::provide();
    let run = Run::provide(session);
    let grading = Grading::provide(session, run, classroom);
    let shell = Shell {
        session,
        run,
        classroom,
        toasts,
        resized,
        award: Award::provide(classroom, run),
        author: Desk::provide(classroom, session, run),
        help: RwSignal::new(false),
        tab: RwSignal::new(Tab::Lesson),
        lesson_shown: RwSignal::new(true),
        inspector_shown: RwSignal::new(true),
        charts_shown: RwSignal::new(true),
        board,
        told_full: StoredValue::new(false),
        import_problems: RwSignal::new(None),
    };
    provide_context(shell);
    Solution::provide();
    milestones::start(classroom, run, grading, shell.award);
    session.on_effect(move |_, effect| shell.handle(effect));
    Effect::new(move |_| shell.open_lesson());
    let elsewhere = window_event_listener(leptos::ev::storage, move |event| {
        let folder = classroom.open.with_untracked(|open| open.as_ref().map(|(folder, _)| folder.clone()));
        if let (Some(key), Some(folder)) = (event.key(), folder) {
            drafts::written_elsewhere(&key, &folder);
        }
    });
    on_cleanup(move || elsewhere.remove());
    super::announce::start(session, run);
    classroom.start();
    run::warm_up(run);
    clock::start(run, grading);
    shell
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let shell = provide();
    Effect::new(move |_| {
        // Whatever was opened or closed: charts have another size.
        shell.tab.track();
        shell.classroom.room.track();
        shell.author.sheet.track();
        [shell.lesson_shown, shell.inspector_shown, shell.charts_shown, shell.board.tall].iter().for_each(Track::track);
        request_animation_frame(move || shell.resized.tell());
    });
    let at = move |room: Room| shell.classroom.room.get() == room;
    view! {
        <div class="app" data-tab=move || shell.tab.get().word()
            class:no-lesson=move || !shell.lesson_shown.get()
            class:no-inspector=move || !shell.inspector_shown.get()
            class:at-home=move || at(Room::Home)
            class:at-author=move || at(Room::Author)
            class:writing=move || at(Room::Author) && shell.author.sheet.get() != Sheet::Draw
            class:no-charts=move || !shell.charts_shown.get()>
            <Header />
            <Home />
            <main class="workspace" inert=move || at(Room::Home)>
            <section class="panel lesson" aria-label="Lesson"><LessonPanel /></section>
            <section class="stage" aria-label="Canvas">
                <AuthorDesk />
                <Stage />
                <Handle side="left" name="lesson" shown=shell.lesson_shown />
                <Handle side="right" name="inspector" shown=shell.inspector_shown />
                <Trouble />
            </section>
            <section class="panel inspector" aria-label="Inspector"><Inspect /></section>
            <section class="deck" aria-label="Player">
                <PlayerBar />
                <button class="icon-button small charts-toggle" aria-expanded=move || shell.charts_shown.get().to_string()
                    aria-label="Charts" title="Show or hide the charts"
                    on:click=move |_| shell.charts_shown.update(|shown| *shown = !*shown)>
                    {live(move || glyph(if shell.charts_shown.get() { Glyph::Down } else { Glyph::Up }))}
                </button>
            </section>
            <BoardPanel />
            </main>
            <nav class="tabs" aria-label="Views">{Tab::ALL.map(|tab| tab_button(shell, tab)).collect_view()}</nav>
            <ToastList />
            <Help open=shell.help />
            <ModelDialog />
            <ImportProblems />
            <Consent />
        </div>
    }
}

/// The canvas with its palette.
#[component]
fn Stage() -> impl IntoView {
    view! { <Palette /><Canvas /> }
}

/// What is selected, and the list of all parts.
#[component]
fn Inspect() -> impl IntoView {
    view! {
        <Inspector />
        <details class="all-parts">
            <summary>"All parts"</summary>
            <Outline />
        </details>
    }
}

fn tab_button(shell: Shell, tab: Tab) -> impl IntoView {
    view! {
        <button class="tab" aria-current=move || (shell.tab.get() == tab).then_some("true") on:click=move |_| shell.tab.set(tab)>
            {tab.word()}
        </button>
    }
}

/// The edge of a side panel: hides and shows it.
#[component]
fn Handle(side: &'static str, name: &'static str, shown: RwSignal<bool>) -> impl IntoView {
    let label = move || if shown.get() { format!("Hide the {name}") } else { format!("Show the {name}") };
    let points_left = move || shown.get() == (side == "left");
    view! {
        <button class=format!("handle {side}") aria-label=label title=label aria-expanded=move || shown.get().to_string()
            on:click=move |_| shown.update(|shown| *shown = !*shown)>
            {live(move || glyph(if points_left() { Glyph::Left } else { Glyph::Right }))}
        </button>
    }
}

/// Why there is no run, over the canvas.
#[component]
fn Trouble() -> impl IntoView {
    let run: Run = expect_context();
    let note = |why: String| view! { <div class="trouble" role="alert"><pre>{why}</pre></div> };
    live(move || run.trouble.get().map(note))
}

/// What is wrong with a file that was to be opened; the design stays as it is.
#[component]
fn ImportProblems() -> impl IntoView {
    let shell: Shell = expect_context();
    let note = move |(name, problems): (String, Vec<Problem>)| {
        let item = |problem: &Problem| view! { <li><pre>{problem.to_string()}</pre></li> };
        view! {
            <div class="problems" role="alertdialog" aria-label="This file cannot be opened">
                <header>
                    <h2>{name}" cannot be opened"</h2>
                    <button class="icon-button" aria-label="Close" on:click=move |_| shell.import_problems.set(None)>
                        {glyph(Glyph::Close)}
                    </button>
                </header>
                <p>"Your design is as it was."</p>
                <ul>{problems.iter().map(item).collect_view()}</ul>
            </div>
        }
    };
    live(move || shell.import_problems.get().map(note))
}
