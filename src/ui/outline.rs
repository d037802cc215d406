//! The outline: all parts in a list, with their figures in words; everything the canvas can do, without a canvas.

use leptos::prelude::*;

use crate::design::{Component, Kind, Target, Wire};
use crate::editor::{Msg, has_caller_port};
use crate::scene::{FlowState, Glance, count_text, policy_summary, rate_text, share_text, summary, upstream_first};

use super::icon::{kind_icon, state_icon};
use super::live::live;
use super::rows::rows;
use super::session::{Session, use_session};

/// The list of all parts.
#[component]
pub fn Outline() -> impl IntoView {
    let session = use_session();
    let names = Memo::new(move |_| session.with_design(upstream_first));
    let empty =
        move || names.with(Vec::is_empty).then(|| view! { <p class="soft">"Nothing is on the canvas yet."</p> });
    view! {
        <section class="outline" aria-label="Outline">
            {live(empty)}
            <ul class="outline-list">
                {rows(move || names.get(), |name| view! { <Row name=name /> })}
            </ul>
        </section>
    }
}

/// One component and the wires it calls over.
#[component]
fn Row(name: String) -> impl IntoView {
    let session = use_session();
    let name = StoredValue::new(name);
    let component =
        Memo::new(move |_| session.with_design(|design| name.with_value(|name| design.component(name).cloned())));
    let wires = Memo::new(move |_| {
        session.with_design(|design| name.with_value(|name| design.wires_from(name).cloned().collect::<Vec<Wire>>()))
    });
    let part = move || Target::Component(name.get_value());
    let selected = Memo::new(move |_| session.selection.with(|selection| selection.contains(&part())));
    let figures = move || {
        component.with(|component| {
            component.as_ref().map(|component| session.glance.with(|glance| figures(component, glance)))
        })
    };
    view! {
        <li class="outline-row" class:selected=selected>
            <div class="outline-head">
                <button class="outline-name" aria-pressed=move || selected.get().to_string()
                    on:click=move |_| session.dispatch(Msg::Focused(part()))>
                    {live(move || component.with(|component| component.as_ref().map(|component| kind_icon(&component.kind))))}
                    <span class="strong">{name.get_value()}</span>
                    <span class="soft">{move || component.with(|component| component.as_ref().map(|component| component.kind.label()))}</span>
                </button>
                <button class="quiet-button" aria-label=move || format!("Delete {}", name.get_value())
                    on:click=move |_| session.dispatch(Msg::Delete(part()))>"Delete"</button>
            </div>
            <div class="outline-figures">{live(figures)}</div>
            <ul class="outline-wires">
                {live(move || wires.get().into_iter().map(|wire| wire_row(session, wire)).collect_view())}
            </ul>
            {live(move || component.with(|component| component.as_ref().filter(|component| has_caller_port(&component.kind)).map(|component| connect_field(session, &component.name))))}
        </li>
    }
}

fn figures(component: &Component, glance: &Glance) -> impl IntoView + use<> {
    let Some(vitals) = glance.component(&component.name) else {
        return view! { <span class="soft">{summary(&component.kind)}</span> }.into_any();
    };
    let state = vitals.state();
    let load = match component.kind {
        Kind::Clients(_) => format!("{} lost", share_text(vitals.broken)),
        _ => {
            let load = vitals.load.map(|load| format!("{} busy, ", share_text(load))).unwrap_or_default();
            format!("{load}{} waiting", count_text(if vitals.waiting < 0.5 { 0.0 } else { vitals.waiting }))
        }
    };
    view! {
        <span class=format!("badge {}", state.tone()) title=state.help()>{state_icon(state)}{state.word()}</span>
        <span>{rate_text(vitals.rate)}</span>
        <span>{load}</span>
    }
    .into_any()
}

fn wire_row(session: Session, wire: Wire) -> impl IntoView {
    let target = Target::Wire(wire.from.clone(), wire.to.clone());
    let (select, delete) = (target.clone(), target.clone());
    let selected = move || session.selection.with(|selection| selection.contains(&target)).to_string();
    let (name, callee) = (wire.name(), wire.to.clone());
    let flow = move || {
        session.glance.with(|glance| {
            let Some(flow) = glance.wire(&wire.from, &wire.to) else { return policy_summary(&wire.policy) };
            match flow.state() {
                FlowState::Quiet | FlowState::Flowing => rate_text(flow.rate),
                state => format!(
                    "{}, {}, {} broken",
                    rate_text(flow.rate),
                    state.word().to_ascii_lowercase(),
                    share_text(flow.broken)
                ),
            }
        })
    };
    view! {
        <li>
            <button class="outline-name" aria-pressed=selected on:click=move |_| session.dispatch(Msg::Focused(select.clone()))>
                <span class="soft">"calls "</span><span>{callee}</span>
            </button>
            <span class="soft">{flow}</span>
            <button class="quiet-button" aria-label=format!("Delete the wire {name}")
                on:click=move |_| session.dispatch(Msg::Delete(delete.clone()))>"Delete"</button>
        </li>
    }
}

/// A list of what this component may call; choosing draws the wire.
fn connect_field(session: Session, caller: &str) -> impl IntoView + use<> {
    let caller = caller.to_owned();
    let label = format!("Connect {caller} to");
    let from = caller.clone();
    let choices = Memo::new(move |_| {
        session.version.get();
        session.editor.with_untracked(|editor| {
            let choices = editor.choices_from(&from).into_iter();
            choices.filter_map(|(name, verdict)| verdict.is_ok().then_some(name)).collect::<Vec<_>>()
        })
    });
    let choose = move |event: leptos::ev::Event| {
        let to = event_target_value(&event);
        if !to.is_empty() {
            session.dispatch(Msg::Connect(caller.clone(), to));
        }
    };
    let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
    live(move || {
        let choose = choose.clone();
        let label = label.clone();
        (!choices.with(Vec::is_empty)).then(|| {
            view! {
                <select class="outline-connect" aria-label=label on:change=choose>
                    <option value="">"Connect to…"</option>
                    {choices.get().into_iter().map(option).collect_view()}
                </select>
            }
        })
    })
}
