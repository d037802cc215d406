//! The layer of dots: drawn at every picture, one path for each style.

use std::cell::RefCell;
use std::f64::consts::TAU;
use std::rc::Rc;

use leptos::html::Canvas as CanvasTag;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::editor::Camera;
use crate::scene::{Dot, DotStyle, Glance, Places, TripIndex, dots_at};
use crate::ui::session::{Session, use_session};
use crate::ui::theme::Theme;
use crate::units::Time;

/// Milliseconds between two looks at the figures of the parts: more often than that nobody can read.
const GLANCE_MILLIS: f64 = 120.0;

/// The layer; it also keeps the session's glance up to date.
#[component]
pub fn DotLayer() -> impl IntoView {
    let (session, theme) = (use_session(), expect_context::<Theme>());
    let canvas: NodeRef<CanvasTag> = NodeRef::new();
    let look = StoredValue::new(0);
    Effect::new(move |_| {
        theme.colours.track();
        look.update_value(|look| *look += 1);
    });
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            animate(session, canvas, look);
        }
    });
    view! { <canvas class="dots" node_ref=canvas aria-hidden="true"></canvas> }
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
    /// Grows when the theme changes.
    look: StoredValue<u32>,
}

/// Draws at every picture until the canvas is gone.
fn animate(session: Session, canvas: HtmlCanvasElement, look: StoredValue<u32>) {
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
    let alive = StoredValue::new_local(alive);
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
            return;
        }
        let dots = self.dots(session, &shown);
        let zoom = camera.zoom;
        let _ = self.pen.translate(-camera.origin.x * zoom, -camera.origin.y * zoom);
        let _ = self.pen.scale(zoom, zoom);
        for (style, colour) in DotStyle::ALL.into_iter().zip(&self.colours) {
            draw_style(&self.pen, style, colour, &self.rim, &dots);
        }
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
    }
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
pub fn class_of(style: DotStyle) -> &'static str {
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
pub fn legend_path(style: DotStyle) -> &'static str {
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
