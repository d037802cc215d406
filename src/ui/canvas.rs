//! The canvas: wires and components as SVG that can be focused and named, dots on a layer above, menu and tools beside.

mod clipboard;
pub mod dots;
mod input;
mod menu;
mod part;
mod wiring;

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::design::{Design, Target};
use crate::editor::{Action, Gesture, Msg, Rect};
use crate::scene::{DotStyle, State, upstream_first};

use super::element::view;
use super::icon::{line_icon, state_icon};
use super::later::{self, Dialog};
use super::live::live;
use super::rows::rows;
use super::session::{Session, use_session};
use super::signal::{Memo, RwSignal, effect};

pub use clipboard::act as use_clipboard;

use dots::DotLayer;
pub use menu::ContextMenu;
use part::PartView;
use wiring::{FocusWires, Verdicts, WireEnds, WireLines, WiringPreview};

/// Gives a part the keyboard's focus once it is drawn.
pub fn focus_part(part: &Target) {
    let wanted = part.to_string();
    request_animation_frame(move || {
        // Names hold no quotes; still, they are matched as data and not as a selector.
        let parts = document().query_selector_all("[data-part]").ok();
        let elements = parts.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index)));
        let mut elements = elements.filter_map(|node| node.dyn_into::<web_sys::Element>().ok());
        let found = elements.find(|element| element.get_attribute("data-part").as_deref() == Some(wanted.as_str()));
        if let Some(element) = found {
            focus(element.unchecked_ref());
        }
    });
}

/// Focuses an element of HTML or SVG without scrolling the page.
fn focus(element: &web_sys::HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

/// The canvas.
#[component]
pub fn Canvas() -> impl IntoView {
    let session = use_session();
    let stage: NodeRef<Div> = NodeRef::new();
    input::start(session, stage);
    view! {
        <div class="canvas" class:brushing=move || session.gesture.with(|gesture| matches!(gesture, Gesture::Brushing { .. }))
            class:panning=move || session.gesture.with(|gesture| matches!(gesture, Gesture::Panning { .. }))
            class:wiring=move || session.gesture.with(|gesture| matches!(gesture, Gesture::Wiring { .. }))>
            <div class="canvas-stage" node_ref=stage tabindex="0" role="application" data-part=""
                aria-label="Design canvas. Tab goes through the parts; arrows move the selected one; C connects it; Shift+F10 opens its menu; Ctrl+K finds anything."
                style=move || grid_style(&session)>
                <Drawing />
                <DotLayer />
            </div>
            <EmptyHint />
            <Refusal />
            {later::once_wanted(move || session.menu.with(Option::is_some), later::dialogs, Dialog::Menu)}
            <Tools />
        </div>
    }
}

/// The grid moves with the camera; it is a background, so it costs nothing.
fn grid_style(session: &Session) -> String {
    let camera = session.camera.get();
    // Zoomed out, every second or fourth line: the grid never becomes a grey mist.
    let step = [20.0, 40.0, 80.0].into_iter().find(|step| step * camera.zoom >= 14.0).unwrap_or(160.0) * camera.zoom;
    let (x, y) = (-camera.origin.x * camera.zoom, -camera.origin.y * camera.zoom);
    format!("background-size:{step}px {step}px;background-position:{x}px {y}px")
}

/// All that is drawn as SVG.
#[component]
fn Drawing() -> impl IntoView {
    let session = use_session();
    let verdicts = Verdicts::provide(session);
    let view = move || {
        let camera = session.camera.get();
        let (zoom, origin) = (camera.zoom, camera.origin);
        format!("scale({zoom}) translate({} {})", -origin.x, -origin.y)
    };
    let names = Memo::new(move |_| session.with_design(upstream_first));
    view! {
        <svg class="drawing" class:aiming=move || verdicts.active()>
            <g transform=view>
                <WireLines />
                {rows(move || names.get(), |name| view! { <PartView name=name /> })}
                <FocusWires />
                <WireEnds />
                <WiringPreview />
                <Marquee />
                <Ghost />
            </g>
        </svg>
    }
}

/// The rectangle that selects.
#[component]
fn Marquee() -> impl IntoView {
    let session = use_session();
    live(move || {
        session.gesture.with(|gesture| match gesture {
            Gesture::Brushing { from, to, .. } => {
                let rect = Rect::between(*from, *to);
                let size = rect.size();
                Some(view! { <rect class="marquee" x=rect.min.x y=rect.min.y width=size.x height=size.y></rect> })
            }
            _ => None,
        })
    })
}

/// The component that is carried from the palette.
#[component]
fn Ghost() -> impl IntoView {
    let session = use_session();
    live(move || {
        session.gesture.with(|gesture| match gesture {
            Gesture::Placing { at: Some(at), .. } => {
                let rect = Rect::about(*at, crate::editor::BOX);
                let size = rect.size();
                Some(view! { <rect class="ghost" x=rect.min.x y=rect.min.y width=size.x height=size.y rx="12"></rect> })
            }
            _ => None,
        })
    })
}

/// What an empty canvas says.
#[component]
fn EmptyHint() -> impl IntoView {
    let session = use_session();
    let empty = Memo::new(move |_| session.with_design(|design: &Design| design.components.is_empty()));
    live(move || empty.get().then(|| view! { <p class="empty-hint">"Drag a part from the palette, or click one."</p> }))
}

/// Why something was refused, near the canvas's middle, for a few seconds.
#[component]
fn Refusal() -> impl IntoView {
    let session = use_session();
    let shown = RwSignal::new(None::<(u64, String)>);
    effect(move || {
        let (number, why) = session.refusal.get();
        if number == 0 {
            return;
        }
        shown.set(Some((number, why)));
        let hide = move || {
            shown.update(|shown| {
                if shown.as_ref().is_some_and(|(latest, _)| *latest == number) {
                    *shown = None;
                }
            });
        };
        set_timeout(hide, std::time::Duration::from_secs(6));
    });
    // The live region says it; this is for the eye.
    live(move || shown.get().map(|(_, why)| view! { <p class="refusal" aria-hidden="true">{why}</p> }))
}

/// Zoom buttons and the legend of the dots.
#[component]
fn Tools() -> impl IntoView {
    let session = use_session();
    let legend = RwSignal::new(false);
    let tool = move |action: Action, path: &'static str| {
        let info = action.info();
        let title = format!("{} ({})", info.label, info.keys.first().unwrap_or(&""));
        view! {
            <button class="tool" aria-label=info.label title=title on:click=move |_| session.dispatch(Msg::Do(action, false))>
                {line_icon(path)}
            </button>
        }
    };
    view! {
        <div class="tools" role="toolbar" aria-label="View">
            {tool(Action::ZoomOut, "M5 12h14")}
            <button class="tool zoom" title="Natural size (Ctrl+0)" aria-label="Natural size"
                on:click=move |_| session.dispatch(Msg::Do(Action::ZoomReset, false))>
                {move || format!("{:.0} %", session.camera.get().zoom * 100.0)}
            </button>
            {tool(Action::ZoomIn, "M12 5v14M5 12h14")}
            {tool(Action::FitAll, "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5")}
            <button class="tool" aria-label="What the canvas shows" title="What the canvas shows"
                aria-expanded=move || legend.get().to_string() on:click=move |_| legend.update(|open| *open = !*open)>
                {line_icon("M7 7h.1M12 7h7M7 12h.1M12 12h7M7 17h.1M12 17h7")}
            </button>
        </div>
        {live(move || legend.get().then(legend_view))}
    }
}

fn legend_view() -> impl IntoView {
    let row = |style: DotStyle| view! { <li>{dots::dot_mark(style)}{style.word()}</li> };
    let state = |state: State| {
        view! { <li class=format!("legend-state {}", state.tone())>{state_icon(state)}{state.word()}</li> }
    };
    view! {
        <div class="legend" role="group" aria-label="What the canvas shows">
            <ul aria-label="What the dots mean">{DotStyle::ALL.map(row).collect_view()}</ul>
            <ul aria-label="What the parts show">{State::ALL.map(state).collect_view()}</ul>
            <p>"Each dot is a sampled request: click it to open it. The ring is how busy a part is; the stack, how full its waiting \
                room. A wire is the wider the more requests it carries. Figures are smoothed over 2.5 s."</p>
        </div>
    }
}
