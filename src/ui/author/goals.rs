//! Goals from what is measured: a figure of the selected part at the playhead becomes a line in the lesson.

use leptos::prelude::*;

use crate::design::Target;
use crate::lesson::{Metric, bound_near, figure_of, goal_text, metrics_of};
use crate::sim::FRAME;

use super::super::live::live;
use super::Desk;

const COMPARISONS: [&str; 4] = ["<", "<=", ">", ">="];
/// Figures of a sliding second are measured with this window, which nothing meets.
const SLIDING: &str = "for 1h";

/// The maker.
#[component]
pub fn GoalMaker(desk: Desk) -> impl IntoView {
    let word = RwSignal::new(String::new());
    let (comparison, window) = (RwSignal::new("<".to_owned()), RwSignal::new(String::new()));
    // What was typed; empty takes what is suggested.
    let typed = RwSignal::new(String::new());
    let part = Memo::new(move |_| desk.session.selection.with(|selection| selection.single().cloned()));
    let words = Memo::new(move |_| desk.session.with_design(|design| metrics_of(part.get().as_ref(), design)));
    let metric = Memo::new(move |_| {
        let words = words.get();
        let chosen = word.with(|word| words.contains(&word.as_str()).then(|| word.clone()));
        chosen.or(words.first().map(|word| (*word).to_owned())).and_then(|word| Metric::of(&word))
    });
    let subject = Memo::new(move |_| part.get().as_ref().map(Target::to_string));
    let figure = Memo::new(move |_| {
        desk.run.beat.track();
        let metric = metric.get()?;
        let window = window.get();
        let measured = if matches!(window.as_str(), "ever" | "always" | "for 20s") { SLIDING } else { &window };
        let zero = bound_near(metric.info().unit, 0.0, "<");
        let goal = goal_text(metric, subject.get().as_deref(), "<", &zero, measured);
        let seen = (desk.session.playhead.get_untracked().0 / FRAME.0) as usize;
        desk.session.recording.with_value(|recording| {
            let frames = &recording.frames[..seen.min(recording.frames.len())];
            desk.session.with_design(|design| figure_of(&goal, design, &recording.parts, frames))
        })
    });
    let bound = Memo::new(move |_| {
        let typed = typed.get();
        let near = |figure| metric.get().map(|metric| bound_near(metric.info().unit, figure, &comparison.get()));
        if typed.trim().is_empty() { figure.get().and_then(near).unwrap_or_default() } else { typed }
    });
    let goal = Memo::new(move |_| {
        let (metric, bound) = (metric.get()?, bound.get());
        let goal = goal_text(metric, subject.get().as_deref(), &comparison.get(), bound.trim(), &window.get());
        goal.parse::<crate::lesson::Goal>().ok().map(|goal| goal.text)
    });
    let add = move |_| {
        if let Some(goal) = goal.get_untracked() {
            desk.change(|draft| draft.add_goal(&goal));
            typed.set(String::new());
            desk.note.set(Some((format!("Added to the goals: {goal}"), None)));
        }
    };
    let now = move || match (metric.get(), figure.get()) {
        (Some(metric), Some(figure)) => metric.info().unit.text(figure),
        _ => "no figures yet".to_owned(),
    };
    let windows = move || {
        let spans = desk
            .session
            .with_design(|design| design.spans.iter().map(|span| format!("during {}", span.name)).collect::<Vec<_>>());
        let all = ["", "at end", "for 20s", "always", "ever"].map(str::to_owned);
        options(all.into_iter().chain(spans).collect(), &window.get_untracked(), "whole run").into_any()
    };
    view! {
        <div class="desk-row" role="group" aria-label="A goal from the run">
            <span class="desk-label">"Goal for "<strong>{move || subject.get().unwrap_or_else(|| "the whole design".to_owned())}</strong></span>
            <select aria-label="Figure" on:change=move |event| word.set(event_target_value(&event))>
                {live(move || options(words.get().into_iter().map(str::to_owned).collect(), &word.get_untracked(), ""))}
            </select>
            <span class="desk-figure" title="At the playhead">{now}</span>
            <select aria-label="Comparison" on:change=move |event| comparison.set(event_target_value(&event))>
                {options(COMPARISONS.map(str::to_owned).to_vec(), "<", "")}
            </select>
            <input class="desk-bound" aria-label="Bound" prop:value=move || bound.get() on:change=move |event| typed.set(event_target_value(&event)) />
            <select aria-label="Window" on:change=move |event| window.set(event_target_value(&event))>{live(windows)}</select>
            <button class="chip" prop:disabled=move || goal.with(Option::is_none) on:click=add>"Add this goal"</button>
        </div>
    }
}

fn options(values: Vec<String>, chosen: &str, empty: &'static str) -> impl IntoView + use<> {
    let option = |value: String| {
        let words = if value.is_empty() { empty.to_owned() } else { value.clone() };
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }
    };
    values.into_iter().map(option).collect_view()
}
