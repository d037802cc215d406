//! One component on the canvas: its box, load ring, queue stack, state badge and ports.

use leptos::prelude::*;

use crate::design::{Component, Kind, Target};
use crate::editor::{BOX, Msg, PORT_RADIUS, has_callee_port, has_caller_port};
use crate::scene::{Vitals, component_words, count_text, rate_text, share_text, summary};
use crate::ui::element::view;
use crate::ui::icon::{kind_mark, state_mark};
use crate::ui::live::live;
use crate::ui::pressure::Found;
use crate::ui::session::use_session;
use crate::ui::signal::{Memo, StoredValue};

use super::wiring::Verdicts;

/// The load ring's radius and length.
const RING: f64 = 19.0;
const RING_LENGTH: f64 = RING * std::f64::consts::TAU;
/// Places of the queue stack.
const STACK: usize = 8;
/// Letters of a name that fit into the box.
const NAME_LETTERS: usize = 13;

/// The component of this name.
#[component]
pub fn PartView(name: String) -> impl IntoView {
    let session = use_session();
    let verdicts = Verdicts::of_context();
    let name = StoredValue::new(name);
    let component =
        Memo::new(move |_| session.with_design(|design| name.with_value(|name| design.component(name).cloned())));
    let vitals =
        Memo::new(move |_| session.glance.with(|glance| name.with_value(|name| glance.component(name).cloned())));
    let part = move || Target::Component(name.get_value());
    let selected = Memo::new(move |_| session.selection.with(|selection| selection.contains(&part())));
    let words = move || {
        session.with_design(|design| {
            let component = name.with_value(|name| design.component(name))?;
            Some(vitals.with(|vitals| component_words(design, component, vitals.as_ref())))
        })
    };
    let place = Memo::new(move |_| component.with(|component| component.as_ref().map(|component| component.at)));
    let moved = move || place.get().map(|at| format!("translate({} {})", at.x, at.y));
    let kind =
        Memo::new(move |_| component.with(|component| component.as_ref().map(|component| component.kind.clone())));
    let tone = move || vitals.with(|vitals| vitals.as_ref().map_or("idle", |vitals| vitals.state().tone()));
    view! {
        <g class=move || {
                // One string: a class set beside it would be lost when the string changes.
                let selected = if selected.get() { "selected" } else { "" };
                format!("part {} {} {selected}", tone(), verdicts.class_of(&name.get_value()))
            }
            data-part=part().to_string() data-kind=move || kind.with(|kind| kind.as_ref().map(Kind::word))
            transform=moved tabindex="0" role="button" aria-pressed=move || selected.get().to_string() aria-label=words
            on:focus=move |event| {
                if is_by_keyboard(&event_target::<web_sys::Element>(&event)) {
                    session.dispatch(Msg::Focused(part()));
                }
            }
            on:keydown=move |event| {
                if event.key() == "Enter" {
                    event.prevent_default();
                    session.dispatch(Msg::Select(part(), false));
                }
            }>
            <rect class="body" x=-BOX.x / 2.0 y=-BOX.y / 2.0 width=BOX.x height=BOX.y rx="12"></rect>
            {live(move || kind.with(|kind| kind.as_ref().map(ports)))}
            <text class="name" x="-24" y="-17">{name.with_value(|name| shortened(name))}</text>
            {live(move || kind.with(|kind| kind.as_ref().map(ring_icon)))}
            {live(move || component.with(|component| component.as_ref().map(|component| vitals.with(|vitals| figures(component, vitals.as_ref())))))}
            {left_text(name)}
        </g>
    }
}

/// `full in 12 s`, of what will soon be full.
fn left_text(name: StoredValue<String>) -> impl IntoView {
    let found: Found = expect_context();
    live(move || {
        found.left(&name.get_value()).map(|left| view! { <text class="left-text" x="-24" y="14">{left}</text> })
    })
}

/// Whether the focus came by the keyboard: a click selects by itself.
fn is_by_keyboard(element: &web_sys::Element) -> bool {
    element.matches(":focus-visible").unwrap_or(false)
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_LETTERS) {
        Some((cut, _)) if name.chars().count() > NAME_LETTERS + 1 => format!("{}…", &name[..cut]),
        _ => name.to_owned(),
    }
}

fn ports(kind: &Kind) -> impl IntoView + use<> {
    let port = |x: f64, class: &'static str| {
        view! {
            <g class=class transform=format!("translate({x} 0)")>
                <circle class="halo" r="13"></circle>
                <circle class="dot" r=PORT_RADIUS></circle>
            </g>
        }
    };
    view! {
        {has_callee_port(kind).then(|| port(-BOX.x / 2.0, "port callee"))}
        {has_caller_port(kind).then(|| port(BOX.x / 2.0, "port caller"))}
    }
}

fn ring_icon(kind: &Kind) -> impl IntoView + use<> {
    view! {
        <g transform="translate(-49 -17)">
            <circle class="ring-back" r=RING></circle>
            {kind_mark(kind)}
        </g>
    }
}

/// The changing rest: load ring, state, rate and queue; before a run, what matters most of the settings.
fn figures(component: &Component, vitals: Option<&Vitals>) -> impl IntoView + use<> {
    let Some(vitals) = vitals else {
        return view! {
            <text class="state" x="-24" y="0">{component.kind.label()}</text>
            <text class="figure" x="-66" y="33">{summary(&component.kind)}</text>
        }
        .into_any();
    };
    let state = vitals.state();
    let users = matches!(component.kind, Kind::Clients(_));
    let arc = if users { vitals.broken } else { vitals.load.unwrap_or(0.0) } * RING_LENGTH;
    view! {
        <circle class="ring" r=RING transform="translate(-49 -17) rotate(-90)" stroke-dasharray=format!("{arc:.1} {RING_LENGTH:.1}")></circle>
        <g class="badge" transform="translate(-24 -9)">{state_mark(state)}</g>
        <text class="state" x="-8" y="0">{state.word()}</text>
        {vitals.load.filter(|_| !users).map(|load| view! { <text class="percent" x="-49" y="16">{share_text(load)}</text> })}
        <text class="figure" x="-66" y="33">{rate_text(vitals.rate)}</text>
        {users.then(|| lost(vitals))}
        {vitals.fill.map(|fill| stack(vitals.waiting, fill))}
    }
    .into_any()
}

fn lost(vitals: &Vitals) -> impl IntoView + use<> {
    let text = format!("{} lost", share_text(vitals.broken));
    view! { <text class="figure end" x="66" y="33">{text}</text> }
}

/// The waiting room: a stack that fills, and the number that wait.
fn stack(waiting: f64, fill: f64) -> impl IntoView + use<> {
    // One waiting request already shows; the last place fills only when the room is full.
    let filled = match fill {
        _ if waiting < 0.5 => 0,
        fill if fill >= 0.99 => STACK,
        fill => (1 + (fill * (STACK - 1) as f64) as usize).min(STACK - 1),
    };
    let place = |index: usize| {
        let x = -4.0 + index as f64 * 5.0;
        view! { <rect class="place" class:filled=index < filled x=x y="24" width="3.6" height="10" rx="1"></rect> }
    };
    view! {
        {(0..STACK).map(place).collect_view()}
        <text class="figure end" x="66" y="33">{count_text(if waiting < 0.5 { 0.0 } else { waiting })}</text>
    }
}
