//! The front page: the map of the course, how far the learner is, and the ways on from there.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::design::Problem;
use crate::lesson::{
    Cards, Course, LessonCard, MapPictures, Progress, escaped, map_html, number_and_words, standing_html,
};

use super::course::{Classroom, Room, folder_title};
use super::element::view;
use super::fetch::fetch;
use super::files;
use super::glyph::{Glyph, glyph, glyph_html};
use super::later::{self, later};
use super::live::live;
use super::model::ModelBook;
use super::signal::{Memo, RwSignal, StoredValue, effect};

/// A quiet evening, the spike, and what stays: the line behind the title.
const CURVE: &str =
    "M0 150 C120 146 240 152 330 146 C400 142 420 20 470 14 C520 8 540 92 610 106 C720 124 860 112 1000 118";
const LINE: &str = "<svg class=\"home-curve\" viewBox=\"0 0 1000 160\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
    <path d=\"{CURVE}\"></path></svg>";
const LEAD: &str = "<h2>Learn system design by breaking systems</h2><p>Wire servers together, let the crowd in, watch what \
    fails first, and find out why. Then mend it, and play the same evening again.</p>";
const LINKS: &str = "<li><a href=\"#model=index\">How it is simulated</a></li>\
    <li><a href=\"#model=hosting\">For instructors: host, assign, grade</a></li>";

/// The front page; nothing while it is not wanted.
#[component]
pub fn Home() -> impl IntoView {
    let classroom: Classroom = expect_context();
    let cards = RwSignal::new(Cards::new());
    let there = Memo::new(move |_| classroom.room.get() == Room::Home);
    effect(move || {
        if let (true, Some(Ok(course))) = (there.get(), classroom.course.get()) {
            fetch_cards(&course, cards);
        }
    });
    provide_context(cards);
    live(move || there.get().then(|| later(later::home, ())))
}

fn fetch_cards(course: &Course, cards: RwSignal<Cards>) {
    let unknown = |lesson: &&str| cards.with_untracked(|cards| !cards.contains_key(*lesson));
    for lesson in course.lessons().filter(unknown).map(str::to_owned) {
        spawn_local(async move {
            let text = fetch(&format!("lessons/{lesson}/lesson.md")).await;
            let card = text.ok().and_then(|text| LessonCard::read(&text));
            cards.update(|cards| _ = cards.insert(lesson, card));
        });
    }
}

/// The page itself.
#[component]
pub fn HomePage() -> impl IntoView {
    let cards: RwSignal<Cards> = expect_context();
    let classroom: Classroom = expect_context();
    let book: ModelBook = expect_context();
    let body: NodeRef<leptos::html::Section> = NodeRef::new();
    effect(move || {
        // Who comes by keyboard reads on from here.
        if let Some(body) = body.get() {
            let _ = body.focus();
        }
    });
    let pictures = StoredValue::new(MapPictures {
        star: glyph_html(Glyph::Star),
        check: glyph_html(Glyph::Check),
        begun: glyph_html(Glyph::Begun),
        clock: glyph_html(Glyph::Clock),
    });
    let told = move |html: fn(&Course, &Cards, &Progress, &MapPictures) -> String| {
        classroom.course.with(|course| match course {
            None => "<p role=\"status\">Loading the course …</p>".to_owned(),
            Some(Ok(course)) => cards.with(|cards| {
                classroom
                    .progress
                    .with(|progress| pictures.with_value(|pictures| html(course, cards, progress, pictures)))
            }),
            Some(Err(problems)) => {
                let problem = |problem: &Problem| format!("<li><pre>{}</pre></li>", escaped(&problem.to_string()));
                let problems: String = problems.iter().map(problem).collect();
                format!(
                    "<div class=\"broken\" role=\"alert\"><h2>The course cannot be shown</h2><ul>{problems}</ul></div>"
                )
            }
        })
    };
    let standing = move || told(|course, _, progress, pictures| standing_html(course, progress, pictures));
    let lead = format!("{}{LEAD}", LINE.replace("{CURVE}", CURVE));
    view! {
        <section class="home" aria-label="The course" tabindex="-1" node_ref=body on:click=move |event| follow(classroom, book, &event)>
            <div class="home-hero">
                <div class="home-lead"><div inner_html=lead></div><div class="home-ways">{live(move || ways(classroom, cards))}</div></div>
                <div class="home-far" inner_html=standing></div>
            </div>
            <div inner_html=move || told(map_html)></div>
            <Keep />
            <ul class="home-links" inner_html=LINKS></ul>
        </section>
    }
}

/// A link to another place of the app leads there, wherever the app is hosted.
fn follow(classroom: Classroom, book: ModelBook, event: &web_sys::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|target| target.closest("a[href^=\"#\"]").ok().flatten());
    let Some(href) = link.and_then(|link| link.get_attribute("href")) else { return };
    event.prevent_default();
    match (href.strip_prefix("#lesson="), href.strip_prefix("#model=")) {
        (Some(lesson), _) => classroom.go(lesson),
        (_, Some(word)) => book.go(word),
        _ => classroom.go_to(href.trim_start_matches('#')),
    }
}

/// The way on, and the ways besides.
fn ways(classroom: Classroom, cards: RwSignal<Cards>) -> impl IntoView {
    let begun = classroom.progress.with(|progress| !progress.is_empty());
    let on = classroom.left_off().map(|lesson| {
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
        <a class="text-button framed" href="#sandbox">{glyph(Glyph::Pencil)}"Draw freely"</a>
        <a class="text-button framed" href="#author">{glyph(Glyph::Book)}"Write a lesson"</a>
    }
}

/// Progress as a file, out and in; and away.
#[component]
fn Keep() -> impl IntoView {
    let classroom: Classroom = expect_context();
    // What was last done, and what was known before it.
    let (note, before) = (RwSignal::new(String::new()), StoredValue::new(Progress::default()));
    let input: NodeRef<leptos::html::Input> = NodeRef::new();
    let told = move |text: &str| {
        before.set_value(classroom.progress.get_untracked());
        note.set(text.to_owned());
    };
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
        classroom.replace_progress(before.get_value());
        note.set(String::new());
    };
    let can_undo = move || classroom.progress.with(|now| before.with_value(|before| now != before));
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
            <div role="status"><p class="home-note" hidden=move || note.with(String::is_empty)>
                {move || note.get()}
                <button class="text-button framed" hidden=move || !can_undo() on:click=undo>{glyph(Glyph::Undo)}"Undo"</button>
            </p></div>
            <input class="visually-hidden" type="file" accept=".toml,text/plain" tabindex="-1" aria-hidden="true" node_ref=input
                data-for="progress" on:change=picked />
        </section>
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
