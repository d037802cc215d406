//! The builds of the lesson: which one is on the canvas, and copies under other names.

use leptos::prelude::*;

use crate::design;
use crate::ui::element::view;
use crate::ui::signal::RwSignal;

use super::super::glyph::{Glyph, glyph};
use super::super::live::live;
use super::Desk;

/// The builds.
#[component]
pub fn Builds(desk: Desk) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let trouble = RwSignal::new(String::new());
    let canvas = move || desk.session.with_untracked_design(design::write);
    let copy_to = move |build: &'static str| {
        move |_| {
            desk.change(|draft| draft.put(build, canvas()));
            desk.build.set(build.to_owned());
        }
    };
    let add_wrong = move |_| match desk.change(|draft| draft.add_wrong(name.get_untracked().trim(), canvas())) {
        Ok(build) => {
            desk.build.set(build);
            name.set(String::new());
            trouble.set(String::new());
        }
        Err(why) => trouble.set(why),
    };
    let list =
        move || desk.draft.with(|draft| draft.builds()).into_iter().map(move |build| chip(desk, build)).collect_view();
    view! {
        <div class="desk-row" role="group" aria-label="Builds of this lesson">
            <span class="desk-label">"On the canvas"</span>
            {live(list)}
        </div>
        <div class="desk-row" role="group" aria-label="Keep the canvas">
            <span class="desk-label">"Keep it as"</span>
            <button class="chip" on:click=copy_to("start.toml")>"Start"</button>
            <button class="chip" on:click=copy_to("solution.toml")>"Solution"</button>
            <input class="desk-name" aria-label="Name of a wrong build" placeholder="more-cores" maxlength="40" prop:value=name
                on:input=move |event| name.set(event_target_value(&event)) />
            <button class="chip" prop:disabled=move || name.with(|name| name.trim().is_empty()) on:click=add_wrong>"Wrong build"</button>
            <span role="alert" class="desk-trouble">{move || trouble.get()}</span>
        </div>
    }
}

fn chip(desk: Desk, build: String) -> impl IntoView {
    let words = match build.as_str() {
        "start.toml" => "Start".to_owned(),
        "solution.toml" => "Solution".to_owned(),
        wrong => wrong.trim_start_matches("wrong-").trim_end_matches(".toml").to_owned(),
    };
    let wrong = build.starts_with("wrong-");
    let missing = desk.draft.with_untracked(|draft| draft.file(&build).is_none());
    let (chosen, taken, away) = (build.clone(), build.clone(), build);
    let remove = move |_| {
        desk.change(|draft| draft.remove(&away));
        desk.take_up("start.toml");
    };
    let label = format!("Take {words} away");
    view! {
        <button class="chip" class:wrong=wrong prop:disabled=missing aria-pressed=move || (desk.build.get() == chosen).to_string()
            on:click=move |_| desk.take_up(&taken)>{words}{missing.then_some(" (none yet)")}</button>
        {wrong.then(|| view! {
            <button class="icon-button small" aria-label=label.clone() title=label on:click=remove>{glyph(Glyph::Close)}</button>
        })}
    }
}
