//! The goals beside the text: how they stand, how far they are from their bounds, and what the design costs.

use leptos::prelude::*;

use crate::insight::cost_per_hour;
use crate::lesson::{Standing, State, Unit};

use super::course::Classroom;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::grading::Grading;
use super::live::live;
use super::session::use_session;
use super::signal::Memo;

/// The goals where the text has none.
#[component]
pub fn GoalsPinned() -> impl IntoView {
    let grading: Grading = expect_context();
    let met = move || grading.standings.with(|goals| goals.iter().filter(|goal| goal.state == State::Met).count());
    let count = move || grading.standings.with(Vec::len);
    view! {
        <details class="goals-pinned" open hidden=move || count() == 0>
            <summary>"Goals "<span class="goals-count">{met}" of "{count}</span></summary>
            {live(move || {
                let only: Vec<usize> = (0..count()).collect();
                view! { <Goals only class="goals brief" /> }
            })}
        </details>
    }
}

/// Some of the lesson's goals and how they stand.
#[component]
pub fn Goals(only: Vec<usize>, class: &'static str) -> impl IntoView {
    let grading: Grading = expect_context();
    let goal = |index: usize| {
        let standing = Memo::new(move |_| grading.standings.with(|goals| goals.get(index).cloned()));
        live(move || standing.get().map(|standing| goal_view(&standing)))
    };
    view! { <ul class=class>{only.into_iter().map(goal).collect_view()}</ul> }
}

fn goal_view(goal: &Standing) -> impl IntoView + use<> {
    let (class, word, mark) = match (goal.state, goal.holds) {
        (State::Met, _) => ("goal met", "met", glyph(Glyph::Check).into_any()),
        (State::Missed, _) => ("goal missed", "missed", glyph(Glyph::Close).into_any()),
        (State::Pending, Some(true)) => ("goal holds", "good so far", ring(goal.progress).into_any()),
        (State::Pending, Some(false)) => ("goal fails", "not good now", ring(goal.progress).into_any()),
        (State::Pending, None) => ("goal", "open", ring(0.0).into_any()),
    };
    // A goal without a note is its own note.
    let note = if goal.note.is_empty() { goal.text.clone() } else { goal.note.clone() };
    let rule = (!goal.note.is_empty()).then(|| view! { <code>{goal.text.clone()}</code> });
    let value = if goal.figure.is_some() { goal.value.clone() } else { "–".to_owned() };
    view! {
        <li class=class title=goal.text.clone()>
            <span class="goal-mark">{mark}</span>
            <span class="goal-text"><span class="goal-note">{note}</span>{rule}{goal.level.map(level)}</span>
            <span class="goal-value"><span class="visually-hidden">{word}": "</span>{value}</span>
        </li>
    }
}

/// Where the figure lies: the bound is the mark in the middle. The value beside it says it in words.
fn level(level: f64) -> impl IntoView {
    let width = format!("width:{:.1}%", level.clamp(0.0, 1.0) * 100.0);
    view! { <span class="goal-level" aria-hidden="true"><span class="goal-fill" style=width></span></span> }
}

/// How far a goal is, as a ring that fills.
fn ring(progress: f64) -> impl IntoView {
    let length = format!("{:.1} 100", progress.clamp(0.0, 1.0) * 44.0);
    view! {
        <svg class="ring" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <circle cx="10" cy="10" r="7" class="ring-all"></circle>
            <circle cx="10" cy="10" r="7" class="ring-done" stroke-dasharray=length transform="rotate(-90 10 10)"></circle>
        </svg>
    }
}

/// What the design costs, where the lesson has a budget; `besides` says that the budget's goal stands right above.
#[component]
pub fn Budget(besides: Memo<bool>) -> impl IntoView {
    let (classroom, session): (Classroom, _) = (expect_context(), use_session());
    let budget = move || classroom.open.with(|open| open.as_ref()?.1.rules.budget.map(|money| money.0));
    let cost = move || session.with_design(|design| cost_per_hour(design).0);
    live(move || {
        budget().filter(|budget| !besides.get() || cost() > *budget).map(|budget| {
            let cost = cost();
            let over = cost > budget;
            let text = |dollars: f64| Unit::Price.text(dollars);
            view! {
                <p class="budget" class:over=over>
                    "Budget "<strong>{text(cost)}</strong>" of "{text(budget)}
                    {over.then_some(": too dear, goals do not count")}
                </p>
            }
        })
    })
}
