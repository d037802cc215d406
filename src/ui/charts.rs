//! The charts below the canvas: what the run did to its users, up to the playhead.

use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, PointerEvent};

use crate::editor::player::Player;
use crate::scene::plot::{Chart, Line, Plot, clock_tenths};
use crate::units::Time;

use super::chart_draw::{Sheet, draw, seconds_at};
use super::live::live;
use super::run::{Run, use_run};
use super::session::{Session, use_session};
use super::theme::Theme;

/// The stretch of time that "the last seconds" are.
const LAST: Time = Time(30_000_000_000);

/// The four charts.
#[component]
pub fn Charts() -> impl IntoView {
    let zoomed = RwSignal::new(false);
    view! {
        <section class="charts" aria-label="Charts">
            <div class="charts-row">
                {Chart::ALL.map(|chart| view! { <ChartView chart zoomed /> }).collect_view()}
            </div>
            <button class="chip charts-zoom" aria-pressed=move || zoomed.get().to_string()
                on:click=move |_| zoomed.update(|zoomed| *zoomed = !*zoomed)>
                "Last 30 s"
            </button>
        </section>
    }
}

#[component]
fn ChartView(chart: Chart, zoomed: RwSignal<bool>) -> impl IntoView {
    let (run, session, theme) = (use_run(), use_session(), expect_context::<Theme>());
    let resized = super::clock::resized();
    let canvas: NodeRef<leptos::html::Canvas> = NodeRef::new();
    let plot = RwSignal::new(None::<Plot>);
    // Where the pointer is, in CSS pixels from the left.
    let hover = RwSignal::new(None::<f64>);
    Effect::new(move |_| {
        run.beat.track();
        run.reset_count.track();
        resized.track();
        let (zoomed, colours) = (zoomed.get(), theme.colours.get());
        let Some(canvas) = canvas.get() else { return };
        let Some(sheet) = Sheet::fit(&canvas) else { return };
        let cut = cut(run, session, chart, zoomed, sheet.plot_width());
        draw(&canvas, &sheet, &cut, &colours, hover.get());
        plot.set(Some(cut));
    });
    let label = move || plot.with(|plot| plot.as_ref().map_or(chart.title().to_owned(), Plot::summary));
    let moved = move |event: PointerEvent| hover.set(Some(f64::from(event.offset_x())));
    view! {
        <figure class="chart">
            <figcaption>
                <span class="chart-title">{chart.title()}</span>
                <span class="chart-legend">{live(move || plot.with(|plot| plot.as_ref().map(|plot| legend(plot, theme))))}</span>
            </figcaption>
            <div class="chart-sheet">
                <canvas node_ref=canvas role="img" aria-label=label on:pointermove=moved
                    on:pointerleave=move |_| hover.set(None)></canvas>
                {live(move || plot.with(|plot| tooltip(plot.as_ref()?, hover.get()?, canvas.get()?, theme)))}
            </div>
        </figure>
    }
}

fn cut(run: Run, session: Session, chart: Chart, zoomed: bool, pixels: u32) -> Plot {
    let (playhead, duration) = run.player.with_untracked(|player| (Player::playhead(player), player.duration()));
    let shown = match zoomed {
        false => (Time::ZERO, duration),
        true => (playhead.since(LAST), playhead.max(LAST)),
    };
    let cut = |names: &[String]| run.curves.with_value(|curves| curves.plot(chart, names, playhead, shown, pixels));
    session.recording.with_value(|recording| cut(&recording.parts.components))
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

fn tooltip(plot: &Plot, x: f64, canvas: HtmlCanvasElement, theme: Theme) -> Option<impl IntoView + use<>> {
    let width = f64::from(canvas.client_width());
    let seconds = seconds_at(plot, width, x)?;
    let rows: Vec<_> = plot.values_at(seconds).into_iter().filter_map(|(line, value)| Some((line, value?))).collect();
    if rows.is_empty() {
        return None;
    }
    let row = |(line, value): &(&Line, f64)| {
        view! { <div>{swatch(line, theme)}{line.name.clone()}" "<b>{plot.chart.value_text(*value)}</b></div> }
    };
    let side = if x > width / 2.0 { format!("right:{}px", width - x + 10.0) } else { format!("left:{}px", x + 10.0) };
    Some(view! {
        <div class="tooltip" style=side>
            <div class="tooltip-time">{clock_tenths(Time::from_secs_f64(seconds))}</div>
            {rows.iter().map(row).collect_view()}
        </div>
    })
}
