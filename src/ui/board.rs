//! The board below the canvas: one view of the run at a time, chosen by tabs.

use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

use super::again::AgainBoard;
use super::chart_tools::{ChartDesk, ChartTools};
use super::charts::Charts;
use super::compare::Compare;
use super::element::view;
use super::events::Events;
use super::latency::LatencyView;
use super::later::{self, later};
use super::live::live;
use super::outline::Outline;
use super::pressure::PressureBoard;
use super::requests::Requests;
use super::session::use_session;
use super::signal::{Memo, RwSignal};
use super::theory::TheoryBoard;
use super::tradeoffs::TradeOffBoard;
use super::why::Why;

macro_rules! views {
    ($($(#[doc = $doc:literal])+ $name:ident $id:literal $title:literal $component:ident,)+) => {
        /// What the board can show. A new view is a line in the table below.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum BoardView { $($(#[doc = $doc])+ $name,)+ }

        impl BoardView {
            const ALL: &[BoardView] = &[$(BoardView::$name),+];

            fn title(self) -> &'static str {
                match self { $(BoardView::$name => $title,)+ }
            }

            fn id(self) -> &'static str {
                match self { $(BoardView::$name => concat!("board-", $id),)+ }
            }

            /// The view.
            pub fn show(self) -> AnyView {
                match self { $(BoardView::$name => view! { <$component /> }.into_any(),)+ }
            }
        }
    };
}

views! {
    /// What the run did to its users, or to one component, over time.
    Charts "charts" "Charts" Charts,
    /// Sampled requests, and one of them as a waterfall.
    Requests "requests" "Requests" Requests,
    /// How long good answers took.
    Latency "latency" "Latency" LatencyView,
    /// What happened, to jump to.
    Events "events" "Events" Events,
    /// Why it failed.
    Why "why" "Why" Why,
    /// Which resources are nearest their limits.
    Pressure "pressure" "Pressure" PressureBoard,
    /// A station beside the curve that theory predicts.
    Theory "theory" "Theory" TheoryBoard,
    /// What the design is good at and what it pays with.
    TradeOffs "trade-offs" "Trade-offs" TradeOffBoard,
    /// The same run on other seeds.
    Again "again" "Again?" AgainBoard,
    /// Another design under the same traffic, laid over this one.
    Compare "compare" "Compare" Compare,
    /// All parts in a table, to be changed in place.
    Parts "parts" "All parts" Outline,
}

impl BoardView {
    /// What stands beside the tabs while the view is open.
    fn tools(self) -> Option<AnyView> {
        match self {
            BoardView::Charts => Some(view! { <ChartTools /> }.into_any()),
            _ => None,
        }
    }
}

/// Which view is open, and whether the board is tall. In the context, so that others can open a view.
#[derive(Clone, Copy)]
pub struct Board {
    /// The open view.
    pub open: RwSignal<BoardView>,
    /// It takes half of the page.
    pub tall: RwSignal<bool>,
    /// The number of the request that is opened as a waterfall.
    pub request: RwSignal<Option<usize>>,
    /// The number of the request class that is looked at; the canvas shows the dots of others faintly. None is all.
    pub class: RwSignal<Option<u16>>,
    /// Grows when the board must come into sight, wherever the reader is.
    pub wanted: RwSignal<u32>,
}

impl Board {
    /// A board that shows the charts, put into the context.
    pub fn provide() -> Board {
        let board = Board {
            open: RwSignal::new(BoardView::Charts),
            tall: RwSignal::new(false),
            request: RwSignal::new(None),
            class: RwSignal::new(None),
            wanted: RwSignal::new(0),
        };
        provide_context(board);
        ChartDesk::provide();
        board
    }

    /// Opens a view and brings the board into sight.
    pub fn reveal(&self, view: BoardView) {
        self.open.set(view);
        self.wanted.update(|wanted| *wanted += 1);
    }

    /// Opens a request as a waterfall.
    pub fn open_request(&self, number: usize) {
        self.request.set(Some(number));
        self.reveal(BoardView::Requests);
    }
}

/// The choice of the request class that the board looks at.
#[component]
pub fn ClassChoice() -> impl IntoView {
    let (session, class) = (use_session(), expect_context::<Board>().class);
    let names = Memo::new(move |_| session.with_recording(|recording| recording.parts.classes.clone()));
    let kind = move |(index, name): (usize, String)| {
        let of = Some(index as u16);
        view! { <option value=index.to_string() selected=move || class.get() == of>{name}</option> }
    };
    view! {
        <select class="chip-select" aria-label="Of which kind" title="Dots of other kinds are faint on the canvas"
            on:change=move |event| class.set(event_target_value(&event).parse().ok())>
            <option value="" selected=move || class.get().is_none()>"every kind"</option>
            {live(move || names.get().into_iter().enumerate().map(kind).collect_view())}
        </select>
    }
}

/// The board with its tabs.
#[component]
pub fn BoardPanel() -> impl IntoView {
    let board: Board = expect_context();
    let tab = move |shown: BoardView| {
        let chosen = move || board.open.get() == shown;
        view! {
            <button role="tab" class="board-tab" id=shown.id() aria-controls="board-view"
                aria-selected=move || chosen().to_string() tabindex=move || if chosen() { "0" } else { "-1" }
                on:click=move |_| board.open.set(shown) on:keydown=move |event| turn(board, &event.key())>
                {shown.title()}
            </button>
        }
    };
    view! {
        <section class="board" class:tall=move || board.tall.get() aria-label="Views of the run">
            <div class="board-head">
                <div class="board-tabs" role="tablist" aria-label="Views of the run">
                    {BoardView::ALL.iter().map(|view| tab(*view)).collect_view()}
                </div>
                <div class="board-tools">{live(move || board.open.get().tools())}</div>
                <button class="chip board-size" aria-pressed=move || board.tall.get().to_string()
                    on:click=move |_| board.tall.update(|tall| *tall = !*tall)>"Tall"</button>
            </div>
            <div class="board-view" id="board-view" role="tabpanel" tabindex="0" aria-labelledby=move || board.open.get().id()>
                {live(move || match board.open.get() {
                    BoardView::Charts => view! { <Charts /> }.into_any(),
                    other => later(later::boards, other),
                })}
            </div>
        </section>
    }
}

/// Arrow keys go from tab to tab, as in any list of tabs.
fn turn(board: Board, key: &str) {
    let all = BoardView::ALL;
    let at = all.iter().position(|view| *view == board.open.get_untracked()).unwrap_or(0);
    let next = match key {
        "ArrowRight" => (at + 1) % all.len(),
        "ArrowLeft" => (at + all.len() - 1) % all.len(),
        "Home" => 0,
        "End" => all.len() - 1,
        _ => return,
    };
    board.open.set(all[next]);
    if let Some(tab) = document().get_element_by_id(all[next].id()) {
        use wasm_bindgen::JsCast;
        let _ = tab.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
