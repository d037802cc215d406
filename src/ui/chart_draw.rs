//! Draws a plot on a canvas with plotters, crisp on any screen.

use leptos::prelude::window;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::scene::plot::{Line, Plot, Role};

use super::theme::Colours;

/// Room for the values at the left, for the times below, and at the other edges, in CSS pixels.
pub const LEFT: f64 = 46.0;
const BELOW: f64 = 18.0;
/// See [`LEFT`].
pub const RIGHT: f64 = 10.0;
const ABOVE: f64 = 6.0;
const FONT: f64 = 11.0;
const STROKE: f64 = 1.75;

type Area = DrawingArea<CanvasBackend, Shift>;
type Chart<'a> = ChartContext<'a, CanvasBackend, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Failed = DrawingAreaErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>;

/// The size of a canvas on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sheet {
    width: f64,
    height: f64,
    /// Device pixels for each CSS pixel.
    ratio: f64,
}

impl Sheet {
    /// Gives the canvas as many pixels as it covers on the screen; none if it cannot be seen.
    pub fn fit(canvas: &HtmlCanvasElement) -> Option<Sheet> {
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        if width < LEFT + RIGHT + 20.0 || height < ABOVE + BELOW + 10.0 {
            return None;
        }
        let sheet = Sheet { width, height, ratio: window().device_pixel_ratio().clamp(0.5, 4.0) };
        let pixels = (sheet.pixels(width) as u32, sheet.pixels(height) as u32);
        if (canvas.width(), canvas.height()) != pixels {
            canvas.set_width(pixels.0);
            canvas.set_height(pixels.1);
        }
        Some(sheet)
    }

    /// CSS pixels that the time axis is long.
    pub fn plot_width(&self) -> u32 {
        (self.width - LEFT - RIGHT) as u32
    }

    fn pixels(&self, css: f64) -> i32 {
        (css * self.ratio).round() as i32
    }
}

/// Draws the plot.
pub fn draw(canvas: &HtmlCanvasElement, sheet: &Sheet, plot: &Plot, colours: &Colours) {
    let context = canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into().ok());
    let (Some(context), Some(backend)) = (context, CanvasBackend::with_canvas_object(canvas.clone())) else { return };
    let context: CanvasRenderingContext2d = context;
    context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    context.set_line_join("round");
    let pen = Pen { sheet, colours, context };
    if let Err(error) = pen.draw(&backend.into_drawing_area(), plot) {
        leptos::logging::warn!("a chart could not be drawn: {error}");
    }
}

struct Pen<'a> {
    sheet: &'a Sheet,
    colours: &'a Colours,
    context: CanvasRenderingContext2d,
}

impl Pen<'_> {
    fn draw(&self, area: &Area, plot: &Plot) -> Result<(), Failed> {
        let size = |css: f64| self.sheet.pixels(css);
        let mut chart = ChartBuilder::on(area)
            .margin_top(size(ABOVE))
            .margin_right(size(RIGHT))
            .x_label_area_size(size(BELOW))
            .y_label_area_size(size(LEFT))
            .build_cartesian_2d(plot.seconds.0..plot.seconds.1, 0.0..plot.top)?;
        self.grid(area, &mut chart, plot)?;
        for line in plot.lines.iter().rev() {
            self.line(&mut chart, line)?;
        }
        Ok(())
    }

    fn grid(&self, area: &Area, chart: &mut Chart<'_>, plot: &Plot) -> Result<(), Failed> {
        let size = |css: f64| self.sheet.pixels(css);
        let stroke = self.colours.line.stroke_width(size(1.0).max(1) as u32);
        let (from, to) = plot.seconds;
        let lines = plot.ticks_value.iter().map(|tick| PathElement::new(vec![(from, tick.at), (to, tick.at)], stroke));
        chart.draw_series(lines)?;
        // Not by `into_font`: it looks up what the name means, with all of Unicode's capitals.
        let family = FontFamily::Name("system-ui, sans-serif");
        let font = FontDesc::new(family, self.sheet.pixels(FONT).into(), FontStyle::Normal).color(&self.colours.soft);
        let beside = font.clone().pos(Pos::new(HPos::Right, VPos::Center));
        // Every second value is enough where they would stand too close.
        let height = self.sheet.height - ABOVE - BELOW;
        let every = (plot.ticks_value.len() as f64 * FONT * 1.6 / height).ceil().max(1.0) as usize;
        for tick in plot.ticks_value.iter().step_by(every) {
            let (x, y) = chart.backend_coord(&(from, tick.at));
            area.draw_text(&tick.text, &beside, (x - size(6.0), y))?;
        }
        for tick in &plot.ticks_time {
            let (x, y) = chart.backend_coord(&(tick.at, 0.0));
            // The first label would run into the values, and the last be cut off at the edge.
            let (anchor, shift) = match tick.at {
                at if at <= from + 1e-9 => (HPos::Left, 0),
                at if at >= to - 1e-9 => (HPos::Right, size(RIGHT - 2.0)),
                _ => (HPos::Center, 0),
            };
            area.draw_text(&tick.text, &font.clone().pos(Pos::new(anchor, VPos::Top)), (x + shift, y + size(5.0)))?;
        }
        Ok(())
    }

    fn line(&self, chart: &mut Chart<'_>, line: &Line) -> Result<(), Failed> {
        let (colour, dashes) = self.colours.of(line.role);
        let pieces: Vec<Vec<(f64, f64)>> =
            line.points.split(Option::is_none).map(|piece| piece.iter().flatten().copied().collect()).collect();
        if line.role == Role::Offered {
            for piece in &pieces {
                chart.draw_series(AreaSeries::new(piece.iter().copied(), 0.0, colour.mix(0.12)))?;
            }
        }
        self.dash(dashes);
        let stroke = colour.stroke_width(self.sheet.pixels(STROKE) as u32);
        for piece in pieces.into_iter().filter(|piece| piece.len() > 1) {
            chart.draw_series(LineSeries::new(piece, stroke))?;
        }
        self.dash(&[]);
        Ok(())
    }

    fn dash(&self, lengths: &[f64]) {
        let lengths: js_sys::Array = lengths.iter().map(|length| JsValue::from(length * self.sheet.ratio)).collect();
        let _ = self.context.set_line_dash(&lengths);
    }
}
