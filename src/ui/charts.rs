//! The charts below the canvas: what the run did to its users, or to one component, up to the playhead.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

use crate::editor::player::{Player, PlayerMessage};
use crate::scene::part_plot;
use crate::scene::plot::{Chart, Line, Plot, clock_tenths};
use crate::scene::zoom::Shown;
use crate::units::Time;

use super::chart_draw::{LEFT, RIGHT, Sheet, draw};
use super::chart_tools::ChartDesk;
use super::element::view;
use super::live::live;
use super::run::{Run, use_run};
use super::session::{Session, use_session};
use super::signal::{RwSignal, effect};
use super::theme::Theme;

/// A pointer that moved less than this, in CSS pixels, has clicked.
const CLICK: f64 = 5.0;
/// How much one click of the wheel, or one key, zooms.
const ZOOM: f64 = 1.25;

/// The charts of the chosen subject.
#[component]
pub fn Charts() -> impl IntoView {
    let desk: ChartDesk = expect_context();
    let of = desk.subject_memo(use_session());
    let row = move || {
        let of = of.get();
        let charts: &[Chart] = if of.is_some() { &Chart::PART } else { &Chart::USERS };
        charts.iter().map(|chart| view! { <ChartView chart=*chart of=of.clone() /> }).collect_view()
    };
    view! {
        <section class="charts" aria-label="Charts">
            <div class="charts-row">{live(row)}</div>
        </section>
    }
}

/// A chart of the users (of none) or of a component, for about so many pixels.
pub fn cut(run: Run, session: Session, chart: Chart, of: Option<&str>, shown: (Time, Time), pixels: u32) -> Plot {
    let playhead = run.player.with_untracked(Player::playhead);
    session.recording.with_value(|recording| match of {
        Some(name) => {
            let index = recording.parts.component(name).map_or(usize::MAX, |index| index as usize);
            part_plot(recording, chart, index, playhead, shown, pixels)
        }
        None => {
            let names = &recording.parts.components;
            run.curves.with_value(|curves| curves.plot(chart, names, playhead, shown, pixels))
        }
    })
}

#[component]
fn ChartView(chart: Chart, of: Option<String>) -> impl IntoView {
    let (run, session, theme, desk) =
        (use_run(), use_session(), expect_context::<Theme>(), expect_context::<ChartDesk>());
    let resized = super::clock::resized();
    let canvas: NodeRef<leptos::html::Canvas> = NodeRef::new();
    let plot = RwSignal::new(None::<Plot>);
    effect(move || {
        run.beat.track();
        run.reset_count.track();
        resized.track();
        let (shown, colours) = (desk.shown.get(), theme.colours.get());
        let Some(canvas) = canvas.get() else { return };
        let Some(sheet) = Sheet::fit(&canvas) else { return };
        let (playhead, duration) =
            run.player.with_untracked(|player| (Player::playhead(player), Player::duration(player)));
        let shown = shown.ends(playhead, duration);
        let cut = cut(run, session, chart, of.as_deref(), shown, sheet.plot_width());
        draw(&canvas, &sheet, &cut, &colours);
        plot.set(Some(cut));
    });
    view! {
        <figure class="chart">
            <figcaption>
                <span class="chart-title">{chart.title()}</span>
                <span class="chart-legend">{live(move || plot.with(|plot| plot.as_ref().map(|plot| legend(plot, theme))))}</span>
            </figcaption>
            <ChartSheet chart=chart plot=plot>
                <canvas node_ref=canvas aria-hidden="true"></canvas>
            </ChartSheet>
        </figure>
    }
}

/// A hand on a chart: what its pointer does.
#[derive(Clone, Copy)]
struct Hand {
    run: Run,
    desk: ChartDesk,
    sheet: NodeRef<Div>,
    plot: RwSignal<Option<Plot>>,
    /// Where the pressed pointer went down and is now, in CSS pixels from the left.
    drag: RwSignal<Option<(f64, f64)>>,
}

impl Hand {
    fn place(self, x: i32) -> Option<f64> {
        Some(f64::from(x) - self.sheet.get_untracked()?.get_bounding_client_rect().left())
    }

    fn time_at(self, x: f64) -> Option<Time> {
        let width = f64::from(self.sheet.get_untracked()?.client_width());
        let share = ((x - LEFT) / (width - LEFT - RIGHT)).clamp(0.0, 1.0);
        let (from, to) = self.plot.with_untracked(|plot| plot.as_ref().map(|plot| plot.seconds))?;
        Some(Time::from_secs_f64(from + share * (to - from)))
    }

    fn down(self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        if let (Some(sheet), Some(x)) = (self.sheet.get_untracked(), self.place(event.client_x())) {
            let _ = sheet.set_pointer_capture(event.pointer_id());
            self.drag.set(Some((x, x)));
        }
    }

    fn moved(self, event: &PointerEvent) {
        let Some(x) = self.place(event.client_x()) else { return };
        self.desk.cursor.set(self.time_at(x));
        if self.drag.with_untracked(Option::is_some) {
            self.drag.update(|drag| drag.iter_mut().for_each(|drag| drag.1 = x));
        }
    }

    /// A click goes there; a drag shows what lies between.
    fn up(self) {
        let Some((from, to)) = self.drag.get_untracked() else { return };
        self.drag.set(None);
        let (Some(a), Some(b)) = (self.time_at(from), self.time_at(to)) else { return };
        match (from - to).abs() < CLICK {
            true => self.run.ask(PlayerMessage::Seek(b)),
            false => self.desk.shown.set(Shown::between(a, b, self.run.player.with_untracked(Player::duration))),
        }
    }

    fn wheel(self, event: &WheelEvent) {
        let Some(at) = self.place(event.client_x()).and_then(|x| self.time_at(x)) else { return };
        // At its ends the page may scroll.
        if self.desk.zoom(self.run, at, if event.delta_y() > 0.0 { ZOOM } else { 1.0 / ZOOM }) {
            event.prevent_default();
        }
    }

    /// The time of the cursor; without one, of the playhead.
    fn now(self) -> Time {
        self.desk.cursor.get().unwrap_or_else(|| self.run.player.with_untracked(Player::playhead))
    }
}

/// A chart's cursor, shared by all, with zoom and a click that moves the playhead.
#[component]
fn ChartSheet(chart: Chart, plot: RwSignal<Option<Plot>>, children: Children) -> impl IntoView {
    let (run, desk, theme) = (use_run(), expect_context::<ChartDesk>(), expect_context::<Theme>());
    let sheet: NodeRef<Div> = NodeRef::new();
    let drag = RwSignal::new(None);
    let hand = Hand { run, desk, sheet, plot, drag };
    let said = move || {
        let at = hand.now();
        let values = plot.with(|plot| plot.as_ref().map(|plot| values_text(plot, at)).unwrap_or_default());
        format!("{}{values}", clock_tenths(at))
    };
    let ends = move || plot.with(|plot| plot.as_ref().map_or((0.0, 1.0), |plot| plot.seconds));
    view! {
        <div class="chart-sheet" node_ref=sheet role="slider" tabindex="0" aria-valuemin=move || ends().0
            aria-valuemax=move || ends().1 aria-valuenow=move || hand.now().as_secs_f64() aria-valuetext=said
            aria-label=move || plot.with(|plot| plot.as_ref().map_or(chart.title().to_owned(), Plot::summary))
            title="Drag or turn the wheel to zoom; click to go there; double click shows all"
            on:pointerdown=move |event| hand.down(&event) on:pointermove=move |event| hand.moved(&event)
            on:pointerup=move |_| hand.up() on:pointercancel=move |_| drag.set(None)
            on:pointerleave=move |_| desk.cursor.set(None) on:wheel=move |event| hand.wheel(&event)
            on:dblclick=move |_| desk.shown.set(Shown::Whole)
            on:keydown=move |event| on_key(run, desk, &event) on:blur=move |_| desk.cursor.set(None)>
            {children()}
            {live(move || drag.get().map(|(from, to)| range_view(from, to)))}
            {live(move || plot.with(|plot| cursor_view(plot.as_ref()?, desk.cursor.get()?, theme)))}
        </div>
    }
}

fn range_view(from: f64, to: f64) -> impl IntoView {
    let style = format!("left:{}px;width:{}px", from.min(to).max(LEFT), (from - to).abs());
    view! { <div class="chart-range" aria-hidden="true" style=style></div> }
}

/// The line of the shared cursor, and the values there.
fn cursor_view(plot: &Plot, at: Time, theme: Theme) -> Option<impl IntoView + use<>> {
    let (from, to) = plot.seconds;
    let share = (at.as_secs_f64() - from) / (to - from).max(1e-9);
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let left = format!("calc({LEFT}px + (100% - {}px) * {share:.4})", LEFT + RIGHT);
    Some(view! {
        <div class="chart-cursor" aria-hidden="true" style=format!("left:{left}")></div>
        {tooltip(plot, at, share, theme)}
    })
}

/// Zoom, the cursor and the playhead by keys.
fn on_key(run: Run, desk: ChartDesk, event: &KeyboardEvent) {
    let (playhead, duration) = run.player.with_untracked(|player| (Player::playhead(player), Player::duration(player)));
    let (from, to) = desk.shown.get_untracked().ends(playhead, duration);
    let cursor = desk.cursor.get_untracked().unwrap_or(playhead).clamp(from, to);
    // A sixtieth of what is shown, in whole frames.
    let step = Time((to.since(from).0 / 60).div_ceil(crate::sim::FRAME.0).max(1) * crate::sim::FRAME.0);
    let shifted = event.shift_key();
    match event.key().as_str() {
        "ArrowLeft" | "ArrowRight" if shifted => {
            let share = if event.key() == "ArrowLeft" { -0.25 } else { 0.25 };
            desk.shown.update(|shown| *shown = shown.moved(share, playhead, duration));
        }
        "ArrowLeft" => desk.cursor.set(Some(cursor.since(step).max(from))),
        "ArrowRight" => desk.cursor.set(Some((cursor + step).min(to))),
        "Home" => desk.cursor.set(Some(from)),
        "End" => desk.cursor.set(Some(to)),
        "+" | "=" | "ArrowUp" => {
            desk.zoom(run, cursor, 1.0 / ZOOM);
        }
        "-" | "ArrowDown" => {
            desk.zoom(run, cursor, ZOOM);
        }
        "0" => desk.shown.set(Shown::Whole),
        "Enter" | " " => run.ask(PlayerMessage::Seek(cursor)),
        _ => return,
    }
    event.prevent_default();
}

fn legend(plot: &Plot, theme: Theme) -> impl IntoView + use<> {
    let entry = |line: &Line| {
        let value = line.now.map_or("–".to_owned(), |value| plot.chart.value_text(value));
        view! {
            <span class="chart-legend-entry">{swatch(line, theme)}{line.name.clone()}" "<b>{value}</b></span>
        }
    };
    let nothing = plot.lines.is_empty().then(|| view! { <span class="chart-legend-entry">"none"</span> });
    (plot.lines.iter().map(entry).collect_view(), nothing)
}

/// A short piece of the line, as it is drawn.
fn swatch(line: &Line, theme: Theme) -> impl IntoView + use<> {
    let (colour, dashes) = theme.colours.with(|colours| colours.of(line.role));
    let dashes = dashes.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
    let stroke = format!("rgb({} {} {})", colour.0, colour.1, colour.2);
    view! {
        <svg class="swatch" viewBox="0 0 18 8" width="18" height="8" aria-hidden="true">
            <path d="M0 4H18" stroke=stroke stroke-width="2.5" stroke-dasharray=dashes></path>
        </svg>
    }
}

/// The values at a time, for a screen reader: `: sent 900/s, answered 850/s`.
fn values_text(plot: &Plot, at: Time) -> String {
    let values = plot.values_at(at.as_secs_f64()).into_iter();
    let said: Vec<String> =
        values.filter_map(|(line, value)| Some(format!("{} {}", line.name, plot.chart.value_text(value?)))).collect();
    if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) }
}

fn tooltip(plot: &Plot, at: Time, share: f64, theme: Theme) -> Option<impl IntoView + use<>> {
    let values = plot.values_at(at.as_secs_f64());
    let rows: Vec<_> = values.into_iter().filter_map(|(line, value)| Some((line, value?))).collect();
    if rows.is_empty() {
        return None;
    }
    let row = |(line, value): &(&Line, f64)| {
        view! { <div>{swatch(line, theme)}{line.name.clone()}" "<b>{plot.chart.value_text(*value)}</b></div> }
    };
    // Beside the line, towards the middle.
    let side = match share > 0.5 {
        true => format!("right:calc({RIGHT}px + (100% - {}px) * {:.4} + 10px)", LEFT + RIGHT, 1.0 - share),
        false => format!("left:calc({LEFT}px + (100% - {}px) * {share:.4} + 10px)", LEFT + RIGHT),
    };
    Some(view! {
        <div class="tooltip" style=side>
            <div class="tooltip-time">{clock_tenths(at)}</div>
            {rows.iter().map(row).collect_view()}
        </div>
    })
}
