//! From browser events to the editor's messages: pointers, wheel, keys, size.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent, ResizeObserver, WheelEvent};

use crate::design::Point;
use crate::editor::{Action, Gesture, KeyPress, Msg, Pointer, PointerKind, action_for, hit};

use crate::ui::session::Session;

/// How long a finger rests until the menu opens.
const LONG_PRESS: Duration = Duration::from_millis(500);
/// A wheel that turns by at least this much at once is a mouse's; less is a trackpad's, which scrolls.
const WHEEL_CLICK: f64 = 50.0;

/// What is remembered between events.
#[derive(Default)]
struct Held {
    /// The space bar is down.
    space: Cell<bool>,
    /// Where the mouse is on the canvas.
    over: Rc<Cell<Option<Point>>>,
    /// Counts presses, so that a late timer is not taken for this press.
    press: Cell<u32>,
}

/// Listens to the canvas and, for keys and palette drags, to the window.
pub fn start(session: Session, stage: NodeRef<Div>) {
    let held = Rc::new(Held::default());
    Effect::new({
        let held = held.clone();
        move |_| {
            if let Some(stage) = stage.get() {
                observe_size(session, &stage);
                listen_to_pointers(session, &stage, &held);
                listen_to_wheel(session, &stage);
            }
        }
    });
    super::clipboard::listen(session, stage, held.over.clone());
    listen_to_keys(session, stage, held);
    listen_to_palette_drags(session, stage);
}

fn observe_size(session: Session, stage: &HtmlElement) {
    let measured = stage.clone();
    let resized = Closure::<dyn FnMut()>::new(move || {
        let size = Point { x: f64::from(measured.client_width()), y: f64::from(measured.client_height()) };
        // A hidden canvas (a phone shows another tab) keeps what it showed.
        if size.x > 0.0 && size.y > 0.0 {
            session.dispatch(Msg::Resize(size));
        }
    });
    let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).expect("every browser has observers");
    observer.observe(stage);
    let keep = leptos::prelude::StoredValue::new_local(resized);
    on_cleanup(move || {
        observer.disconnect();
        keep.dispose();
    });
}

/// Screen coordinates from the top left of the canvas.
fn place_in(stage: &HtmlElement, x: i32, y: i32) -> Point {
    let rect = stage.get_bounding_client_rect();
    Point { x: f64::from(x) - rect.left(), y: f64::from(y) - rect.top() }
}

fn pointer_of(event: &PointerEvent, stage: &HtmlElement, space: bool) -> Pointer {
    Pointer {
        id: event.pointer_id(),
        at: place_in(stage, event.client_x(), event.client_y()),
        kind: if event.pointer_type() == "touch" { PointerKind::Touch } else { PointerKind::Mouse },
        button: event.button(),
        shift: event.shift_key(),
        ctrl: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        space,
    }
}

/// Listens to one kind of event for as long as the canvas is there.
fn listen<E: JsCast + 'static>(target: &HtmlElement, name: &str, passive: bool, heard: impl Fn(E) + 'static) {
    let closure = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| heard(event.unchecked_into()));
    let options = web_sys::AddEventListenerOptions::new();
    options.set_passive(passive);
    let callback = closure.as_ref().unchecked_ref();
    target
        .add_event_listener_with_callback_and_add_event_listener_options(name, callback, &options)
        .expect("listening works");
    // The element goes with its listeners; the closure must outlive it.
    let keep = leptos::prelude::StoredValue::new_local(closure);
    on_cleanup(move || keep.dispose());
}

fn listen_to_pointers(session: Session, stage: &HtmlElement, held: &Rc<Held>) {
    let (element, keys) = (stage.clone(), held.clone());
    listen(stage, "pointerdown", true, move |event: PointerEvent| {
        let pointer = pointer_of(&event, &element, keys.space.get());
        let _ = element.set_pointer_capture(pointer.id);
        keys.press.set(keys.press.get() + 1);
        session.dispatch(Msg::PointerDown(pointer));
        if pointer.kind == PointerKind::Touch {
            let (press, keys) = (keys.press.get(), keys.clone());
            let rested = move || {
                if keys.press.get() == press {
                    session.dispatch(Msg::LongPress);
                }
            };
            set_timeout(rested, LONG_PRESS);
        }
    });
    let (element, keys) = (stage.clone(), held.clone());
    listen(stage, "pointermove", true, move |event: PointerEvent| {
        if event.pointer_type() != "touch" {
            keys.over.set(Some(place_in(&element, event.client_x(), event.client_y())));
        }
        // A mouse that merely passes changes nothing: no need to wake anybody.
        if session.editor.with_untracked(|editor| editor.gesture != Gesture::Idle) {
            session.dispatch(Msg::PointerMove(pointer_of(&event, &element, keys.space.get())));
        }
    });
    let (element, keys) = (stage.clone(), held.clone());
    listen(stage, "pointerup", true, move |event: PointerEvent| {
        keys.press.set(keys.press.get() + 1);
        session.dispatch(Msg::PointerUp(pointer_of(&event, &element, keys.space.get())));
    });
    let over = held.over.clone();
    listen(stage, "pointerleave", true, move |_: PointerEvent| over.set(None));
    let keys = held.clone();
    listen(stage, "pointercancel", true, move |event: PointerEvent| {
        keys.press.set(keys.press.get() + 1);
        session.dispatch(Msg::PointerCancel(event.pointer_id()));
    });
    let element = stage.clone();
    listen(stage, "contextmenu", false, move |event: PointerEvent| {
        event.prevent_default();
        let at = place_in(&element, event.client_x(), event.client_y());
        let on = session.editor.with_untracked(|editor| {
            let reach = 8.0 / editor.camera.zoom;
            hit(&editor.design, editor.camera.canvas_from_screen(at), reach).part()
        });
        session.dispatch(Msg::OpenMenu(on, at));
    });
}

fn listen_to_wheel(session: Session, stage: &HtmlElement) {
    let element = stage.clone();
    listen(stage, "wheel", false, move |event: WheelEvent| {
        // Within another page the wheel is that page's.
        if !event.ctrl_key() && session.editor.with_untracked(|editor| editor.frozen) {
            return;
        }
        event.prevent_default();
        let at = place_in(&element, event.client_x(), event.client_y());
        let lines = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL { 1.0 } else { 30.0 };
        let (dx, dy) = (event.delta_x() * lines, event.delta_y() * lines);
        let clicked = dx == 0.0 && dy.abs() >= WHEEL_CLICK;
        let msg = match event.ctrl_key() || event.meta_key() {
            // A trackpad's pinch comes as a wheel with Ctrl and small steps.
            true => Msg::Zoom(at, (-dy.clamp(-60.0, 60.0) * 0.01).exp()),
            false if event.shift_key() => Msg::Scroll(Point { x: dx + dy, y: 0.0 }),
            false if clicked => Msg::Zoom(at, (-dy.clamp(-200.0, 200.0) * 0.0015).exp()),
            false => Msg::Scroll(Point { x: dx, y: dy }),
        };
        session.dispatch(msg);
    });
}

/// Whether keys are being typed into something.
fn typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => {
            let kind = element.get_attribute("type").unwrap_or_default();
            !matches!(kind.as_str(), "checkbox" | "radio" | "range" | "button")
        }
        _ => element.is_content_editable(),
    }
}

/// Whether a dialog or the front page lies over the canvas and has all keys.
pub(super) fn dialog_open() -> bool {
    document().query_selector("dialog[open], .home").ok().flatten().is_some()
}

/// Whether the focus is on the canvas's drawing, not in its menu or tools.
pub(super) fn on_canvas(stage: NodeRef<Div>) -> bool {
    let focused = document().active_element();
    stage.get_untracked().zip(focused).is_some_and(|(stage, focused)| stage.contains(Some(&focused)))
}

/// A part that had the focus may have been deleted: then the canvas has it, so that the next key counts, too.
pub(super) fn keep_focus(stage: NodeRef<Div>) {
    request_animation_frame(move || {
        let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(stage) = stage.get_untracked().filter(|_| lost) {
            super::focus(&stage);
        }
    });
}

fn listen_to_keys(session: Session, stage: NodeRef<Div>, held: Rc<Held>) {
    let keys = held.clone();
    let down = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if typing(&event) || event.default_prevented() || event.is_composing() || dialog_open() {
            return;
        }
        let on_canvas = on_canvas(stage);
        if on_canvas && event.key() == " " {
            // Space and drag pans; the page must not scroll meanwhile.
            keys.space.set(true);
            event.prevent_default();
            return;
        }
        let press = KeyPress {
            key: event.key(),
            code: event.code(),
            ctrl: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
        };
        // A key we do not know is the browser's.
        if let Some(action) = action_for(&press, on_canvas) {
            // The browser makes events of these keys, which alone may reach the clipboard.
            if matches!(action, Action::Copy | Action::Cut | Action::Paste) {
                return;
            }
            event.prevent_default();
            session.dispatch(Msg::Do(action, event.repeat()));
            if on_canvas {
                keep_focus(stage);
            }
        }
    });
    let up = window_event_listener(ev::keyup, move |event: KeyboardEvent| {
        if event.key() == " " {
            held.space.set(false);
        }
    });
    on_cleanup(move || {
        down.remove();
        up.remove();
    });
}

/// A part carried from the palette: the press was on the palette, so the window tells how it goes on.
fn listen_to_palette_drags(session: Session, stage: NodeRef<Div>) {
    let placing = move || session.editor.with_untracked(|editor| matches!(editor.gesture, Gesture::Placing { .. }));
    let pointer = move |event: &PointerEvent| stage.get_untracked().map(|stage| pointer_of(event, &stage, false));
    let moved = window_event_listener(ev::pointermove, move |event| {
        if let Some(pointer) = placing().then(|| pointer(&event)).flatten() {
            session.dispatch(Msg::PointerMove(pointer));
        }
    });
    let up = window_event_listener(ev::pointerup, move |event| {
        if let Some(pointer) = placing().then(|| pointer(&event)).flatten() {
            session.dispatch(Msg::PointerUp(pointer));
        }
    });
    let cancelled = window_event_listener(ev::pointercancel, move |event| {
        if placing() {
            session.dispatch(Msg::PointerCancel(event.pointer_id()));
        }
    });
    on_cleanup(move || {
        moved.remove();
        up.remove();
        cancelled.remove();
    });
}
