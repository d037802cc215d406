//! The layer of dots: drawn at every picture, one path for each style.

use std::cell::RefCell;
use std::f64::consts::TAU;
use std::rc::Rc;

use leptos::html::Canvas as CanvasTag;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, MouseEvent, PointerEvent};

use crate::design::Point;
use crate::editor::Camera;
use crate::scene::{Dot, DotStyle, Glance, Places, TripIndex, dots_at, nearest};
use crate::ui::board::Board;
use crate::ui::element::view;
use crate::ui::session::{Session, use_session};
use crate::ui::signal::{StoredValue, effect};
use crate::ui::theme::Theme;
use crate::units::Time;

/// Milliseconds between two looks at the figures of the parts: more often than that nobody can read.
const GLANCE_MILLIS: f64 = 120.0;
/// How far from a dot, in CSS pixels, a click still means it; a finger is less precise.
const REACH: f64 = 9.0;
const REACH_TOUCH: f64 = 18.0;
/// A pointer that moved less than this has clicked.
const CLICK: f64 = 4.0;

/// How much is seen of the dots of other request classes than the chosen one.
const FAINT: f64 = 0.18;

/// The dots of the last picture.
type LastDots = Rc<RefCell<Vec<Dot>>>;

/// The layer; it also keeps the session's glance up to date.
#[component]
pub fn DotLayer() -> impl IntoView {
    let (session, theme) = (use_session(), expect_context::<Theme>());
    let board: Board = expect_context();
    let canvas: NodeRef<CanvasTag> = NodeRef::new();
    let look = StoredValue::new(0);
    effect(move || {
        theme.colours.track();
        look.update_value(|look| *look += 1);
    });
    effect(move || {
        if let Some(canvas) = canvas.get() {
            let last = LastDots::default();
            if let Some(stage) = canvas.parent_element() {
                listen(session, board, stage.unchecked_into(), last.clone());
            }
            animate((session, board), canvas, look, last);
        }
    });
    view! { <canvas class="dots" node_ref=canvas aria-hidden="true"></canvas> }
}

/// A click on a dot opens its request. What else the click does (select a wire) is not in its way.
fn listen(session: Session, board: Board, stage: HtmlElement, last: LastDots) {
    let pressed = Rc::new(std::cell::Cell::new((0.0, 0.0, REACH)));
    let down = pressed.clone();
    let on_down = Closure::<dyn FnMut(PointerEvent)>::new(move |event: PointerEvent| {
        let reach = if event.pointer_type() == "touch" { REACH_TOUCH } else { REACH };
        down.set((f64::from(event.client_x()), f64::from(event.client_y()), reach));
    });
    let on_click = Closure::<dyn FnMut(MouseEvent)>::new({
        let stage = stage.clone();
        move |event: MouseEvent| {
            let (x, y, reach) = pressed.get();
            let (at_x, at_y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            if (at_x - x).hypot(at_y - y) >= CLICK {
                return;
            }
            let rect = stage.get_bounding_client_rect();
            let camera = session.editor.with_untracked(|editor| editor.camera);
            let at = camera.canvas_from_screen(Point { x: at_x - rect.left(), y: at_y - rect.top() });
            if let Some(dot) = nearest(&last.borrow(), at, reach / camera.zoom) {
                board.open_request(dot.trip);
            }
        }
    });
    for (name, closure) in [("pointerdown", on_down.as_ref()), ("click", on_click.as_ref())] {
        let _ = stage.add_event_listener_with_callback(name, closure.unchecked_ref());
    }
    let keep = leptos::prelude::StoredValue::new_local((on_down, on_click));
    on_cleanup(move || keep.dispose());
}

/// What the last picture showed: nothing is drawn twice.
#[derive(Clone, Copy, PartialEq)]
struct Shown {
    playhead: Time,
    revision: u64,
    version: u64,
    camera: Camera,
    speed: f64,
    reduced: bool,
    ratio: f64,
    /// The number of the theme's colours.
    look: u32,
    /// The request that is open as a waterfall.
    open: Option<usize>,
    /// The request class whose dots are not faint; none is all.
    class: Option<u16>,
}

struct Layer {
    canvas: HtmlCanvasElement,
    pen: CanvasRenderingContext2d,
    index: TripIndex,
    places: Places,
    /// The design's version and the number of recorded parts that the places are of.
    placed: (u64, usize, usize),
    shown: Option<Shown>,
    glanced: (f64, Option<(Time, u64)>),
    colours: [String; DotStyle::ALL.len()],
    rim: String,
    ink: String,
    board: Board,
    last: LastDots,
    /// Grows when the theme changes.
    look: StoredValue<u32>,
}

/// Draws at every picture until the canvas is gone.
fn animate((session, board): (Session, Board), canvas: HtmlCanvasElement, look: StoredValue<u32>, last: LastDots) {
    let pen = canvas.get_context("2d").ok().flatten().and_then(|pen| pen.dyn_into().ok());
    let Some(pen) = pen else { return };
    let mut layer = Layer {
        canvas,
        pen,
        index: TripIndex::default(),
        places: Places::default(),
        placed: (u64::MAX, 0, 0),
        shown: None,
        glanced: (0.0, None),
        colours: Default::default(),
        rim: String::new(),
        ink: String::new(),
        board,
        last,
        look,
    };
    type Picture = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;
    let next: Picture = Rc::default();
    let alive = Rc::new(std::cell::Cell::new(true));
    let ask = |next: &Picture| {
        let picture = next.borrow();
        let callback = picture.as_ref().expect("set below").as_ref().unchecked_ref();
        window().request_animation_frame(callback).expect("a window has pictures");
    };
    let (again, going) = (next.clone(), alive.clone());
    *next.borrow_mut() = Some(Closure::new(move |now: f64| {
        if going.get() {
            layer.glance(session, now);
            layer.draw(session);
            ask(&again);
        }
    }));
    ask(&next);
    let alive = leptos::prelude::StoredValue::new_local(alive);
    on_cleanup(move || alive.with_value(|alive| alive.set(false)));
}

impl Layer {
    /// Keeps the session's figures up to date, a few times a second.
    fn glance(&mut self, session: Session, now: f64) {
        let wanted = (session.playhead.get_untracked(), session.revision.get_untracked());
        if self.glanced.1 == Some(wanted) || now - self.glanced.0 < GLANCE_MILLIS {
            return;
        }
        self.glanced = (now, Some(wanted));
        let glance = session.recording.with_value(|recording| Glance::at(recording, wanted.0));
        if session.glance.with_untracked(|old| *old != glance) {
            session.glance.set(glance);
        }
    }

    fn draw(&mut self, session: Session) {
        let (version, camera) = session.editor.with_untracked(|editor| (editor.version, editor.camera));
        let shown = Shown {
            playhead: session.playhead.get_untracked(),
            revision: session.revision.get_untracked(),
            version,
            camera,
            speed: session.speed.get_untracked(),
            reduced: session.reduced_motion.get_untracked(),
            ratio: window().device_pixel_ratio(),
            look: self.look.get_value(),
            open: self.board.request.get_untracked(),
            class: self.board.class.get_untracked(),
        };
        if self.shown == Some(shown) {
            return;
        }
        if self.shown.is_none_or(|before| before.revision != shown.revision) {
            session.recording.with_value(|recording| self.index.refresh(recording));
        }
        if self.shown.is_none_or(|before| before.look != shown.look) {
            self.read_colours();
        }
        self.shown = Some(shown);
        self.fit(&camera, shown.ratio);
        self.pen.clear_rect(0.0, 0.0, camera.size.x, camera.size.y);
        if shown.reduced {
            self.last.borrow_mut().clear();
            return;
        }
        let dots = self.dots(session, &shown);
        let zoom = camera.zoom;
        let _ = self.pen.translate(-camera.origin.x * zoom, -camera.origin.y * zoom);
        let _ = self.pen.scale(zoom, zoom);
        if let Some(class) = shown.class {
            let of_class = |dot: &Dot| recording_class(session, dot.trip) == Some(class);
            let (chosen, others): (Vec<Dot>, Vec<Dot>) = dots.iter().partition(|dot| of_class(dot));
            self.pen.set_global_alpha(FAINT);
            self.draw_dots(&others);
            self.pen.set_global_alpha(1.0);
            self.draw_dots(&chosen);
        } else {
            self.draw_dots(&dots);
        }
        for dot in dots.iter().filter(|dot| Some(dot.trip) == shown.open) {
            self.ring(dot);
        }
        *self.last.borrow_mut() = dots;
    }

    fn draw_dots(&self, dots: &[Dot]) {
        for (style, colour) in DotStyle::ALL.into_iter().zip(&self.colours) {
            draw_style(&self.pen, style, colour, &self.rim, dots);
        }
    }

    /// The open request's dots have a ring around them.
    fn ring(&self, dot: &Dot) {
        self.pen.begin_path();
        let _ = self.pen.arc(dot.at.x, dot.at.y, 9.0, 0.0, TAU);
        self.pen.set_line_width(2.0);
        self.pen.set_stroke_style_str(&self.ink);
        self.pen.stroke();
    }

    /// Makes the canvas as large as the screen has pixels, and drawing as if it had CSS pixels.
    fn fit(&self, camera: &Camera, ratio: f64) {
        let (width, height) = ((camera.size.x * ratio) as u32, (camera.size.y * ratio) as u32);
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        let _ = self.pen.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    }

    fn dots(&mut self, session: Session, shown: &Shown) -> Vec<Dot> {
        session.recording.with_value(|recording| {
            let parts = &recording.parts;
            let placed = (shown.version, parts.components.len(), parts.wires.len());
            if self.placed != placed {
                self.placed = placed;
                self.places = session.editor.with_untracked(|editor| Places::of(&editor.design, parts));
            }
            dots_at(recording, &self.index, &self.places, shown.playhead, shown.speed)
        })
    }

    fn read_colours(&mut self) {
        let Ok(Some(style)) = window().get_computed_style(&self.canvas) else { return };
        let read = |variable: &str| {
            let found = style.get_property_value(variable).unwrap_or_default();
            if found.trim().is_empty() { "#808080".to_owned() } else { found.trim().to_owned() }
        };
        self.colours = DotStyle::ALL.map(|dot| read(variable_of(dot)));
        self.rim = read("--panel");
        self.ink = read("--ink");
    }
}

fn recording_class(session: Session, trip: usize) -> Option<u16> {
    session.recording.with_value(|recording| recording.trips.get(trip).map(|trip| trip.class))
}

/// The style sheet's colour of a style.
fn variable_of(style: DotStyle) -> &'static str {
    match style {
        DotStyle::Asking => "--dot-asking",
        DotStyle::Retrying | DotStyle::Degraded => "--dot-retrying",
        DotStyle::Good => "--dot-good",
        DotStyle::TimedOut | DotStyle::Failed => "--dot-failed",
        DotStyle::TurnedAway => "--dot-turned-away",
        DotStyle::Late => "--dot-late",
    }
}

/// The class of a style in the legend.
fn class_of(style: DotStyle) -> &'static str {
    match style {
        DotStyle::Asking => "dot-mark asking",
        DotStyle::Retrying => "dot-mark retrying",
        DotStyle::Degraded => "dot-mark degraded",
        DotStyle::Good => "dot-mark good",
        DotStyle::TimedOut => "dot-mark timed-out",
        DotStyle::Failed => "dot-mark failed",
        DotStyle::TurnedAway => "dot-mark turned-away",
        DotStyle::Late => "dot-mark late",
    }
}

/// The shape of a style for the legend.
fn legend_path(style: DotStyle) -> &'static str {
    match style {
        DotStyle::Asking => "M4 0A4 4 0 1 1-4 0 4 4 0 1 1 4 0z",
        DotStyle::Good => "M3 0A3 3 0 1 1-3 0 3 3 0 1 1 3 0z",
        DotStyle::Late => "M3.6 0A3.6 3.6 0 1 1-3.6 0 3.6 3.6 0 1 1 3.6 0z",
        DotStyle::Retrying => "M0-5 5 0 0 5-5 0z",
        DotStyle::Degraded => "M0-3.6 3.6 0 0 3.6-3.6 0z",
        DotStyle::TurnedAway => "M-3.5-3.500h7v7h-7z",
        DotStyle::Failed => "M-4-4 4 4M4-4-4 4",
        DotStyle::TimedOut => "M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0zM-5 0h10",
    }
}

/// A dot as a picture, for lists and the legend.
pub fn dot_mark(style: DotStyle) -> impl IntoView {
    view! {
        <svg class=class_of(style) viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">
            <path d=legend_path(style)></path>
        </svg>
    }
}

/// Draws all dots of one style as one path.
fn draw_style(pen: &CanvasRenderingContext2d, style: DotStyle, colour: &str, rim: &str, dots: &[Dot]) {
    let mut any = false;
    for dot in dots.iter().filter(|dot| dot.style == style) {
        if !any {
            any = true;
            pen.begin_path();
        }
        add_shape(pen, style, dot.at.x, dot.at.y);
    }
    if !any {
        return;
    }
    match style {
        DotStyle::Failed | DotStyle::TimedOut | DotStyle::Late => {
            pen.set_line_width(1.8);
            pen.set_stroke_style_str(colour);
            pen.stroke();
        }
        _ => {
            // A rim in the canvas's colour keeps dots apart from each other and from a wide wire.
            pen.set_line_width(1.6);
            pen.set_stroke_style_str(rim);
            pen.stroke();
            pen.set_fill_style_str(colour);
            pen.fill();
        }
    }
}

fn add_shape(pen: &CanvasRenderingContext2d, style: DotStyle, x: f64, y: f64) {
    let disc = |radius: f64| {
        pen.move_to(x + radius, y);
        let _ = pen.arc(x, y, radius, 0.0, TAU);
    };
    let diamond = |radius: f64| {
        pen.move_to(x, y - radius);
        pen.line_to(x + radius, y);
        pen.line_to(x, y + radius);
        pen.line_to(x - radius, y);
        pen.close_path();
    };
    let line = |ax: f64, ay: f64, bx: f64, by: f64| {
        pen.move_to(x + ax, y + ay);
        pen.line_to(x + bx, y + by);
    };
    match style {
        DotStyle::Asking => disc(3.6),
        DotStyle::Good => disc(2.8),
        DotStyle::Late => disc(3.4),
        DotStyle::Retrying => diamond(4.8),
        DotStyle::Degraded => diamond(3.6),
        DotStyle::TurnedAway => pen.rect(x - 3.2, y - 3.2, 6.4, 6.4),
        DotStyle::Failed => {
            line(-3.6, -3.6, 3.6, 3.6);
            line(3.6, -3.6, -3.6, 3.6);
        }
        DotStyle::TimedOut => {
            disc(4.4);
            line(-4.4, 0.0, 4.4, 0.0);
        }
    }
}
