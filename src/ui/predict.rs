//! A prediction in the lesson: asked before the run, set beside it after.

use leptos::prelude::*;

use crate::lesson::{Metered, Predict};

use super::live::live;
use super::reading::{Answer, Place, Reading};
use super::run::use_run;

/// How far a prediction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It can be answered.
    Open,
    /// It was answered; the run will tell. Until it begins, the answer can be changed.
    Kept,
    /// It was answered, and the run is on.
    Running,
    /// The run began first.
    Locked,
    /// All is told.
    Told,
}

/// The prediction at this place.
pub fn predict_view(predict: Predict, place: Place, reading: Reading) -> AnyView {
    let runs = predict.run;
    let stage = Memo::new(move |_| {
        let (answer, begun) = (reading.answer(place), reading.begun.get());
        let told = reading.told.with(|told| told.contains_key(&place));
        match answer {
            Some(Answer::GaveUp) => Stage::Told,
            Some(_) if told || !runs => Stage::Told,
            Some(_) if begun => Stage::Running,
            Some(_) => Stage::Kept,
            None if runs && begun => Stage::Locked,
            None => Stage::Open,
        }
    });
    let tag = match (predict.run, &predict.metric) {
        (true, Some(metric)) => format!("Predict, then run: {}", metric.text),
        (true, None) => "Predict, then run".to_owned(),
        _ => "Predict first".to_owned(),
    };
    let can_answer = Memo::new(move |_| matches!(stage.get(), Stage::Open | Stage::Kept));
    let options = options_view(&predict, place, reading, stage, can_answer);
    let guess = predict.metric.clone().filter(|_| predict.options.is_empty());
    let guess = guess.map(|metric| guess_view(metric, place, reading, can_answer));
    let note = move || match stage.get() {
        Stage::Open | Stage::Told => ().into_any(),
        Stage::Kept => view! { <p class="predict-note">"Kept. Now press play and see."</p> }.into_any(),
        Stage::Running => view! { <p class="predict-note">"The run will tell."</p> }.into_any(),
        Stage::Locked => locked_view(place, reading),
    };
    let (right, explanation) = (predict.right, predict.explanation.clone());
    let told = move || (stage.get() == Stage::Told).then(|| told_view(right, &explanation, place, reading));
    view! {
        <div class="predict" role="group" aria-label="Predict">
            <p class="predict-tag">{tag}</p>
            <p class="question" inner_html=predict.question.clone()></p>
            {options}
            {guess}
            <div role="status">{live(note)}{live(told)}</div>
        </div>
    }
    .into_any()
}

fn options_view(
    predict: &Predict,
    place: Place,
    reading: Reading,
    stage: Memo<Stage>,
    can_answer: Memo<bool>,
) -> AnyView {
    let (right, runs) = (predict.right, predict.run);
    let option = |(index, html): (usize, &String)| {
        let chosen = move || reading.answer(place) == Some(Answer::Chosen(index));
        let class = move || match (stage.get() == Stage::Told, chosen()) {
            (true, true) if right == Some(index) => "option right",
            (true, true) => "option wrong",
            (true, false) if right == Some(index) => "option right-one",
            (false, true) => "option chosen",
            _ => "option",
        };
        // What is right, not by colour alone.
        let said = move || match class() {
            "option right" => "your answer, right: ",
            "option wrong" => "your answer, wrong: ",
            "option right-one" => "right: ",
            _ => "",
        };
        view! {
            <button class=class aria-pressed=move || chosen().to_string()
                prop:disabled=move || !can_answer.get() || (!runs && reading.answer(place).is_some())
                on:click=move |_| reading.keep(place, Answer::Chosen(index))>
                <span class="option-mark" aria-hidden="true"></span>
                <span class="visually-hidden">{said}</span><span inner_html=html.clone()></span>
            </button>
        }
        .into_any()
    };
    predict.options.iter().enumerate().map(option).collect_view().into_any()
}

/// The field for a figure.
fn guess_view(metric: Metered, place: Place, reading: Reading, can_answer: Memo<bool>) -> AnyView {
    let (typed, wrong) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let example = metric.unit.example();
    let unit = metric.unit;
    let keep = move || match metric.guess(&typed.get_untracked()) {
        Ok(guess) => {
            wrong.set(String::new());
            reading.keep(place, Answer::Guessed(guess));
        }
        Err(why) => wrong.set(why),
    };
    let keep_on_enter = keep.clone();
    let kept = move || match reading.answer(place) {
        Some(Answer::Guessed(guess)) => unit.text(guess),
        _ => String::new(),
    };
    let field = move || {
        let (keep, keep_on_enter) = (keep.clone(), keep_on_enter.clone());
        if !can_answer.get() {
            let kept = kept();
            return view! { <p class="guess-kept">{if kept.is_empty() { kept } else { format!("Your guess: {kept}") }}</p> }.into_any();
        }
        view! {
            <div class="guess">
                <label>"Your guess"
                    <input type="text" inputmode="text" autocomplete="off" placeholder=format!("like {example}")
                        prop:value=move || typed.get() aria-invalid=move || (!wrong.get().is_empty()).to_string()
                        on:input=move |event| typed.set(event_target_value(&event))
                        on:keydown=move |event| if event.key() == "Enter" { keep_on_enter() } />
                </label>
                <button class="text-button framed" on:click=move |_| keep()>"Keep it"</button>
            </div>
        }
        .into_any()
    };
    let problem = move || {
        let why = wrong.get();
        (!why.is_empty()).then(|| view! { <p class="guess-wrong" role="alert">{super::session::quoted(&why)}</p> })
    };
    view! { {live(field)}{live(problem)} }.into_any()
}

/// The run began before the question was answered.
fn locked_view(place: Place, reading: Reading) -> AnyView {
    let run = use_run();
    view! {
        <p class="predict-note">"The run has begun. To predict it, begin again."</p>
        <p class="predict-ways">
            <button class="text-button framed" on:click=move |_| run.reset()>"Reset the run and predict"</button>
            <button class="text-button" on:click=move |_| reading.keep(place, Answer::GaveUp)>"Just tell me"</button>
        </p>
    }
    .into_any()
}

fn told_view(right: Option<usize>, explanation: &str, place: Place, reading: Reading) -> AnyView {
    let verdict = match (reading.answer(place), right) {
        (Some(Answer::Chosen(chosen)), Some(right)) if chosen == right => "Right. ",
        (Some(Answer::Chosen(_)), Some(_)) => "Not quite. ",
        _ => "",
    };
    let seen = reading.told.with(|told| told.get(&place).cloned()).filter(|words| !words.is_empty());
    let seen = seen.map(|words| view! { <p class="predict-seen">{words}</p> });
    view! {
        {seen}
        <div class="explanation"><strong>{verdict}</strong><div class="prose" inner_html=explanation.to_owned()></div></div>
    }
    .into_any()
}
