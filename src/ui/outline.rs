//! The outline: all parts in a table, with live figures, to be named, set, wired and removed in place; everything the canvas
//! can do, without a canvas.

use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use web_sys::{Event, HtmlInputElement};

use crate::design::{Design, Form, Node, SettingInfo, Target};
use crate::editor::{Effect as Asked, Msg, Room, has_caller_port};
use crate::scene::{FlowState, count_text, policy_summary, rate_text, share_text, summary, upstream_first};

use super::element::view;
use super::icon::{kind_icon, state_icon};
use super::inspector::common;
use super::live::live;
use super::rows::rows;
use super::session::{Session, quoted, use_session};
use super::signal::{Memo, RwSignal};

/// Settings of a part that stand in its row.
const FIELDS_MAX: usize = 3;

/// A part of the design by its place in the table, as text: a row stays the same row when its part is renamed. (Text,
/// because the page has the machinery for signals of text already.)
type Part = Memo<String>;

fn target(name: &str) -> Option<Target> {
    (!name.is_empty()).then(|| Target::parse(name))
}

/// The table of all parts.
#[component]
pub fn Outline() -> impl IntoView {
    let session = use_session();
    let parts = Memo::new(move |_| session.with_design(parts_of));
    let keys = move || parts.with(|parts| (0..parts.len()).map(|at| at.to_string()).collect());
    let row = move |key: String| {
        let at: usize = key.parse().unwrap_or(0);
        row(session, Memo::new(move |_| parts.with(|parts| parts.get(at).cloned().unwrap_or_default())))
    };
    let head = |title: &'static str| view! { <th scope="col">{title}</th> };
    view! {
        <section class="outline" aria-label="All parts">
            {live(move || parts.with(Vec::is_empty).then(|| view! { <p class="soft">"Nothing is on the canvas yet."</p> }))}
            <table class="outline-table">
                <thead><tr>{["Part", "State", "Rate", "Load", "Settings", "Do"].map(head).collect_view()}</tr></thead>
                <tbody>{rows(keys, row)}</tbody>
            </table>
        </section>
    }
}

/// Callers before callees, each with the wires that leave it.
fn parts_of(design: &Design) -> Vec<String> {
    let mut parts = Vec::new();
    for name in upstream_first(design) {
        parts.push(name.clone());
        parts.extend(design.wires_from(&name).map(|wire| wire.name()));
    }
    parts
}

fn row(session: Session, part: Part) -> impl IntoView {
    let is_wire = move || matches!(target(&part.get()), Some(Target::Wire(..)));
    let selected = Memo::new(move |_| {
        target(&part.get()).is_some_and(|part| session.selection.with(|selection| selection.contains(&part)))
    });
    let delete = move |_| {
        if let Some(part) = target(&part.get_untracked()) {
            session.dispatch(Msg::Delete(part));
        }
    };
    let delete_label = move || format!("Delete {}", part.get());
    view! {
        <tr class:selected=selected class:wire-row=is_wire>
            <th scope="row">{title(session, part, selected)}</th>
            {figures(session, part)}
            <td>{fields(session, part)}</td>
            <td>
                <div class="outline-do">
                    {connect_field(session, part)}
                    <button class="quiet-button" aria-label=delete_label on:click=delete>"Delete"</button>
                </div>
            </td>
        </tr>
    }
}

/// What kind of component a row is about, empty for a wire; the row's content is made anew when that changes, and not when its name does.
fn kind_of(session: Session, part: Part) -> Memo<String> {
    Memo::new(move |_| {
        let kind = |design: &Design| design.component(&part.get()).map(|component| component.kind.word().to_owned());
        session.with_design(kind).unwrap_or_default()
    })
}

/// The button that selects the part, and its name to change.
fn title(session: Session, part: Part, selected: Memo<bool>) -> impl IntoView {
    let kind = kind_of(session, part);
    let select = move |_| {
        if let Some(part) = target(&part.get_untracked()) {
            session.dispatch(Msg::Select(part.clone(), false));
            session.dispatch(Msg::Focused(part));
        }
    };
    let name = move || match target(&part.get()) {
        Some(Target::Component(name)) => name,
        Some(Target::Wire(_, to)) => format!("calls {to}"),
        None => String::new(),
    };
    let rename = move |event: Event| {
        let Some(Target::Component(old)) = target(&part.get_untracked()) else { return };
        session.dispatch(Msg::Rename(old, event_target_value(&event)));
        // Refused: the old name stands again.
        event_target::<HtmlInputElement>(&event).set_value(&untrack(name));
    };
    let mark = move || match crate::design::Kind::of(&kind.get()) {
        Some(kind) => view! { {kind_icon(&kind)}<span class="visually-hidden">{kind.label()}</span> }.into_any(),
        None => view! { <span aria-hidden="true">"↳"</span> }.into_any(),
    };
    let label = move || format!("Select {}", part.get());
    view! {
        <div class="outline-title">
            <button class="icon-button small" aria-label=label aria-pressed=move || selected.get().to_string() on:click=select>
                {live(mark)}
            </button>
            {live(move || match kind.with(String::is_empty) {
                false => view! {
                    <input class="name-field" type="text" aria-label="Name" maxlength="40" autocomplete="off" spellcheck="false"
                        prop:value=name on:change=rename />
                }
                .into_any(),
                true => view! { <span>{name}</span> }.into_any(),
            })}
        </div>
    }
}

/// State, rate and load at the playhead; before a run, what the part is.
fn figures(session: Session, part: Part) -> impl IntoView {
    let cells = Memo::new(move |_| target(&part.get()).map(|part| cells(session, &part)).unwrap_or_default());
    let cell = move |at: usize| cells.with(|cells| cells.get(at).cloned().unwrap_or_default());
    let state = move || {
        let state = session.glance.with(|glance| glance.component(&part.get()).map(|vitals| vitals.state()));
        let words = cell(0);
        match state {
            Some(state) => view! {
                <span class=format!("badge {}", state.tone()) title=state.help()>{state_icon(state)}{words}</span>
            }
            .into_any(),
            None => view! { <span class="soft">{words}</span> }.into_any(),
        }
    };
    view! {
        <td>{live(state)}</td>
        <td>{move || cell(1)}</td>
        <td>{move || cell(2)}</td>
    }
}

fn cells(session: Session, part: &Target) -> Vec<String> {
    let nothing = String::new;
    match part {
        Target::Component(name) => session.glance.with(|glance| match glance.component(name) {
            None => vec![
                session.with_design(|design| design.component(name).map(|one| summary(&one.kind)).unwrap_or_default()),
                nothing(),
                nothing(),
            ],
            Some(vitals) => {
                let load = vitals.load.map(|load| format!("{} busy, ", share_text(load))).unwrap_or_default();
                let waiting = count_text(if vitals.waiting < 0.5 { 0.0 } else { vitals.waiting });
                let users = session.with_design(|design| {
                    design.component(name).is_some_and(|one| matches!(one.kind, crate::design::Kind::Clients(_)))
                });
                let load = if users {
                    format!("{} lost", share_text(vitals.broken))
                } else {
                    format!("{load}{waiting} waiting")
                };
                vec![vitals.state().word().to_owned(), rate_text(vitals.rate), load]
            }
        }),
        Target::Wire(from, to) => session.glance.with(|glance| match glance.wire(from, to) {
            None => {
                let policy = |design: &Design| design.wire(from, to).map(|wire| policy_summary(&wire.policy));
                vec![session.with_design(policy).unwrap_or_default(), nothing(), nothing()]
            }
            Some(flow) => {
                let broken = match flow.state() {
                    FlowState::Quiet | FlowState::Flowing => nothing(),
                    _ => format!("{} broken", share_text(flow.broken)),
                };
                vec![flow.state().word().to_owned(), rate_text(flow.rate), broken]
            }
        }),
    }
}

fn room_of(part: &Target) -> Room {
    match part {
        Target::Component(name) => Room::Component(name.clone()),
        Target::Wire(from, to) => Room::Wire(from.clone(), to.clone()),
    }
}

/// The part's main settings.
fn fields(session: Session, part: Part) -> AnyView {
    let kind = kind_of(session, part);
    live(move || {
        let room = room_of(&target(&part.get_untracked())?);
        let kind = kind.get();
        let wanted = if kind.is_empty() { &["timeout", "latency"][..] } else { common(&kind) };
        let schema = session.with_untracked_design(|design| room.settings(design).map(|settings| settings.schema()))?;
        let fits = |info: &&SettingInfo| wanted.contains(&info.name) && is_plain(&info.form);
        let fields = schema.iter().filter(fits).take(FIELDS_MAX).map(|info| cell_field(session, part, info.clone()));
        Some(view! { <div class="outline-fields">{fields.collect_view()}</div> })
    })
}

/// Whether it fits into one field.
fn is_plain(form: &Form) -> bool {
    match form {
        Form::Group(_) | Form::Curve => false,
        Form::Optional(inner) => is_plain(inner),
        _ => true,
    }
}

fn cell_field(session: Session, part: Part, info: SettingInfo) -> impl IntoView {
    let name = info.name;
    let standard = info.default.as_line().unwrap_or_default();
    let shown = Memo::new(move |_| {
        let value =
            target(&part.get()).and_then(|part| session.with_design(|design| room_of(&part).value(design, name)));
        value.and_then(|node| node.as_line()).unwrap_or(standard.clone())
    });
    let commit = move |typed: String| -> bool {
        let Some(part) = target(&part.get_untracked()) else { return false };
        match session.with_untracked_design(|design| room_of(&part).edit(design, name, Node::text(typed))) {
            Ok(edit) => session.dispatch(Msg::Edit(edit)),
            Err(why) => session.handle(Asked::Refused(format!("{name}: {why}"))),
        }
        true
    };
    let changed = move |event: Event| {
        let typed = event_target_value(&event);
        if typed.trim() != shown.get_untracked() && commit(typed) {
            // Refused: the old value stands again.
            event_target::<HtmlInputElement>(&event).set_value(&shown.get_untracked());
        }
    };
    let label = move || format!("{} of {}", name.replace('_', " "), part.get());
    let input = match info.form {
        Form::Choice(words) => {
            let option = |word: &&'static str| {
                let word = *word;
                view! { <option value=word selected=move || shown.with(|shown| shown == word)>{word.replace('-', " ")}</option> }
            };
            view! {
                <select aria-label=label prop:value=shown on:change=move |event| {
                    let _ = commit(event_target_value(&event));
                }>
                    {words.iter().map(option).collect_view()}
                </select>
            }
            .into_any()
        }
        _ => view! {
            <input type="text" aria-label=label autocomplete="off" spellcheck="false" prop:value=shown on:change=changed />
        }
        .into_any(),
    };
    view! { <label title=quoted(info.help)><span>{name.replace('_', " ")}</span>{input}</label> }
}

/// A list of what this component may call; choosing draws the wire. It is worked out only while somebody is at it.
fn connect_field(session: Session, part: Part) -> AnyView {
    let (kind, wanted) = (kind_of(session, part), RwSignal::new(false));
    let options = move || {
        if !wanted.get() {
            return None;
        }
        session.version.get();
        let choices = session.editor.with_untracked(|editor| editor.choices_from(&part.get_untracked()));
        let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
        Some(choices.into_iter().filter(|(_, verdict)| verdict.is_ok()).map(|(name, _)| option(name)).collect_view())
    };
    let choose = move |event: Event| {
        let to = event_target_value(&event);
        event_target::<web_sys::HtmlSelectElement>(&event).set_value("");
        if !to.is_empty() {
            session.dispatch(Msg::Connect(part.get_untracked(), to));
        }
    };
    let label = move || format!("Connect {} to", part.get());
    live(move || {
        let calls = crate::design::Kind::of(&kind.get()).is_some_and(|kind| has_caller_port(&kind));
        calls.then(|| {
            view! {
                <select class="outline-connect" aria-label=label on:change=choose on:focus=move |_| wanted.set(true)
                    on:pointerdown=move |_| wanted.set(true) on:blur=move |_| wanted.set(false)>
                    <option value="">"Connect to…"</option>
                    {live(options)}
                </select>
            }
        })
    })
}
