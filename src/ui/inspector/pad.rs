//! The pad on which a curve is drawn: points to drag, free strokes, all of it by keys, too. A drag is one step of undo.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

use crate::editor::Msg;
use crate::editor::drawing::{Pad, Points, added, moved, removed, split};
use crate::scene::rate_text;
use crate::ui::element::view;
use crate::ui::live::live;
use crate::ui::rows::rows;
use crate::ui::session::{Session, use_session};
use crate::ui::signal::{Memo, RwSignal};
use crate::units::{Rate, Time};

/// A pointer that moved less than this, in CSS pixels, has clicked.
const CLICK: f64 = 4.0;
/// Snap steps of an arrow key with Shift.
const FAR: i32 = 10;

/// A pointer that is down on the pad.
#[derive(Clone, PartialEq)]
struct Drag {
    /// The curve as it was, and the pad: it keeps its scale until the pointer is up.
    before: Points,
    pad: Pad,
    /// The point that is dragged; none draws freely.
    index: Option<usize>,
    stroke: Points,
    from: (f64, f64),
    moved: bool,
}

/// Makes a curve the setting's value: as a preview, or as one step. Whether that is allowed.
pub type Put = Callback<(Points, bool), bool>;

/// A hand on the pad: what its pointer does.
#[derive(Clone, Copy)]
struct Hand {
    session: Session,
    element: NodeRef<Div>,
    drag: RwSignal<Option<Drag>>,
    points: Memo<Points>,
    pad: Memo<Pad>,
    put: Put,
}

impl Hand {
    /// The place on the pad, as shares from the left and from the bottom.
    fn place(self, event: &PointerEvent) -> Option<(f64, f64)> {
        let rect = self.element.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        Some((x, 1.0 - (f64::from(event.client_y()) - rect.top()) / rect.height().max(1.0)))
    }

    fn down(self, event: &PointerEvent) {
        let Some((x, y)) = self.place(event).filter(|_| event.button() == 0) else { return };
        if let Some(element) = self.element.get_untracked() {
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let index = target.and_then(|target| target.dataset().get("point")?.parse().ok());
        let (before, pad) = (self.points.get_untracked(), self.pad.get_untracked());
        let stroke = vec![pad.point(x, y)];
        self.drag.set(Some(Drag { before, pad, index, stroke, from: on_screen(event), moved: false }));
    }

    fn moving(self, event: &PointerEvent) {
        if self.drag.with_untracked(Option::is_none) {
            return;
        }
        let Some((x, y)) = self.place(event) else { return };
        let (mx, my) = on_screen(event);
        let drawn = self.drag.try_update(|drag| {
            let drag = drag.as_mut()?;
            drag.moved |= (mx - drag.from.0).hypot(my - drag.from.1) >= CLICK;
            let point = drag.pad.point(x, y);
            drag.stroke.push(point);
            let drawn = match drag.index {
                Some(index) => moved(&drag.before, index, point),
                None => drag.pad.drawn(&drag.before, &drag.stroke),
            };
            drag.moved.then_some(drawn)
        });
        // What the lesson does not allow is told once, not at every move.
        if let Some(Some(drawn)) = drawn
            && !self.put.run((drawn, true))
        {
            self.drag.set(None);
        }
    }

    fn up(self) {
        let Some(over) = self.drag.try_update(Option::take).flatten() else { return };
        match (over.moved, over.index) {
            (true, _) => self.session.dispatch(Msg::Seal),
            (false, None) => {
                self.put.run((added(&over.before, over.stroke[0]).0, false));
            }
            (false, Some(_)) => {}
        }
    }
}

fn on_screen(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// The pad of these points.
#[component]
pub fn CurvePad(points: Memo<Points>, put: Put) -> impl IntoView {
    let session = use_session();
    let element: NodeRef<Div> = NodeRef::new();
    let drag = RwSignal::new(None::<Drag>);
    let duration = Memo::new(move |_| session.with_design(|design| design.duration));
    let pad = Memo::new(move |_| {
        drag.with(|drag| drag.as_ref().map(|drag| drag.pad))
            .unwrap_or_else(|| points.with(|points| Pad::of(points, duration.get())))
    });
    let hand = Hand { session, element, drag, points, pad, put };
    let area = move || points.with(|points| path(points, pad.get()));
    let keys = move || (0..points.with(Vec::len)).map(|index| index.to_string()).collect();
    let handle = move |key: String| {
        let index: usize = key.parse().unwrap_or_default();
        view! { <Handle index=index points=points pad=pad put=put /> }
    };
    view! {
        <div class="pad" node_ref=element on:pointerdown=move |event| hand.down(&event)
            on:pointermove=move |event| hand.moving(&event) on:pointerup=move |_| hand.up()
            on:pointercancel=move |_| hand.up()>
            <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
                <path class="pad-area" d=move || format!("{}L1 1L0 1Z", area())></path>
                <path class="pad-line" d=area></path>
            </svg>
            <span class="pad-top" aria-hidden="true">{move || rate_text(pad.get().top)}</span>
            <span class="pad-end" aria-hidden="true">{move || duration.get().to_string()}</span>
            {rows(keys, handle)}
            {live(move || drag.with(|drag| drag.as_ref().and_then(readout)))}
        </div>
    }
}

/// Where the pointer is, while it drags.
fn readout(drag: &Drag) -> Option<impl IntoView + use<>> {
    let (at, rate) = drag.stroke.last().filter(|_| drag.moved)?;
    Some(view! { <span class="pad-readout" aria-hidden="true">{said(*at, *rate)}</span> })
}

fn said(at: Time, rate: Rate) -> String {
    format!("{at}, {rate}")
}

/// The curve across the pad: level before its first point and after its last.
fn path(points: &Points, pad: Pad) -> String {
    let places = || points.iter().map(|point| pad.place(*point));
    let first = places().next().map_or(0.0, |place| place.1);
    let mut text = format!("M0 {:.4}", 1.0 - first);
    places().for_each(|(x, y)| text.push_str(&format!("L{x:.4} {:.4}", 1.0 - y)));
    let last = places().next_back().map_or(0.0, |place| place.1);
    text + &format!("L1 {:.4}", 1.0 - last)
}

/// One point: to drag, and to move by keys.
#[component]
fn Handle(index: usize, points: Memo<Points>, pad: Memo<Pad>, put: Put) -> impl IntoView {
    let session = use_session();
    let point = move || points.with(|points| points.get(index).copied().unwrap_or_default());
    let style = move || {
        let (x, y) = pad.get().place(point());
        format!("left:{:.3}%;bottom:{:.3}%", x * 100.0, y * 100.0)
    };
    let remove = move || put.run((removed(&points.get_untracked(), index), false));
    let key = move |event: KeyboardEvent| {
        let (points, pad) = (points.get_untracked(), pad.get_untracked());
        let far = if event.shift_key() { FAR } else { 1 };
        let nudge = |right: i32, up: i32| {
            put.run((pad.nudged(&points, index, right * far, up * far), true));
        };
        match event.key().as_str() {
            "ArrowLeft" => nudge(-1, 0),
            "ArrowRight" => nudge(1, 0),
            "ArrowUp" => nudge(0, 1),
            "ArrowDown" => nudge(0, -1),
            "Enter" | "Insert" => {
                let (points, new) = split(&points, index, &pad);
                if put.run((points, false)) {
                    focus(new);
                }
            }
            "Delete" | "Backspace" => {
                if remove() {
                    focus(index.saturating_sub(1));
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <button class="pad-point" id=id_of(index) data-point=index.to_string() role="slider" style=style
            aria-label=format!("Point {}", index + 1) aria-valuemin="0" aria-valuemax=move || pad.get().top
            aria-valuenow=move || point().1.0 aria-valuetext=move || said(point().0, point().1)
            title=move || format!("{}. Drag it; arrows move it, Enter adds one after it, Delete takes it away", said(point().0, point().1))
            on:keydown=key on:keyup=move |_| session.dispatch(Msg::Seal) on:blur=move |_| session.dispatch(Msg::Seal)
            on:dblclick=move |_| {
                remove();
            }></button>
    }
}

fn id_of(index: usize) -> String {
    format!("pad-point-{index}")
}

/// Gives a point the keyboard's focus once it is there.
fn focus(index: usize) {
    request_animation_frame(move || {
        if let Some(point) = document().get_element_by_id(&id_of(index)) {
            let _ = point.unchecked_into::<HtmlElement>().focus();
        }
    });
}
