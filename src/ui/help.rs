//! The help: every action and its keys, from the one registry, with a field to search it.

use leptos::prelude::*;

use crate::editor::{ACTIONS, ActionInfo};

use super::dialog::follow;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::signal::RwSignal;

/// What is done with the pointer, which the registry does not know.
const POINTER: [(&str, &str); 12] = [
    ("Add a part", "drag it from the palette, or click it"),
    ("Draw a wire", "drag from the dot at a part's edge to another part"),
    ("Move a wire's end", "select the wire, then drag the ring at its end to another part"),
    ("Copy by dragging", "hold Alt while you drag a part"),
    ("Move off the grid", "hold Ctrl (on a Mac Cmd) while you drag"),
    ("Move the view", "drag the empty canvas, or two fingers"),
    ("Magnify", "turn the wheel, or pinch"),
    ("Select several", "Shift and click, or Shift and drag"),
    ("Menu of a part", "right click, or press long"),
    ("Go back in time", "drag along the traffic curve at the bottom"),
    ("Open a request", "click a dot; each is one of the requests"),
    ("Draw the traffic", "select the users; draw on the curve in the inspector"),
];

/// The help; it opens when `open` becomes true.
#[component]
pub fn Help(open: RwSignal<bool>) -> impl IntoView {
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    let wanted = RwSignal::new(String::new());
    follow(dialog, move || open.get());
    view! {
        <dialog class="help-dialog" node_ref=dialog aria-label="Help" on:close=move |_| open.set(false)>
            <header>
                <h2>"Keys and gestures"</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>{glyph(Glyph::Close)}</button>
            </header>
            <input type="search" placeholder="Search" aria-label="Search the help" prop:value=wanted
                on:input=move |event| wanted.set(event_target_value(&event)) />
            <div class="help-list">{live(move || wanted.with(|wanted| lists(wanted)))}</div>
        </dialog>
    }
}

fn lists(wanted: &str) -> impl IntoView + use<> {
    let wanted = wanted.to_ascii_lowercase();
    let fits = |texts: &[&str]| texts.iter().any(|text| text.to_ascii_lowercase().contains(&wanted));
    let mut groups: Vec<(&str, Vec<&ActionInfo>)> = Vec::new();
    for info in ACTIONS.iter().filter(|info| fits(&[info.label, info.group]) || fits(info.keys)) {
        match groups.iter_mut().find(|(group, _)| *group == info.group) {
            Some((_, infos)) => infos.push(info),
            None => groups.push((info.group, vec![info])),
        }
    }
    let pointer: Vec<_> = POINTER.iter().filter(|(what, how)| fits(&[what, how])).collect();
    let nothing = groups.is_empty() && pointer.is_empty();
    let action = |info: &&ActionInfo| {
        let keys = info.keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! { <div class="help-row"><dt>{info.label}</dt><dd>{keys}</dd></div> }
    };
    let group = |(name, infos): &(&'static str, Vec<&ActionInfo>)| {
        view! { <section><h3>{*name}</h3><dl>{infos.iter().map(action).collect_view()}</dl></section> }
    };
    let gesture = |(what, how): &&(&'static str, &'static str)| {
        view! { <div class="help-row"><dt>{*what}</dt><dd>{*how}</dd></div> }
    };
    view! {
        {(!pointer.is_empty()).then(|| view! {
            <section><h3>"Mouse and touch"</h3><dl>{pointer.iter().map(gesture).collect_view()}</dl></section>
        })}
        {groups.iter().map(group).collect_view()}
        {nothing.then(|| view! { <p>"Nothing fits."</p> })}
    }
}
