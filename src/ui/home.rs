//! The front page: the map of the course, how far the learner is, and the ways on from there.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::lesson::{Course, LessonCard, Part, Progress, Reached};

use super::award::stars;
use super::course::{Classroom, Room, folder_title, number_and_words};
use super::fetch::fetch;
use super::files;
use super::glyph::{Glyph, glyph};
use super::lesson::broken;
use super::live::live;
use super::model::ModelBook;

/// The page of the model book that tells how to host the course.
const HOSTING: &str = "hosting";
/// A quiet evening, the spike, and what stays: the line behind the title.
const CURVE: &str =
    "M0 150 C120 146 240 152 330 146 C400 142 420 20 470 14 C520 8 540 92 610 106 C720 124 860 112 1000 118";

/// What is known of each lesson; none for one that cannot be read.
type Cards = RwSignal<BTreeMap<String, Option<LessonCard>>>;

/// The front page; nothing while it is not wanted.
#[component]
pub fn Home() -> impl IntoView {
    let classroom: Classroom = expect_context();
    let cards: Cards = RwSignal::new(BTreeMap::new());
    let there = Memo::new(move |_| classroom.room.get() == Room::Home);
    Effect::new(move |_| {
        if let (true, Some(Ok(course))) = (there.get(), classroom.course.get()) {
            fetch_cards(&course, cards);
        }
    });
    live(move || there.get().then(|| view! { <HomePage cards /> }))
}

fn fetch_cards(course: &Course, cards: Cards) {
    let unknown = |lesson: &&str| cards.with_untracked(|cards| !cards.contains_key(*lesson));
    for lesson in course.lessons().filter(unknown).map(str::to_owned) {
        spawn_local(async move {
            let text = fetch(&format!("lessons/{lesson}/lesson.md")).await;
            let card = text.ok().and_then(|text| LessonCard::read(&text));
            cards.update(|cards| _ = cards.insert(lesson, card));
        });
    }
}

#[component]
fn HomePage(cards: Cards) -> impl IntoView {
    let classroom: Classroom = expect_context();
    let body: NodeRef<leptos::html::Div> = NodeRef::new();
    Effect::new(move |_| {
        // Who comes by keyboard reads on from here.
        if let Some(body) = body.get() {
            let _ = body.focus();
        }
    });
    let map = move || match classroom.course.get() {
        None => view! { <p role="status">"Loading the course …"</p> }.into_any(),
        Some(Err(problems)) => broken(&problems).into_any(),
        Some(Ok(course)) => course.parts.iter().map(|part| part_view(classroom, part, cards)).collect_view().into_any(),
    };
    view! {
        <div class="home" tabindex="-1" node_ref=body>
            <div class="home-hero">
                <svg class="home-curve" viewBox="0 0 1000 160" preserveAspectRatio="none" aria-hidden="true">
                    <path d=CURVE></path>
                </svg>
                <div class="home-lead">
                    <h2>"Learn system design by breaking systems"</h2>
                    <p>"Wire servers together, let the crowd in, watch what fails first, and find out why. Then mend it, and play the same evening again."</p>
                    <div class="home-ways">{live(move || ways(classroom, cards))}</div>
                </div>
                {live(move || standing(classroom))}
            </div>
            {live(map)}
            <Keep />
            <Links />
        </div>
    }
}

/// The way on, and the ways besides.
fn ways(classroom: Classroom, cards: Cards) -> impl IntoView {
    let begun = classroom.progress.with(|progress| !progress.is_empty());
    let on = classroom.to_continue().map(|lesson| {
        let title = cards.with(|cards| cards.get(&lesson).cloned().flatten());
        let title = title.map_or_else(|| number_and_words(&lesson).1, |card| card.title);
        let word = if begun { "Continue" } else { "Start" };
        view! {
            <button class="primary home-on" on:click=move |_| classroom.go(&lesson)>
                {glyph(Glyph::Play)}<span>{word}": "{title}</span>
            </button>
        }
    });
    view! {
        {on}
        {way(classroom, "sandbox", Glyph::Pencil, "Draw freely")}
        {way(classroom, "author", Glyph::Book, "Write a lesson")}
    }
}

fn way(classroom: Classroom, place: &'static str, picture: Glyph, words: &'static str) -> impl IntoView {
    let go = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        classroom.go_to(place);
    };
    view! { <a class="text-button framed" href=format!("#{place}") on:click=go>{glyph(picture)}{words}</a> }
}

/// How far the learner is, once there is something to tell.
fn standing(classroom: Classroom) -> Option<impl IntoView> {
    let lessons: Vec<String> = classroom.course.with(|course| match course {
        Some(Ok(course)) => course.lessons().map(str::to_owned).collect(),
        _ => Vec::new(),
    });
    let (solved, stars) = classroom.progress.with(|progress| {
        let solved = lessons.iter().filter(|lesson| progress.is_solved(lesson)).count();
        (solved, lessons.iter().map(|lesson| u32::from(progress.stars(lesson))).sum::<u32>())
    });
    let (count, begun) = (lessons.len(), classroom.progress.with(|progress| !progress.is_empty()));
    let share = format!("width: {:.1}%", 100.0 * solved as f64 / count.max(1) as f64);
    (begun && count > 0).then(|| {
        view! {
            <div class="home-standing">
                <p><strong>{solved}</strong>" of "{count}" lessons solved"</p>
                <div class="home-bar" aria-hidden="true"><span style=share></span></div>
                <p>{glyph(Glyph::Star)}<strong>{stars}</strong>" of "{3 * count}" stars"</p>
            </div>
        }
    })
}

fn part_view(classroom: Classroom, part: &Part, cards: Cards) -> impl IntoView + use<> {
    let card = |lesson: &String| {
        let lesson = lesson.clone();
        live(move || card_view(classroom, &lesson, cards))
    };
    view! {
        <section class="home-part">
            <h3>{part.title.clone()}</h3>
            <ol class="home-cards">{part.lessons.iter().map(card).collect_view()}</ol>
        </section>
    }
}

fn card_view(classroom: Classroom, lesson: &str, cards: Cards) -> impl IntoView + use<> {
    let known = cards.with(|cards| cards.get(lesson).cloned());
    let (number, words) = number_and_words(lesson);
    let (title, summary, minutes) = match known {
        Some(Some(card)) => (card.title, card.summary, card.minutes),
        Some(None) => (words, "This lesson cannot be read; open it to see why.".to_owned(), 0),
        None => (words, String::new(), 0),
    };
    let reached = classroom.progress.with(|progress| progress.reached(lesson));
    let (class, picture, word) = match reached {
        Reached::New => ("home-card", None, "New"),
        Reached::Begun => ("home-card begun", Some(Glyph::Begun), "Begun"),
        Reached::Solved(0) => ("home-card solved", Some(Glyph::Check), "Solved with help"),
        Reached::Solved(_) => ("home-card solved", Some(Glyph::Check), "Solved"),
    };
    let earned = match reached {
        Reached::Solved(count) => Some(stars(count)),
        _ => None,
    };
    let minutes =
        (minutes > 0).then(|| view! { <span class="home-minutes">{glyph(Glyph::Clock)}{minutes}" min"</span> });
    let href = format!("#lesson={lesson}");
    let lesson = lesson.to_owned();
    let go = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        classroom.go(&lesson);
    };
    view! {
        <li>
            <a class=class href=href on:click=go>
                <span class="home-number" aria-hidden="true">{if number.is_empty() { "·".to_owned() } else { number }}</span>
                <span class="home-text">
                    <span class="home-title">{title}</span>
                    <span class="home-summary">{summary}</span>
                    <span class="home-state">
                        <span class="home-reached">{picture.map(glyph)}{word}</span>{earned}{minutes}
                    </span>
                </span>
            </a>
        </li>
    }
}

/// Progress as a file, out and in; and away.
#[component]
fn Keep() -> impl IntoView {
    let classroom: Classroom = expect_context();
    // What was known before the last import or reset, and what was done.
    let before = RwSignal::new(None::<(Progress, String)>);
    let input: NodeRef<leptos::html::Input> = NodeRef::new();
    let told = move |text: &str| before.set(Some((classroom.progress.get_untracked(), text.to_owned())));
    let save =
        move |_| files::download("pressure-point-progress.toml", &classroom.progress.with_untracked(Progress::write));
    let pick = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event.target().expect("a listener has a target").unchecked_into();
        spawn_local(async move {
            let Some((name, text)) = files::chosen(input).await else { return };
            match Progress::is_progress(&text) {
                true => {
                    told(&format!("The progress of {name} was added to what you had."));
                    classroom.change_progress(|progress| progress.merge(&Progress::read(&text)));
                }
                false => told(&format!("{name} is no saved progress. Nothing was changed.")),
            }
        });
    };
    let reset = move |_| {
        told("Your progress was reset. What you built is still there.");
        classroom.replace_progress(Progress::default());
    };
    let undo = move |_| {
        if let Some((progress, _)) = before.get_untracked() {
            classroom.replace_progress(progress);
            before.set(None);
        }
    };
    let note = move || {
        before.get().map(|(progress, text)| {
            let changed = classroom.progress.with(|now| *now != progress);
            let undo = changed.then(
                || view! { <button class="text-button framed" on:click=undo>{glyph(Glyph::Undo)}"Undo"</button> },
            );
            view! { <p class="home-note">{text}{undo}</p> }
        })
    };
    view! {
        <section class="home-keep" aria-label="Your progress">
            <h3>"Your progress"</h3>
            <p>"It is kept in this browser, and nowhere else. Take it along as a file."</p>
            <div class="home-ways">
                <button class="text-button framed" on:click=save>{glyph(Glyph::Download)}"Save as a file"</button>
                <button class="text-button framed" on:click=pick>{glyph(Glyph::Upload)}"Add from a file…"</button>
                <button class="text-button framed" on:click=reset
                    prop:disabled=move || classroom.progress.with(Progress::is_empty)>{glyph(Glyph::Reset)}"Reset"</button>
            </div>
            <div role="status">{live(note)}</div>
            <input class="visually-hidden" type="file" accept=".toml,text/plain" tabindex="-1" aria-hidden="true" node_ref=input
                data-for="progress" on:change=picked />
        </section>
    }
}

/// Where else one can go from here.
#[component]
fn Links() -> impl IntoView {
    let book: ModelBook = expect_context();
    let page = move |word: &'static str, title: &'static str| {
        let go = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            book.go(word);
        };
        view! { <li><a href=format!("#model={word}") on:click=go>{title}</a></li> }
    };
    view! {
        <ul class="home-links">
            {page(crate::lesson::INDEX, "How it is simulated")}
            {page(HOSTING, "For instructors: host, assign, grade")}
        </ul>
    }
}

/// The title of a lesson for the header: of an open one, or of its folder.
pub fn title_of(classroom: Classroom) -> String {
    match classroom.room.get() {
        Room::Home => classroom.course.with(|course| match course {
            Some(Ok(course)) if course.title != "Pressure Point" => course.title.clone(),
            _ => "All lessons".to_owned(),
        }),
        Room::Desk | Room::Author => classroom.open.with(|open| match open {
            Some((_, lesson)) => Arc::as_ref(lesson).title.clone(),
            None => folder_title(&classroom.wanted.get()),
        }),
    }
}
