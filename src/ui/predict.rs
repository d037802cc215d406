//! A prediction in the lesson: asked before the run, set beside it after.

use leptos::prelude::*;

use crate::lesson::{Metered, Predict};

use super::element::view;
use super::live::live;
use super::reading::{Answer, Place, Reading};
use super::run::use_run;
use super::signal::{Memo, RwSignal};

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
    let stage_now = move || {
        let (begun, notes) = (reading.begun.get(), reading.notes.get());
        match notes.answer(place) {
            Some(Answer::GaveUp) => Stage::Told,
            Some(_) if notes.told(place).is_some() || !runs => Stage::Told,
            Some(_) if begun => Stage::Running,
            Some(_) => Stage::Kept,
            None if runs && begun => Stage::Locked,
            None => Stage::Open,
        }
    };
    let tag = match (predict.run, &predict.metric) {
        (true, Some(metric)) => format!("Predict, then run: {}", metric.text),
        (true, None) => "Predict, then run".to_owned(),
        _ => "Predict first".to_owned(),
    };
    let can_answer = Memo::new(move |_| matches!(stage_now(), Stage::Open | Stage::Kept));
    let guess = predict.metric.clone().filter(|_| predict.options.is_empty());
    let guess = guess.map(|metric| guess_view(metric, place, reading, can_answer));
    let question = predict.question.clone();
    // Made anew at every change; what is the same stays where it is, the focus too.
    let view = move || {
        let stage = stage_now();
        let note = match stage {
            Stage::Open | Stage::Told => ().into_any(),
            Stage::Kept => note_view("Kept. Now press play and see."),
            Stage::Running => note_view("The run will tell."),
            Stage::Locked => locked_view(place, reading),
        };
        let told = (stage == Stage::Told).then(|| told_view(&predict, place, reading));
        view! { {options_view(&predict, place, reading, stage)}<div role="status">{note}{told}</div> }.into_any()
    };
    view! {
        <div class="predict" role="group" aria-label="Predict">
            <p class="predict-tag">{tag}</p>
            <p class="question" inner_html=question></p>
            {guess}
            {live(view)}
        </div>
    }
    .into_any()
}

fn note_view(note: &'static str) -> AnyView {
    view! { <p class="predict-note">{note}</p> }.into_any()
}

fn options_view(predict: &Predict, place: Place, reading: Reading, stage: Stage) -> Vec<AnyView> {
    let answer = reading.notes.with(|notes| notes.answer(place));
    let option = |(index, html): (usize, &String)| {
        let (chosen, right) = (answer == Some(Answer::Chosen(index)), predict.right == Some(index));
        // What is right, not by colour alone.
        let (class, said) = match (stage == Stage::Told, chosen) {
            (true, true) if right => ("option right", "your answer, right: "),
            (true, true) => ("option wrong", "your answer, wrong: "),
            (true, false) if right => ("option right-one", "right: "),
            (false, true) => ("option chosen", ""),
            _ => ("option", ""),
        };
        view! {
            <button class=class aria-pressed=chosen.to_string() prop:disabled=!matches!(stage, Stage::Open | Stage::Kept)
                on:click=move |_| reading.keep(place, Answer::Chosen(index))>
                <span class="option-mark" aria-hidden="true"></span>
                <span class="visually-hidden">{said}</span><span inner_html=html.clone()></span>
            </button>
        }
        .into_any()
    };
    predict.options.iter().enumerate().map(option).collect()
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
    let kept = move || match reading.notes.with(|notes| notes.answer(place)) {
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

fn told_view(predict: &Predict, place: Place, reading: Reading) -> AnyView {
    let verdict = match (reading.notes.with(|notes| notes.answer(place)), predict.right) {
        (Some(Answer::Chosen(chosen)), Some(right)) if chosen == right => "Right. ",
        (Some(Answer::Chosen(_)), Some(_)) => "Not quite. ",
        _ => "",
    };
    let seen = reading.notes.with(|notes| notes.told(place).map(str::to_owned)).filter(|words| !words.is_empty());
    let seen = seen.map(|words| view! { <p class="predict-seen">{words}</p> });
    let explanation = predict.explanation.clone();
    view! {
        {seen}
        <div class="explanation"><strong>{verdict}</strong><div class="prose" inner_html=explanation></div></div>
    }
    .into_any()
}
