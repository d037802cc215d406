//! Which part of the canvas is seen, and how large. Names say the space: `canvas_from_screen`.

use crate::design::Point;

/// The farthest one can zoom out.
pub const ZOOM_MIN: f64 = 0.2;
/// The closest one can zoom in.
pub const ZOOM_MAX: f64 = 3.0;
/// A fit never magnifies beyond this: a design of two boxes need not fill the screen.
const FIT_ZOOM_MAX: f64 = 1.25;
/// Screen pixels left free around what is fitted or brought into view.
const MARGIN: f64 = 40.0;

/// A screen narrower than this, in pixels, is a phone's.
const NARROW: f64 = 600.0;
/// The least zoom at which names and figures can still be read.
const ZOOM_READABLE: f64 = 0.8;

/// The view of the canvas: `screen = (canvas − origin) · zoom`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// The canvas point at the top left of the screen.
    pub origin: Point,
    /// Screen pixels per canvas pixel.
    pub zoom: f64,
    /// The size of the canvas on the screen.
    pub size: Point,
}

/// An upright rectangle, by its centre's two corners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// The top left corner.
    pub min: Point,
    /// The bottom right corner.
    pub max: Point,
}

impl Rect {
    /// The rectangle between any two corners.
    pub fn between(a: Point, b: Point) -> Rect {
        Rect { min: Point { x: a.x.min(b.x), y: a.y.min(b.y) }, max: Point { x: a.x.max(b.x), y: a.y.max(b.y) } }
    }

    /// The rectangle of this size about its centre.
    pub fn about(centre: Point, size: Point) -> Rect {
        let half = Point { x: size.x / 2.0, y: size.y / 2.0 };
        Rect {
            min: Point { x: centre.x - half.x, y: centre.y - half.y },
            max: Point { x: centre.x + half.x, y: centre.y + half.y },
        }
    }

    /// Whether the point lies within.
    pub fn contains(&self, point: Point) -> bool {
        (self.min.x..=self.max.x).contains(&point.x) && (self.min.y..=self.max.y).contains(&point.y)
    }

    /// Whether the two share any point.
    pub fn meets(&self, other: &Rect) -> bool {
        self.min.x <= other.max.x && other.min.x <= self.max.x && self.min.y <= other.max.y && other.min.y <= self.max.y
    }

    /// The rectangle grown on all sides.
    pub fn grown(&self, by: f64) -> Rect {
        Rect {
            min: Point { x: self.min.x - by, y: self.min.y - by },
            max: Point { x: self.max.x + by, y: self.max.y + by },
        }
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Rect) -> Rect {
        Rect {
            min: Point { x: self.min.x.min(other.min.x), y: self.min.y.min(other.min.y) },
            max: Point { x: self.max.x.max(other.max.x), y: self.max.y.max(other.max.y) },
        }
    }

    /// Width and height.
    pub fn size(&self) -> Point {
        Point { x: self.max.x - self.min.x, y: self.max.y - self.min.y }
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point { x: (self.min.x + self.max.x) / 2.0, y: (self.min.y + self.max.y) / 2.0 }
    }
}

impl Default for Camera {
    fn default() -> Camera {
        Camera { origin: Point { x: -400.0, y: -300.0 }, zoom: 1.0, size: Point { x: 800.0, y: 600.0 } }
    }
}

impl Camera {
    /// The canvas point under this screen point.
    pub fn canvas_from_screen(&self, screen: Point) -> Point {
        Point { x: screen.x / self.zoom + self.origin.x, y: screen.y / self.zoom + self.origin.y }
    }

    /// Where this canvas point is on the screen.
    pub fn screen_from_canvas(&self, canvas: Point) -> Point {
        Point { x: (canvas.x - self.origin.x) * self.zoom, y: (canvas.y - self.origin.y) * self.zoom }
    }

    /// What is seen, in canvas pixels.
    pub fn seen(&self) -> Rect {
        Rect { min: self.origin, max: self.canvas_from_screen(self.size) }
    }

    /// Moves what is seen along with a drag of this many screen pixels.
    pub fn dragged(&self, by: Point) -> Camera {
        let origin = Point { x: self.origin.x - by.x / self.zoom, y: self.origin.y - by.y / self.zoom };
        Camera { origin, ..*self }
    }

    /// Zooms by this factor, within limits, so that what is under the screen point stays there.
    pub fn zoomed(&self, about: Point, factor: f64) -> Camera {
        let wanted = self.zoom * factor;
        let zoom = if wanted.is_finite() { wanted.clamp(ZOOM_MIN, ZOOM_MAX) } else { self.zoom };
        let fixed = self.canvas_from_screen(about);
        let origin = Point { x: fixed.x - about.x / zoom, y: fixed.y - about.y / zoom };
        Camera { origin, zoom, ..*self }
    }

    /// The camera that shows all of this, centred.
    pub fn fitting(&self, what: Rect) -> Camera {
        let size = what.size();
        let room = Point { x: (self.size.x - 2.0 * MARGIN).max(40.0), y: (self.size.y - 2.0 * MARGIN).max(40.0) };
        let zoom = (room.x / size.x.max(1.0)).min(room.y / size.y.max(1.0)).clamp(ZOOM_MIN, FIT_ZOOM_MAX);
        let centre = what.centre();
        let origin = Point { x: centre.x - self.size.x / 2.0 / zoom, y: centre.y - self.size.y / 2.0 / zoom };
        Camera { origin, zoom, ..*self }
    }

    /// The same, but on a narrow screen never so small that nothing can be read: then it shows the left part, where
    /// requests come from, and the rest can be panned to.
    pub fn fitting_readably(&self, what: Rect) -> Camera {
        let whole = self.fitting(what);
        if self.size.x >= NARROW || whole.zoom >= ZOOM_READABLE {
            return whole;
        }
        let zoom = ZOOM_READABLE;
        let room = self.size.x / zoom;
        let left = what.min.x - MARGIN / 2.0 / zoom;
        let x = if what.size().x > room - MARGIN / zoom { left } else { what.centre().x - room / 2.0 };
        Camera { origin: Point { x, y: what.centre().y - self.size.y / 2.0 / zoom }, zoom, ..*self }
    }

    /// The camera moved just so far that this is seen (its top left, if it is larger than the screen).
    pub fn revealing(&self, what: Rect) -> Camera {
        let what = what.grown(MARGIN / self.zoom);
        let seen = self.seen();
        let shift = |low: f64, high: f64, seen_low: f64, seen_high: f64| {
            if low < seen_low || high - low > seen_high - seen_low {
                low - seen_low
            } else {
                (high - seen_high).max(0.0)
            }
        };
        let origin = Point {
            x: self.origin.x + shift(what.min.x, what.max.x, seen.min.x, seen.max.x),
            y: self.origin.y + shift(what.min.y, what.max.y, seen.min.y, seen.max.y),
        };
        Camera { origin, ..*self }
    }

    /// The camera pushed back so that at least a corner of `what` stays on the screen: nobody gets lost.
    pub fn kept_near(&self, what: Rect) -> Camera {
        let margin = MARGIN / self.zoom;
        let seen = self.seen().size();
        let clamp = |at: f64, low: f64, high: f64| at.max(low).min(high.max(low));
        let origin = Point {
            x: clamp(self.origin.x, what.min.x + margin - seen.x, what.max.x - margin),
            y: clamp(self.origin.y, what.min.y + margin - seen.y, what.max.y - margin),
        };
        Camera { origin, ..*self }
    }
}
