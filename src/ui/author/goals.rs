//! Goals from what is measured: a figure of the selected part at the playhead becomes a line in the lesson.

use leptos::prelude::*;

use crate::design::Target;
use crate::lesson::{Goal, Metric, bound_near, escaped, figure_of, goal_text, metrics_of};
use crate::sim::FRAME;
use crate::ui::element::view;
use crate::ui::signal::{Memo, RwSignal, effect};

use super::Desk;

const COMPARISONS: [&str; 4] = ["<", "<=", ">", ">="];
/// Figures of a sliding second are measured with this window, which nothing meets.
const SLIDING: &str = "for 1h";

/// The goal that is being made.
#[derive(Clone, Copy)]
struct Sketch {
    desk: Desk,
    word: RwSignal<String>,
    comparison: RwSignal<String>,
    window: RwSignal<String>,
    /// What was typed as the bound; empty takes what is suggested.
    typed: RwSignal<String>,
    /// The figure at the playhead, for people.
    figure: RwSignal<String>,
    /// The bound that was typed or is suggested.
    bound: RwSignal<String>,
    /// The whole line; empty if it is no goal.
    line: RwSignal<String>,
}

impl Sketch {
    fn new(desk: Desk) -> Sketch {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let (word, window, typed) = (text(""), text(""), text(""));
        Sketch { desk, word, comparison: text("<"), window, typed, figure: text(""), bound: text(""), line: text("") }
    }

    /// Whom the goal is about; none for the whole design.
    fn part(&self) -> Option<Target> {
        self.desk.session.selection.with(|selection| selection.single().cloned())
    }

    fn words(&self) -> Vec<String> {
        let part = self.part();
        let words = self.desk.session.with_design(|design| metrics_of(part.as_ref(), design));
        words.into_iter().map(str::to_owned).collect()
    }

    /// Takes the figure at the playhead, and makes the line of it.
    fn follow(&self, words: &[String]) {
        let chosen = self.word.with(|word| words.contains(word).then(|| word.clone()));
        let Some(metric) = chosen.or(words.first().cloned()).and_then(|word| Metric::of(&word)) else { return };
        let subject = self.part().map(|part| part.to_string());
        let (comparison, window, typed) = (self.comparison.get(), self.window.get(), self.typed.get());
        let unit = metric.info().unit;
        let measured = if matches!(window.as_str(), "ever" | "always" | "for 20s") { SLIDING } else { &window };
        let probe = goal_text(metric, subject.as_deref(), "<", &bound_near(unit, 0.0, "<"), measured);
        let seen = (self.desk.session.playhead.get_untracked().0 / FRAME.0) as usize;
        let figure = self.desk.session.recording.with_value(|recording| {
            let frames = &recording.frames[..seen.min(recording.frames.len())];
            self.desk.session.with_design(|design| figure_of(&probe, design, &recording.parts, frames))
        });
        let near = || figure.map(|figure| bound_near(unit, figure, &comparison)).unwrap_or_default();
        let bound = if typed.trim().is_empty() { near() } else { typed.trim().to_owned() };
        let line = goal_text(metric, subject.as_deref(), &comparison, &bound, &window);
        self.figure.set(figure.map_or("no figures yet".to_owned(), |figure| unit.text(figure)));
        self.line.set(if line.parse::<Goal>().is_ok() { line } else { String::new() });
        self.bound.set(bound);
    }

    fn add(&self) {
        let line = self.line.get_untracked();
        self.desk.change(|draft| draft.add_goal(&line));
        self.typed.set(String::new());
        self.desk.tell(format!("Added to the goals: {line}"));
    }
}

/// The maker.
#[component]
pub fn GoalMaker(desk: Desk) -> impl IntoView {
    let sketch = Sketch::new(desk);
    let words = Memo::new(move |_| sketch.words());
    effect(move || {
        desk.run.beat.track();
        words.with(|words| sketch.follow(words));
    });
    let subject = move || sketch.part().map_or("the whole design".to_owned(), |part| part.to_string());
    let windows = move || {
        let spans = desk
            .session
            .with_design(|design| design.spans.iter().map(|span| format!("during {}", span.name)).collect::<Vec<_>>());
        let all = ["", "at end", "for 20s", "always", "ever"].map(str::to_owned);
        options(all.into_iter().chain(spans).collect(), &sketch.window.get_untracked(), "whole run")
    };
    let pick = move |value: RwSignal<String>| move |event: web_sys::Event| value.set(event_target_value(&event));
    view! {
        <div class="desk-row" role="group" aria-label="A goal from the run">
            <span class="desk-label">"Goal for "<strong>{subject}</strong></span>
            <select aria-label="Figure" on:change=pick(sketch.word)
                inner_html=move || options(words.get(), &sketch.word.get_untracked(), "")></select>
            <span class="desk-figure" title="At the playhead">{move || sketch.figure.get()}</span>
            <select aria-label="Comparison" on:change=pick(sketch.comparison)
                inner_html=options(COMPARISONS.map(str::to_owned).to_vec(), "<", "")></select>
            <input class="desk-bound" aria-label="Bound" prop:value=move || sketch.bound.get() on:change=pick(sketch.typed) />
            <select aria-label="Window" on:change=pick(sketch.window) inner_html=windows></select>
            <button class="chip" prop:disabled=move || sketch.line.with(String::is_empty) on:click=move |_| sketch.add()>
                "Add this goal"
            </button>
        </div>
    }
}

/// The options of a list, as HTML.
fn options(values: Vec<String>, chosen: &str, empty: &str) -> String {
    let option = |value: String| {
        let words = escaped(if value.is_empty() { empty } else { &value });
        let selected = if value == chosen { " selected" } else { "" };
        format!("<option value=\"{}\"{selected}>{words}</option>", escaped(&value))
    };
    values.into_iter().map(option).collect()
}
