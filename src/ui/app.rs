//! The page: where the panels stand.

use leptos::prelude::*;

use crate::design::Problem;

use super::author::{AuthorDesk, Sheet};
use super::board::BoardPanel;
use super::canvas::Canvas;
use super::course::Room;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::header::Header;
use super::home::Home;
use super::inspector::Inspector;
use super::later::{self, Dialog};
use super::lesson::LessonPanel;
use super::live::live;
use super::model::ModelBook;
use super::palette::Palette;
use super::player::PlayerBar;
use super::run::Run;
use super::signal::{RwSignal, effect};
use super::toast::ToastList;
use super::workshop::Workshop;

use super::shell::{Shell, Tab};
/// The page.
#[component]
pub fn App() -> impl IntoView {
    let shell = Shell::provide();
    effect(move || {
        // Whatever was opened or closed: charts have another size.
        shell.tab.track();
        shell.classroom.room.track();
        shell.author.sheet.track();
        [shell.lesson_shown, shell.inspector_shown, shell.charts_shown, shell.board.tall]
            .iter()
            .for_each(RwSignal::track);
        request_animation_frame(move || shell.resized.tell());
    });
    let book: ModelBook = expect_context();
    let at = move |room: Room| shell.classroom.room.get() == room;
    view! {
        <div class="app" data-tab=move || shell.tab.get().word()
            class:embed=shell.workshop.embed
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
            <section class="panel inspector" aria-label="Inspector"><Inspector /></section>
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
            {later::once_wanted(move || shell.help.get(), later::dialogs, Dialog::Help)}
            {later::once_wanted(move || shell.search.get(), later::dialogs, Dialog::Search)}
            {later::once_wanted(move || shell.templates.get(), later::dialogs, Dialog::Templates)}
            {later::once_wanted(move || book.is_open(), later::dialogs, Dialog::Model)}
            <ImportProblems />
            {later::once_wanted(move || shell.workshop.sheet.get().is_some(), later::dialogs, Dialog::Sheet)}
            {shell.workshop.embed.then(|| view! { <OpenInEditor /> })}
            {later::once_wanted(move || shell.classroom.asking.with(|host| !host.is_empty()), later::dialogs, Dialog::Consent)}
        </div>
    }
}

/// The canvas with its palette.
#[component]
fn Stage() -> impl IntoView {
    view! { <Palette /><Canvas /> }
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

/// Within another page: the way to the whole app.
#[component]
fn OpenInEditor() -> impl IntoView {
    let workshop: Workshop = expect_context();
    let address = move || {
        workshop.place();
        let location = window().location();
        let query = location.search().unwrap_or_default();
        let kept = query.trim_start_matches('?').split('&').filter(|pair| !pair.starts_with("embed"));
        let (path, hash) = (location.pathname().unwrap_or_default(), location.hash().unwrap_or_default());
        format!("{path}?{}{hash}", kept.collect::<Vec<_>>().join("&"))
    };
    view! { <a class="open-in-editor" target="_blank" rel="noopener" href=address>"Open in editor"</a> }
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
    let workshop: Workshop = expect_context();
    let note = move |(name, problems): (String, Vec<Problem>)| {
        let item = |problem: &Problem| view! { <li><pre>{problem.to_string()}</pre></li> };
        let label = format!("{name} cannot be opened");
        view! {
            <div class="problems" role="alertdialog" aria-label=label>
                <header>
                    <h2>{name}" cannot be opened"</h2>
                    <button class="icon-button" aria-label="Close" on:click=move |_| workshop.problems.set(None)>
                        {glyph(Glyph::Close)}
                    </button>
                </header>
                <p>"Your design is as it was."</p>
                <ul>{problems.iter().map(item).collect_view()}</ul>
            </div>
        }
    };
    live(move || workshop.problems.get().map(note))
}
