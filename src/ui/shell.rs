//! What can be done with the design and the page as a whole, and what is done with what the editor asks for.

use leptos::prelude::*;

use crate::design::{self, Design};
use crate::editor::player::{Player, PlayerMessage};
use crate::editor::{Action, Effect as EditorEffect};
use crate::lesson::read_scenario;
use crate::scene::picture;
use crate::units::Time;

use super::author::Desk;
use super::award::Award;
use super::board::{Board, BoardView};
use super::canvas::use_clipboard;
use super::clock::{self, Resized};
use super::compare::Rival;
use super::course::{Classroom, Room};
use super::files;
use super::grading::Grading;
use super::home;
use super::icon::kind_path;
use super::later;
use super::lesson_menu::Solution;
use super::milestones;
use super::model::ModelBook;
use super::pressure::Found;
use super::run::{self, Run};
use super::session::Session;
use super::signal::{RwSignal, effect};
use super::theme::{Colours, Theme};
use super::toast::{Toasts, Tone};
use super::tradeoffs::Ledger;
use super::workshop::Workshop;

/// What a phone shows of the page at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What is to be read.
    Lesson,
    /// The design.
    Canvas,
    /// What is selected.
    Inspect,
    /// The board.
    Charts,
}

impl Tab {
    /// All of them, in their order.
    pub const ALL: [Tab; 4] = [Tab::Lesson, Tab::Canvas, Tab::Inspect, Tab::Charts];

    /// What it is called.
    pub fn word(self) -> &'static str {
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
    pub(super) classroom: Classroom,
    toasts: Toasts,
    pub(super) resized: Resized,
    award: Award,
    pub(super) author: Desk,
    /// The help is open.
    pub help: RwSignal<bool>,
    /// The list of templates is open.
    pub templates: RwSignal<bool>,
    /// The search for actions and parts is open.
    pub(super) search: RwSignal<bool>,
    pub(super) tab: RwSignal<Tab>,
    pub(super) lesson_shown: RwSignal<bool>,
    pub(super) inspector_shown: RwSignal<bool>,
    pub(super) charts_shown: RwSignal<bool>,
    pub(super) board: Board,
    pub(super) workshop: Workshop,
}

impl Shell {
    /// Puts all that is shared into the context, and starts what runs by itself.
    pub fn provide() -> Shell {
        let session = Session::provide(Design::default());
        let (resized, toasts) = (Resized::provide(), Toasts::provide());
        Theme::provide();
        let board = Board::provide();
        let classroom = Classroom::provide();
        ModelBook::provide();
        let run = Run::provide(session);
        let workshop = Workshop::provide(session, run, classroom, toasts);
        Rival::provide();
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
            templates: RwSignal::new(false),
            search: RwSignal::new(false),
            tab: RwSignal::new(Tab::Lesson),
            lesson_shown: RwSignal::new(true),
            inspector_shown: RwSignal::new(true),
            charts_shown: RwSignal::new(true),
            board,
            workshop,
        };
        provide_context(shell);
        Solution::provide();
        milestones::start(classroom, run, grading, shell.award);
        session.on_effect(move |_, effect| shell.handle(effect));
        files::take_drops(move |name, text| shell.import(&name, &text));
        workshop.start();
        effect(move || shell.show_board());
        super::announce::start(session, run);
        Found::provide();
        Ledger::provide();
        later::watch_when_it_runs(run, board);
        classroom.start();
        super::reload::start(classroom);
        run::warm_up(run);
        clock::start(run, grading);
        shell
    }

    /// The name of where one is.
    pub fn title(&self) -> String {
        match self.classroom.room.get() {
            Room::Desk => self.workshop.title(),
            Room::Home | Room::Author => home::title_of(self.classroom),
        }
    }

    /// Makes this the design, as one step that can be undone, unless the lesson forbids it.
    pub fn replace(&self, design: &Design, told: &str) {
        if self.workshop.replace(design, told) {
            self.tab.set(Tab::Canvas);
        }
    }

    /// Whether a template may take the place of the design: a lesson has a start of its own.
    pub fn has_templates(&self) -> bool {
        self.session.version.get();
        self.session.editor.with_untracked(|editor| editor.rulebook.is_none())
    }

    /// Opens the list of templates, or says why not.
    pub fn open_templates(&self) {
        if untrack(|| self.has_templates()) {
            return self.templates.set(true);
        }
        self.toasts.show(Tone::Plain, "A lesson begins with its own design; templates are for free drawing.");
    }

    /// Tells that something went wrong.
    pub fn tell_bad(&self, message: String) {
        self.toasts.show(Tone::Bad, message);
    }

    /// Shows the canvas, where a phone shows something else.
    pub fn show_canvas(&self) {
        self.tab.set(Tab::Canvas);
    }

    /// Goes back to what the lesson, or the saved design, begins with.
    pub fn start_over(&self) {
        if let Some(start) = self.workshop.start_design() {
            self.replace(&start, "Back to the start");
        }
    }

    /// Hands the design to the learner as a file.
    pub fn export(&self) {
        let text = self.session.editor.with_untracked(|editor| design::write(&editor.design));
        let name = self.workshop.file_stem();
        files::download(&format!("{name}.toml"), &text);
        self.toasts.show(Tone::Good, format!("Saved as {name}.toml"));
    }

    /// Hands the diagram to the learner as a picture.
    pub fn export_picture(&self, png: bool) {
        let (name, toasts) = (self.workshop.file_stem(), self.toasts);
        let title = untrack(|| self.workshop.title());
        let picture =
            self.session.with_untracked_design(|design| picture(design, &title, &Colours::of_picture(), kind_path));
        if !png {
            return files::download(&format!("{name}.svg"), &picture.svg);
        }
        leptos::task::spawn_local(async move {
            if !files::download_png(&format!("{name}.png"), &picture).await {
                toasts.show(Tone::Bad, "The browser could not draw the picture. The SVG file is the same one.");
            }
        });
    }

    /// Opens a file from the learner's disk: a design, or a run with what was done by hand in it. A bad one changes nothing.
    pub fn import(&self, name: &str, text: &str) {
        match read_scenario(text) {
            Ok(scenario) => {
                self.workshop.problems.set(None);
                if self.workshop.replace_with_run(scenario, &format!("Opened {name}")) {
                    self.tab.set(Tab::Canvas);
                }
            }
            Err(problems) => {
                let problems = problems.into_iter().map(|problem| problem.at_path(name)).collect();
                self.workshop.problems.set(Some((name.to_owned(), problems)));
            }
        }
    }

    /// Opens the view that compares.
    pub fn compare(&self) {
        self.board.open.set(BoardView::Compare);
        self.charts_shown.set(true);
        self.tab.set(Tab::Charts);
    }

    /// All goals of the lesson are met.
    pub fn solved(&self) {
        if self.classroom.solve() {
            self.toasts.show(Tone::Good, "Lesson solved: all goals are met.");
        }
        self.award.begin();
    }

    /// The board is wanted: on a phone it has a tab of its own.
    fn show_board(&self) {
        if self.board.wanted.get() > 0 {
            self.charts_shown.set(true);
            self.tab.set(Tab::Charts);
        }
    }

    fn handle(&self, effect: EditorEffect) {
        match effect {
            EditorEffect::DesignChanged { behaves } => {
                match self.classroom.room.get_untracked() {
                    Room::Author => self.session.with_untracked_design(|design| self.author.canvas_changed(design)),
                    Room::Desk | Room::Home => self.workshop.save(),
                }
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
            Action::NextEvent => self.run.jump(true),
            Action::LastEvent => self.run.jump(false),
            Action::Rewind => self.run.ask(PlayerMessage::Seek(Time::ZERO)),
            Action::Faster => self.run.ask(PlayerMessage::Speed(speed().faster())),
            Action::Slower => self.run.ask(PlayerMessage::Speed(speed().slower())),
            Action::Save => self.export(),
            Action::Help => self.help.set(true),
            Action::Search => self.search.set(true),
            Action::Templates => self.open_templates(),
            Action::Copy | Action::Cut | Action::Paste => use_clipboard(self.session, action),
            _ => {}
        }
    }
}
