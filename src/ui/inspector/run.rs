//! What is inspected while nothing is selected: what the design lacks, the run, the kinds of request.

use leptos::prelude::*;

use crate::design::{ClassCost, Design, Edit, RequestClass, Target, remarks};
use crate::editor::{Msg, Room};
use crate::ui::element::view;
use crate::ui::live::live;
use crate::ui::rows::rows;
use crate::ui::seed::SeedControl;
use crate::ui::session::{Session, quoted, use_session};
use crate::ui::signal::{Memo, RwSignal, effect};
use crate::units::Time;

use super::field::{Form, distance};

/// Settings of the whole.
#[component]
pub fn RunSettings() -> impl IntoView {
    view! {
        <header class="inspector-head"><h2>"Whole design"</h2></header>
        <p class="soft">"Select a part to see its settings."</p>
        <Remarks />
        <SeedAndDuration />
        <Classes />
        <Distances />
    }
}

/// What the design still lacks.
#[component]
fn Remarks() -> impl IntoView {
    let session = use_session();
    let found = Memo::new(move |_| {
        session.with_design(|design| {
            remarks(design).into_iter().map(|remark| (remark.component, remark.message)).collect::<Vec<_>>()
        })
    });
    let item = move |(component, message): (String, String)| {
        let target = component.clone();
        let name = (!component.is_empty()).then(|| view! {
            <button class="link-button" on:click=move |_| session.dispatch(Msg::Focused(Target::Component(target.clone())))>{component.clone()}</button>": "
        });
        view! { <li>{name}{message}</li> }
    };
    live(move || {
        (!found.with(Vec::is_empty)).then(|| {
            view! {
                <section class="remarks" aria-label="What is missing">
                    <h3>"Before you run it"</h3>
                    <ul>{found.get().into_iter().map(item).collect_view()}</ul>
                </section>
            }
        })
    })
}

#[component]
fn SeedAndDuration() -> impl IntoView {
    let session = use_session();
    let duration = Memo::new(move |_| session.with_design(|design| design.duration.to_string()));
    let wrong = RwSignal::new(None::<String>);
    effect(move || {
        duration.track();
        wrong.set(None);
    });
    let seed = move || session.with_untracked_design(|design| design.seed);
    let set_duration = move |event| {
        let duration = event_target_value(&event).parse::<Time>();
        match duration.and_then(checked) {
            Ok(duration) => session.dispatch(Msg::Edit(Edit::SetRun(seed(), duration))),
            Err(why) => wrong.set(Some(why)),
        }
    };
    view! {
        <section class="form" aria-label="Run">
            <h3>"Run"</h3>
            <div class="field">
                <label for="run-duration">"Duration"</label>
                <input id="run-duration" class="text-field" type="text" prop:value=duration on:change=set_duration autocomplete="off" />
                <p class="help">"How long a run takes, in simulated time. For example 3m."</p>
            </div>
            <div class="field">
                <SeedControl />
                <p class="help">"Decides all chance: the same seed gives the same run."</p>
            </div>
            <p class="field-wrong" role="alert">{move || wrong.get().map(|why| quoted(&why))}</p>
        </section>
    }
}

/// The bounds that a design file has, too.
fn checked(duration: Time) -> Result<Time, String> {
    let fits = (Time::from_millis(1)..=Time::from_secs(86_400)).contains(&duration);
    if fits { Ok(duration) } else { Err("a run takes between 1ms and 24h".to_owned()) }
}

/// How far apart the design's regions are.
#[component]
fn Distances() -> impl IntoView {
    let session = use_session();
    let keys = Memo::new(move |_| session.with_design(Design::distance_keys));
    let some = Memo::new(move |_| !keys.with(Vec::is_empty));
    live(move || {
        some.get().then(|| {
            view! {
                <section class="form" aria-label="Distances">
                    <h3>"Distances"</h3>
                    <p class="help">"How long a message takes from one region to another, each way."</p>
                    {rows(move || keys.get(), distance)}
                </section>
            }
        })
    })
}

/// The kinds of request and what each costs.
#[component]
fn Classes() -> impl IntoView {
    let session = use_session();
    let names = Memo::new(move |_| {
        session.with_design(|design| design.classes.iter().map(|class| class.name.clone()).collect::<Vec<_>>())
    });
    let class = move |name: String| {
        let (of, room) = (name.clone(), Room::Class(name.clone()));
        let remove = move |_| {
            let mut classes = session.with_untracked_design(|design| design.classes.clone());
            classes.retain(|class| class.name != of);
            session.dispatch(Msg::Edit(Edit::SetClasses(classes)));
        };
        view! {
            <details class="class">
                <summary>{name}</summary>
                <Form room=room common=&["share", "cpu", "reads", "writes", "body", "blobs"] />
                <button class="plain-button danger" disabled=move || names.with(Vec::len) < 2 on:click=remove>"Remove this kind"</button>
            </details>
        }
    };
    view! {
        <section class="form" aria-label="Requests">
            <h3>"Requests"</h3>
            <p class="help">"The kinds of request that users make, and what one of each costs."</p>
            {rows(move || names.get(), class)}
            <button class="plain-button" on:click=move |_| add_class(session)>"Add a kind of request"</button>
        </section>
    }
}

fn add_class(session: Session) {
    let mut classes = session.with_untracked_design(|design| design.classes.clone());
    let free =
        (1..).map(|number| format!("request-{number}")).find(|name| classes.iter().all(|class| class.name != *name));
    let name = free.expect("endless");
    classes.push(RequestClass { name, cost: ClassCost::default() });
    session.dispatch(Msg::Edit(Edit::SetClasses(classes)));
}
