//! The board below the canvas: one view of the run at a time, chosen by tabs.

use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

use super::charts::Charts;
use super::compare::Compare;
use super::live::live;

/// What the board can show. A new view is a variant here, a title, and its component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardView {
    /// What the run did to its users, over time.
    Charts,
    /// Another design under the same traffic, laid over this one.
    Compare,
}

impl BoardView {
    const ALL: [BoardView; 2] = [BoardView::Charts, BoardView::Compare];

    fn title(self) -> &'static str {
        match self {
            BoardView::Charts => "Charts",
            BoardView::Compare => "Compare",
        }
    }

    fn id(self) -> &'static str {
        match self {
            BoardView::Charts => "board-charts",
            BoardView::Compare => "board-compare",
        }
    }

    fn show(self) -> AnyView {
        match self {
            BoardView::Charts => view! { <Charts /> }.into_any(),
            BoardView::Compare => view! { <Compare /> }.into_any(),
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
}

impl Board {
    /// A board that shows the charts, put into the context.
    pub fn provide() -> Board {
        let board = Board { open: RwSignal::new(BoardView::Charts), tall: RwSignal::new(false) };
        provide_context(board);
        board
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
                    {BoardView::ALL.map(tab).collect_view()}
                </div>
                <button class="chip board-size" aria-pressed=move || board.tall.get().to_string()
                    on:click=move |_| board.tall.update(|tall| *tall = !*tall)>"Tall"</button>
            </div>
            <div class="board-view" id="board-view" role="tabpanel" aria-labelledby=move || board.open.get().id()>
                {live(move || board.open.get().show())}
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
