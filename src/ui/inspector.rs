//! The inspector: settings and live figures of what is selected; with nothing selected, of the run and its requests.

mod curve;
mod field;
mod figures;
mod pad;
mod run;

use leptos::prelude::*;

use crate::design::{Component, Target};
use crate::editor::{Action, Msg, Room, region_info};
use crate::scene::policy_summary;

use super::element::view;
use super::icon::kind_icon;
use super::later::{self, later};
use super::live::live;
use super::model::HowItWorks;
use super::session::{Session, use_session};
use super::signal::Memo;

use field::{Form, field};
use figures::{ComponentFigures, WireFigures};
use run::RunSettings;

/// What is inspected.
#[derive(Clone, Debug, PartialEq)]
enum Subject {
    Nothing,
    Component(String),
    Wire(String, String),
    Several(usize),
}

fn subject(session: &Session) -> Subject {
    session.selection.with(|selection| match (selection.single(), selection.parts().len()) {
        (Some(Target::Component(name)), _) => Subject::Component(name.clone()),
        (Some(Target::Wire(from, to)), _) => Subject::Wire(from.clone(), to.clone()),
        (None, 0) => Subject::Nothing,
        (None, count) => Subject::Several(count),
    })
}

/// The inspector.
#[component]
pub fn Inspector() -> impl IntoView {
    let session = use_session();
    let subject = Memo::new(move |_| subject(&session));
    let content = move || match subject.get() {
        Subject::Nothing => view! { <RunSettings /> }.into_any(),
        Subject::Component(name) => later(later::inspector, Target::Component(name)),
        Subject::Wire(from, to) => later(later::inspector, Target::Wire(from, to)),
        Subject::Several(count) => several(session, count).into_any(),
    };
    view! { <div class="inspector-view">{live(content)}</div> }
}

/// The inspector of one part.
pub fn inspected(part: Target) -> AnyView {
    match part {
        Target::Component(name) => view! { <ComponentView name=name /> }.into_any(),
        Target::Wire(from, to) => view! { <WireView from=from to=to /> }.into_any(),
    }
}

/// The settings shown first, by the kind's word; the rest is folded away.
pub fn common(kind: &str) -> &'static [&'static str] {
    match kind {
        "clients" => &["traffic", "users", "patience", "refreshes"],
        "load-balancer" => &["strategy", "health"],
        "server" => &["cores", "concurrency", "capacity"],
        "cache" => &["entries", "ttl", "eviction"],
        "database" => &["concurrency", "connections", "read", "write"],
        _ => &["latency", "concurrency"],
    }
}

#[component]
fn ComponentView(name: String) -> impl IntoView {
    let session = use_session();
    let (kind_name, title, part) = (name.clone(), name.clone(), Target::Component(name.clone()));
    let kind = Memo::new(move |_| {
        session.with_design(|design| design.component(&kind_name).map(|component: &Component| component.kind.word()))
    });
    let (connect_title, room) = (name.clone(), Room::Component(name.clone()));
    live(move || {
        let word = kind.get()?;
        let kind = crate::design::Kind::of(word)?;
        let (title, part, room) = (title.clone(), part.clone(), room.clone());
        Some(view! {
            <header class="inspector-head">
                {kind_icon(&kind)}
                <div>
                    <NameField name=title />
                    <p class="soft">{kind.label()}". "{kind.help()}" "<HowItWorks word=word /></p>
                </div>
            </header>
            <ComponentFigures name=connect_title.clone() />
            <Form room=room.clone() common=common(word) />
            {field(&room, "", region_info())}
            <div class="inspector-actions">
                {action(session, Action::Connect)}
                {action(session, Action::Menu)}
                <button class="plain-button danger" on:click=move |_| session.dispatch(Msg::Delete(part.clone()))>"Delete"</button>
            </div>
        })
    })
}

fn action(session: Session, action: Action) -> impl IntoView {
    let label = if action == Action::Menu { "More…" } else { action.info().label };
    view! { <button class="plain-button" on:click=move |_| session.dispatch(Msg::Do(action, false))>{label}</button> }
}

/// The name, to change in place.
#[component]
fn NameField(name: String) -> impl IntoView {
    let session = use_session();
    let old = name.clone();
    let rename = move |event: leptos::ev::Event| {
        let new = event_target_value(&event).trim().to_owned();
        session.dispatch(Msg::Rename(old.clone(), new.clone()));
        // Refused: the old name stands again.
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        if session.with_untracked_design(|design| design.component(&old).is_some()) {
            input.set_value(&old);
        } else {
            // This form is another one now.
            super::canvas::focus_part(&Target::Component(new));
        }
    };
    view! {
        <input class="name-field" type="text" aria-label="Name" maxlength="40" autocomplete="off" spellcheck="false"
            value=name.clone() on:change=rename />
    }
}

#[component]
fn WireView(from: String, to: String) -> impl IntoView {
    let session = use_session();
    let (part, room) = (Target::Wire(from.clone(), to.clone()), Room::Wire(from.clone(), to.clone()));
    let ends = (from.clone(), to.clone());
    let policy = move || {
        let summary =
            session.with_design(|design| design.wire(&ends.0, &ends.1).map(|wire| policy_summary(&wire.policy)));
        summary
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| "a bare call: it waits for ever and never tries again".to_owned())
    };
    view! {
        <header class="inspector-head">
            <div>
                <h2 class="wire-title">{from.clone()}" → "{to.clone()}</h2>
                <p class="soft">{policy}". "<HowItWorks word="wires" /></p>
            </div>
        </header>
        <WireFigures from=from to=to />
        <Form room=room common=&["timeout", "retry", "breaker", "latency"] />
        <div class="inspector-actions">
            {action(session, Action::Menu)}
            <button class="plain-button danger" on:click=move |_| session.dispatch(Msg::Delete(part.clone()))>"Delete"</button>
        </div>
    }
}

fn several(session: Session, count: usize) -> impl IntoView {
    view! {
        <header class="inspector-head"><h2>{count}" parts selected"</h2></header>
        <p class="soft">"Arrow keys move them together."</p>
        <div class="inspector-actions">
            {action(session, Action::FitSelection)}
            {action(session, Action::Duplicate)}
            {action(session, Action::Menu)}
            <button class="plain-button danger" on:click=move |_| session.dispatch(Msg::Do(Action::Delete, false))>"Delete them"</button>
        </div>
    }
}
