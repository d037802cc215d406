//! Parts of the page that are fetched when they are first wanted: the page opens sooner for what most never look at.
//!
//! Each function marked `wasm_split` is cut out of the page's wasm with all that only it needs; `scripts/bundle.mjs` does the
//! cutting after the build. Called, it fetches its piece first. What it gives is a function that makes the part: a plain
//! address, for the page must be asked whether the part is still wanted once it is there.

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::design::{Problem, Target};
use crate::editor::player::Player;
use crate::lesson::Lesson;

use super::author::DeskView;
use super::board::{Board, BoardView};
use super::canvas::ContextMenu;
use super::chart_tools::{ChartDesk, save_csv, save_png};
use super::element::view;
use super::elsewhere::Consent;
use super::hand_in::HandInDialog;
use super::help::Help;
use super::home::HomePage;
use super::inspector::inspected;
use super::live::live;
use super::model::ModelDialog;
use super::pressure::Found;
use super::run::Run;
use super::search::Search;
use super::share::SheetDialog;
use super::shell::Shell;
use super::signal::{Memo, RwSignal, StoredValue, effect};
use super::templates::Templates;
use super::toast::{Toasts, Tone};
use super::tradeoffs::Ledger;

/// What makes a part from what it is told, once the part is there.
type Fetched<T, Made = AnyView> = Result<fn(T) -> Made, SplitLoaderError>;

/// The dialogs and menus, of which a visit needs few.
#[derive(Clone, Copy)]
pub enum Dialog {
    /// Keys and gestures.
    Help,
    /// Actions and parts, found by typing.
    Search,
    /// Designs to start from.
    Templates,
    /// The model page.
    Model,
    /// Sharing, saving and opening.
    Sheet,
    /// Whether to open a foreign lesson.
    Consent,
    /// Handing in a solved run, while this is so.
    HandIn(RwSignal<bool>),
    /// The menu of a part or of the canvas.
    Menu,
}

/// The views below the canvas, but for the charts.
#[wasm_split(boards, fallible)]
pub fn boards() -> Fetched<BoardView> {
    Ok(BoardView::show)
}

/// What looks at the run while it plays: the pressures, with their warnings, and the trade-offs.
#[wasm_split(boards, fallible)]
fn watchers() -> Fetched<Run, ()> {
    fn watch(run: Run) {
        let (found, ledger): (Found, Ledger) = (expect_context(), expect_context());
        found.watch(run.session, run);
        ledger.watch(run.session, run);
    }
    Ok(watch)
}

/// Starts what looks at the run, once there is one. Where it could not be fetched, the run goes on without warnings; it is
/// asked for again with the next view that is opened.
pub fn watch_when_it_runs(run: Run, board: Board) {
    let owner = Owner::current().unwrap_or_default();
    let begun = Memo::new(move |before| before == Some(&true) || run.player.with(Player::started));
    let asked = StoredValue::new(false);
    effect(move || {
        board.open.track();
        if !begun.get() || asked.get_value() {
            return;
        }
        asked.set_value(true);
        let owner = owner.clone();
        spawn_local(async move {
            match watchers().await {
                Ok(watch) => owner.with(|| watch(run)),
                Err(_) => asked.set_value(false),
            }
        });
    });
}

/// Fetches what is wanted soonest ahead of that.
pub async fn prefetch() {
    // Not fetched now: it is asked for again where it is shown.
    let _ = boards().await;
    let _ = inspector().await;
    let _ = dialogs().await;
}

/// The author's desk.
#[wasm_split(author, fallible)]
pub fn author() -> Fetched<()> {
    Ok(|()| view! { <DeskView /> }.into_any())
}

/// The course's page.
#[wasm_split(home, fallible)]
pub fn home() -> Fetched<()> {
    Ok(|()| view! { <HomePage /> }.into_any())
}

/// The dialogs and menus.
#[wasm_split(dialogs, fallible)]
pub fn dialogs() -> Fetched<Dialog> {
    fn dialog(which: Dialog) -> AnyView {
        let shell: Shell = expect_context();
        match which {
            Dialog::Help => view! { <Help open=shell.help /> }.into_any(),
            Dialog::Search => view! { <Search open=shell.search /> }.into_any(),
            Dialog::Templates => view! { <Templates open=shell.templates /> }.into_any(),
            Dialog::Model => view! { <ModelDialog /> }.into_any(),
            Dialog::Sheet => view! { <SheetDialog /> }.into_any(),
            Dialog::Consent => view! { <Consent /> }.into_any(),
            Dialog::HandIn(open) => view! { <HandInDialog open=open /> }.into_any(),
            Dialog::Menu => view! { <ContextMenu /> }.into_any(),
        }
    }
    Ok(dialog)
}

/// What the inspector shows of a part.
#[wasm_split(inspector, fallible)]
pub fn inspector() -> Fetched<Target> {
    Ok(inspected)
}

/// What the reader can take along as a file that is made only then.
#[allow(clippy::large_enum_variant, reason = "there is one for as long as a file takes to be made")]
pub enum Saving {
    /// The diagram on the canvas, as PNG or as SVG.
    Diagram {
        /// Of this page.
        shell: Shell,
        /// As PNG.
        png: bool,
    },
    /// The figures of the charts, of all users or of a part.
    ChartsCsv {
        /// Of this run.
        run: Run,
        /// As the charts are set.
        desk: ChartDesk,
        /// The part.
        of: Option<String>,
    },
    /// The charts as a picture, of all users or of a part.
    ChartsPng {
        /// The part.
        of: Option<String>,
    },
}

/// What makes files.
#[wasm_split(saving, fallible)]
fn saving() -> Fetched<Saving, ()> {
    Ok(|what| match what {
        Saving::Diagram { shell, png } => shell.export_picture(png),
        Saving::ChartsCsv { run, desk, of } => save_csv(run, desk, of),
        Saving::ChartsPng { of } => save_png(of.as_deref()),
    })
}

/// Makes a file and hands it to the reader.
pub fn save(what: Saving) {
    let toasts: Toasts = expect_context();
    spawn_local(async move {
        match saving().await {
            Ok(save) => save(what),
            Err(_) => toasts.show(Tone::Bad, "What makes the file could not be fetched. Are you online? Try again."),
        }
    });
}

/// What puts a lesson into another language.
#[wasm_split(translation, fallible)]
pub fn translation() -> Result<Translate, SplitLoaderError> {
    Ok(Lesson::translated)
}

/// Makes the translated lesson of the original, its folder, the language and the translation's text.
type Translate = fn(&Lesson, &str, &str, &str) -> Result<Lesson, Vec<Problem>>;

/// The simulator, which only the worker needs.
#[wasm_split(engine, fallible)]
pub fn engine() -> Result<fn(), SplitLoaderError> {
    Ok(super::simulate::start)
}

/// A part, or how its fetching stands.
pub fn later<T, F>(fetch: fn() -> F, told: T) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Fetched<T>> + 'static,
{
    let stand = RwSignal::new(Stand::Coming);
    let ask = move || {
        stand.set(Stand::Coming);
        let told = told.clone();
        spawn_local(async move {
            let fetched = fetch().await;
            // It may be gone from the page by now, and its signal with it.
            stand.set(fetched.map_or(Stand::Failed, |make| Stand::There(Arc::new(move || make(told.clone())))));
        });
    };
    ask();
    shown(stand, Box::new(ask))
}

/// A part that is fetched when it is wanted for the first time, and stays from then on.
pub fn once_wanted<T, F>(wanted: impl Fn() -> bool + Send + Sync + 'static, fetch: fn() -> F, told: T) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Fetched<T>> + 'static,
{
    let ever = Memo::new(move |before| before == Some(&true) || wanted());
    live(move || ever.get().then(|| later(fetch, told.clone())))
}

type Made = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// How the fetching of a part stands.
#[derive(Clone)]
enum Stand {
    Coming,
    There(Made),
    Failed,
}

fn shown(stand: RwSignal<Stand>, again: Box<dyn Fn() + Send + Sync>) -> AnyView {
    let again = StoredValue::new(again);
    let retry = move || {
        view! {
            <p class="later" role="alert">
                "This part of the page could not be fetched. "
                <button class="text-button framed" on:click=move |_| again.with_value(|again| again())>"Try again"</button>
            </p>
        }
    };
    live(move || match stand.get() {
        Stand::Coming => view! { <p class="later coming" role="status">"Loading …"</p> }.into_any(),
        Stand::There(make) => make(),
        Stand::Failed => retry().into_any(),
    })
}
