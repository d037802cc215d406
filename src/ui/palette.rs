//! The palette: a button for each kind of part that may be placed. Click, Enter or drag it onto the canvas.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::design::Kind;
use crate::editor::Msg;

use super::element::view;
use super::icon::kind_icon;
use super::rows::rows;
use super::session::{Session, use_session};
use super::signal::{Memo, StoredValue};

/// How far a press must move, in pixels, to become a drag.
const THRESHOLD: f64 = 6.0;

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    let session = use_session();
    let words = Memo::new(move |_| {
        session.editor.with(|editor| editor.palette().map(|kind| kind.word().to_owned()).collect::<Vec<_>>())
    });
    let button = move |word: String| Kind::of(&word).map(|kind| part_button(session, &kind));
    view! {
        <div class="palette" role="toolbar" aria-label="Parts: click one, or drag it onto the canvas">
            {rows(move || words.get(), button)}
        </div>
    }
}

fn button_of(event: &leptos::ev::PointerEvent) -> web_sys::Element {
    event.current_target().expect("a listener has a target").unchecked_into()
}

fn part_button(session: Session, kind: &Kind) -> impl IntoView + use<> {
    let word = kind.word();
    // Where a press began that may become a drag.
    let pressed = StoredValue::new(None::<(i32, i32)>);
    let moved = move |event: leptos::ev::PointerEvent| {
        let Some((x, y)) = pressed.get_value() else { return };
        let (dx, dy) = (f64::from(event.client_x() - x), f64::from(event.client_y() - y));
        if dx * dx + dy * dy > THRESHOLD * THRESHOLD {
            pressed.set_value(None);
            // From here on the canvas follows it; and no click comes of it.
            let _ = button_of(&event).release_pointer_capture(event.pointer_id());
            session.dispatch(Msg::PickUp(word));
        }
    };
    view! {
        <button class="palette-item" data-kind=word title=kind.help()
            on:pointerdown=move |event| {
                if event.button() == 0 {
                    pressed.set_value(Some((event.client_x(), event.client_y())));
                    // A quick pointer leaves the button at its first move.
                    let _ = button_of(&event).set_pointer_capture(event.pointer_id());
                }
            }
            on:pointermove=moved
            on:pointerup=move |_| pressed.set_value(None)
            on:pointercancel=move |_| pressed.set_value(None)
            on:click=move |_| session.dispatch(Msg::Place(word))>
            {kind_icon(kind)}
            <span>{kind.label()}</span>
        </button>
    }
}
