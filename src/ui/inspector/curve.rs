//! The field of a curve: the pad it is drawn on, and its points as text, one in a row.

use leptos::prelude::*;

use crate::design::{Node, Value};
use crate::editor::Msg;
use crate::editor::drawing;
use crate::ui::element::view;
use crate::ui::live::live;
use crate::ui::session::{Session, quoted, use_session};
use crate::ui::signal::{Memo, RwSignal, effect};

use super::field::Subject;
use super::pad::CurvePad;

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

/// The points as the pad has them; what cannot be read is left out.
fn drawn_of(points: &Points) -> drawing::Points {
    points.iter().filter_map(|(at, rate)| Some((at.parse().ok()?, rate.parse().ok()?))).collect()
}

/// Makes a drawn curve the setting's value, unless the lesson does not allow that. Whether it did.
fn put(session: Session, subject: &Subject, points: &drawing::Points, preview: bool) -> bool {
    let points: Points = points.iter().map(|(at, rate)| (at.to_string(), rate.to_string())).collect();
    let edit = session.with_untracked_design(|design| subject.room.edit(design, &subject.path, node_of(&points)));
    let Ok(edit) = edit else { return false };
    let allowed = session.editor.with_untracked(|editor| editor.refuses(&edit)).is_none();
    // A refused edit tells why.
    session.dispatch(if preview { Msg::Preview(edit) } else { Msg::Edit(edit) });
    allowed
}

/// Times and rates; straight lines between them.
#[component]
pub fn CurveField(subject: Subject, label: String, help: &'static str) -> impl IntoView {
    let session = use_session();
    let wrong = RwSignal::new(None::<String>);
    let of = subject.clone();
    let points = Memo::new(move |_| of.value(session).map(|node| points_of(&node)).unwrap_or_default());
    effect(move || {
        points.track();
        wrong.set(None);
    });
    let drawn = Memo::new(move |_| points.with(drawn_of));
    let of = subject.clone();
    let draw = Callback::new(move |(points, preview)| put(session, &of, &points, preview));
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
            <p class="help">{help}" Draw it, drag its points, or type times such as 60s and rates such as 900/s."</p>
            <CurvePad points=drawn put=draw />
            <ul>{live(move || points.get().into_iter().enumerate().map(row).collect_view())}</ul>
            <p class="field-wrong" role="alert">{move || wrong.get().map(|why| quoted(&why))}</p>
            <button class="plain-button" on:click=add>"Add a point"</button>
        </fieldset>
    }
}
