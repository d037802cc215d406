//! The search: type a few letters of an action, a part to add or a part to go to; the same registry as keys and menus.

use leptos::html;
use leptos::prelude::*;

use crate::editor::Msg;
use crate::editor::search::{Found, Goal, find};

use super::dialog::show;
use super::element::view;
use super::live::live;
use super::session::{Session, use_session};
use super::shell::Shell;
use super::signal::{RwSignal, effect};

/// The search; it opens when `open` becomes true.
#[component]
pub fn Search(open: RwSignal<bool>) -> impl IntoView {
    let (session, shell) = (use_session(), expect_context::<Shell>());
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    let input: NodeRef<html::Input> = NodeRef::new();
    let (typed, chosen) = (RwSignal::new(String::new()), RwSignal::new(0_usize));
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() {
            typed.set(String::new());
            chosen.set(0);
        }
        show(&dialog, open.get());
        if let Some(input) = input.get_untracked().filter(|_| open.get_untracked()) {
            let _ = input.focus();
        }
    });
    // Quick enough to be done again whenever it is wanted.
    let found = move || session.editor.with_untracked(|editor| typed.with_untracked(|typed| find(editor, typed)));
    let choose = move |at: usize| {
        if let Some(Found { goal, .. }) = found().into_iter().nth(at) {
            open.set(false);
            // The dialog gives the focus back first.
            request_animation_frame(move || follow(session, shell, goal));
        }
    };
    let list = move || {
        typed.track();
        let found = if open.get() { found() } else { Vec::new() };
        if found.is_empty() {
            return view! { <p role="option" aria-selected="false" aria-disabled="true">"Nothing fits."</p> }
                .into_any();
        }
        found.into_iter().enumerate().map(|(at, found)| row(found, at, chosen, choose)).collect_view().into_any()
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let (at, count) = (chosen.get_untracked(), found().len().max(1));
        match event.key().as_str() {
            "ArrowDown" => chosen.set((at + 1) % count),
            "ArrowUp" => chosen.set((at + count - 1) % count),
            "Enter" => choose(at),
            _ => return,
        }
        event.prevent_default();
        reveal_chosen();
    };
    view! {
        <dialog class="help-dialog search-dialog" node_ref=dialog aria-label="Find an action or a part" on:close=move |_| open.set(false)>
            <input node_ref=input type="text" role="combobox" aria-expanded="true" aria-controls="search-found"
                aria-autocomplete="list" aria-activedescendant=move || format!("found-{}", chosen.get())
                aria-label="Find an action or a part" placeholder="What would you like to do, add or find?"
                autocomplete="off" spellcheck="false" prop:value=typed on:keydown=key
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    chosen.set(0);
                } />
            <div id="search-found" class="search-found" role="listbox" aria-label="What was found">
                {live(list)}
            </div>
        </dialog>
    }
}

fn row(found: Found, at: usize, chosen: RwSignal<usize>, choose: impl Fn(usize) + 'static) -> impl IntoView {
    view! {
        <div class="search-row" role="option" id=format!("found-{at}") aria-selected=move || (chosen.get() == at).to_string()
            on:click=move |_| choose(at)>
            <span>{found.label}</span><span class="soft">{found.note}</span>
        </div>
    }
}

/// The list scrolls along with the choice.
fn reveal_chosen() {
    request_animation_frame(|| {
        if let Ok(Some(row)) = document().query_selector(".search-row[aria-selected=true]") {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

fn follow(session: Session, shell: Shell, goal: Goal) {
    match goal {
        Goal::Act(action) => session.dispatch(Msg::Do(action, false)),
        Goal::Place(kind) => {
            shell.show_canvas();
            session.dispatch(Msg::Place(kind));
        }
        Goal::Go(part) => {
            shell.show_canvas();
            session.dispatch(Msg::Select(part.clone(), false));
            session.dispatch(Msg::Focused(part.clone()));
            super::canvas::focus_part(&part);
        }
    }
}
