//! The field of a curve: its points, one in a row.

use leptos::prelude::*;

use crate::design::{Node, Value};
use crate::ui::live::live;
use crate::ui::session::{quoted, use_session};

use super::field::Subject;

type Points = Vec<(String, String)>;

fn points_of(node: &Node) -> Points {
    let Value::List(items) = &node.value else { return Vec::new() };
    let point = |item: &Node| match &item.value {
        Value::List(pair) if pair.len() == 2 => Some((pair[0].as_typed()?, pair[1].as_typed()?)),
        _ => None,
    };
    items.iter().filter_map(point).collect()
}

fn node_of(points: &Points) -> Node {
    let point = |(at, rate): &(String, String)| Node::new(Value::List(vec![Node::text(at), Node::text(rate)]));
    Node::new(Value::List(points.iter().map(point).collect()))
}

/// Times and rates; straight lines between them.
#[component]
pub fn CurveField(subject: Subject, label: String, help: &'static str) -> impl IntoView {
    let session = use_session();
    let wrong = RwSignal::new(None::<String>);
    let of = subject.clone();
    let points = Memo::new(move |_| of.value(session).map(|node| points_of(&node)).unwrap_or_default());
    Effect::new(move |_| {
        points.track();
        wrong.set(None);
    });
    let set = Callback::new(move |points: Points| wrong.set(subject.set(session, node_of(&points), false).err()));
    let row = move |(index, (at, rate)): (usize, (String, String))| {
        let change = move |first: bool, typed: String| {
            let mut points = points.get_untracked();
            if let Some(point) = points.get_mut(index) {
                *(if first { &mut point.0 } else { &mut point.1 }) = typed;
            }
            set.run(points);
        };
        let remove = move |_| {
            let mut points = points.get_untracked();
            points.remove(index);
            set.run(points);
        };
        let number = index + 1;
        view! {
            <li class="curve-row">
                <input type="text" value=at aria-label=format!("Time of point {number}") autocomplete="off" spellcheck="false"
                    on:change=move |event| change(true, event_target_value(&event)) />
                <input type="text" value=rate aria-label=format!("Rate of point {number}") autocomplete="off" spellcheck="false"
                    on:change=move |event| change(false, event_target_value(&event)) />
                <button class="quiet-button" aria-label=format!("Remove point {number}") disabled=move || points.with(Vec::len) < 2
                    on:click=remove>"Remove"</button>
            </li>
        }
    };
    let add = move |_| {
        let mut points = points.get_untracked();
        // Ten seconds after the last, at the same rate: a place to go on from.
        let (at, rate) = points.last().cloned().unwrap_or(("0s".to_owned(), "10/s".to_owned()));
        let after = at.parse::<crate::units::Time>().unwrap_or_default() + crate::units::Time::from_secs(10);
        points.push((after.to_string(), rate));
        set.run(points);
    };
    view! {
        <fieldset class="group curve">
            <legend>{label}</legend>
            <p class="help">{help}" Times such as 60s, rates such as 900/s."</p>
            <ul>{live(move || points.get().into_iter().enumerate().map(row).collect_view())}</ul>
            <p class="field-wrong" role="alert">{move || wrong.get().map(|why| quoted(&why))}</p>
            <button class="plain-button" on:click=add>"Add a point"</button>
        </fieldset>
    }
}
