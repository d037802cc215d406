//! What is chosen for all charts at once: whose they are, which stretch of time; and their export as CSV and PNG.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

use crate::design::Target;
use crate::editor::player::Player;
use crate::scene::csv::csv;
use crate::scene::plot::{Chart, Plot};
use crate::scene::upstream_first;
use crate::scene::zoom::Shown;
use crate::sim::FRAME;
use crate::units::Time;

use super::charts::cut;
use super::element::view;
use super::files;
use super::later::{self, Saving};
use super::live::live;
use super::run::{Run, use_run};
use super::session::{Session, use_session};
use super::signal::{Memo, RwSignal};

/// Whose charts are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The users'.
    Users,
    /// Those of the component that is selected; with none selected, the users'.
    Selected,
    /// This component's.
    Component(String),
}

/// What all charts share. In the context.
#[derive(Clone, Copy)]
pub struct ChartDesk {
    /// Whose they are.
    pub subject: RwSignal<Subject>,
    /// The stretch of time that they show.
    pub shown: RwSignal<Shown>,
    /// The time under the pointer, on whichever chart it is.
    pub cursor: RwSignal<Option<Time>>,
}

impl ChartDesk {
    /// The users' charts of the whole run, put into the context.
    pub fn provide() {
        provide_context(ChartDesk {
            subject: RwSignal::new(Subject::Users),
            shown: RwSignal::new(Shown::Whole),
            cursor: RwSignal::new(None),
        });
    }

    /// The name of the component whose charts are shown; none for the users.
    pub fn subject_memo(self, session: Session) -> Memo<Option<String>> {
        Memo::new(move |_| {
            let name = match self.subject.get() {
                Subject::Users => None,
                Subject::Component(name) => Some(name),
                Subject::Selected => session.selection.with(|selection| match selection.single() {
                    Some(Target::Component(name)) => Some(name.clone()),
                    _ => None,
                }),
            };
            name.filter(|name| session.with_design(|design| design.component(name).is_some()))
        })
    }

    /// Zooms about a time; whether that changed anything.
    pub fn zoom(self, run: Run, about: Time, factor: f64) -> bool {
        let (playhead, duration) =
            run.player.with_untracked(|player| (Player::playhead(player), Player::duration(player)));
        let before = self.shown.get_untracked();
        let after = before.zoomed(about, factor, playhead, duration);
        if after != before {
            self.shown.set(after);
        }
        after != before
    }
}

/// The tools beside the board's tabs.
#[component]
pub fn ChartTools() -> impl IntoView {
    let (run, session, desk) = (use_run(), use_session(), expect_context::<ChartDesk>());
    let of = desk.subject_memo(session);
    let toggle =
        move |_| desk.shown.update(|shown| *shown = if *shown == Shown::Last { Shown::Whole } else { Shown::Last });
    let zoomed = move || matches!(desk.shown.get(), Shown::Range(..));
    let whole = move || {
        zoomed().then(|| {
            view! { <button class="chip" on:click=move |_| desk.shown.set(Shown::Whole)>"Whole run"</button> }
        })
    };
    view! {
        <SubjectChoice />
        {live(whole)}
        <button class="chip charts-zoom" aria-pressed=move || (desk.shown.get() == Shown::Last).to_string() on:click=toggle>
            "Last 30 s"
        </button>
        <button class="chip" title="Save what the charts show as comma-separated values" aria-label="Save the charts as CSV"
            on:click=move |_| later::save(Saving::ChartsCsv { run, desk, of: of.get_untracked() })>"CSV"</button>
        <button class="chip" title="Save the charts as a picture" aria-label="Save the charts as PNG"
            on:click=move |_| later::save(Saving::ChartsPng { of: of.get_untracked() })>"PNG"</button>
    }
}

#[component]
fn SubjectChoice() -> impl IntoView {
    let (session, desk) = (use_session(), expect_context::<ChartDesk>());
    let names = Memo::new(move |_| session.with_design(upstream_first));
    // Component names hold no colon, so these two cannot be one.
    let value = move || match desk.subject.get() {
        Subject::Users => ":users".to_owned(),
        Subject::Selected => ":selected".to_owned(),
        Subject::Component(name) => name,
    };
    let chosen = move |event| {
        desk.subject.set(match event_target_value(&event).as_str() {
            ":users" => Subject::Users,
            ":selected" => Subject::Selected,
            name => Subject::Component(name.to_owned()),
        });
    };
    let option = move |name: String| {
        let (value_of, text) = (name.clone(), name.clone());
        let selected = move || matches!(desk.subject.get(), Subject::Component(chosen) if chosen == name);
        view! { <option value=value_of selected=selected>{text}</option> }
    };
    view! {
        <select class="chip-select" aria-label="Charts of" prop:value=value on:change=chosen>
            <option value=":users" selected=move || desk.subject.get() == Subject::Users>"All users"</option>
            <option value=":selected" selected=move || desk.subject.get() == Subject::Selected>"What is selected"</option>
            {live(move || names.get().into_iter().map(option).collect_view())}
        </select>
    }
}

fn name_of(of: Option<&str>, ending: &str) -> String {
    format!("charts-{}.{ending}", of.unwrap_or("users"))
}

/// All frames of the stretch that is shown, up to the playhead.
pub fn save_csv(run: Run, desk: ChartDesk, of: Option<String>) {
    let (playhead, duration) = run.player.with_untracked(|player| (Player::playhead(player), Player::duration(player)));
    let shown = desk.shown.get_untracked().ends(playhead, duration);
    let frames = (shown.1.since(shown.0).0 / FRAME.0) as u32 + 1;
    let charts: &[Chart] = if of.is_some() { &Chart::PART } else { &Chart::USERS };
    let plots: Vec<Plot> =
        charts.iter().map(|chart| cut(run, run.session, *chart, of.as_deref(), shown, frames)).collect();
    files::download(&name_of(of.as_deref(), "csv"), &csv(&plots));
}

/// All charts below each other, as they stand on the page, in its colours.
pub fn save_png(of: Option<&str>) {
    let Some(picture) = picture() else { return };
    let name = name_of(of, "png");
    let done = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<web_sys::Blob>()
            && let Err(error) = files::download_blob(&name, &blob)
        {
            leptos::logging::warn!("no file could be made: {error:?}");
        }
    });
    if let Err(error) = picture.to_blob(done.unchecked_ref()) {
        leptos::logging::warn!("no picture could be made: {error:?}");
    }
}

/// Room for the heading of a chart, and around it, in CSS pixels.
const HEAD: f64 = 48.0;
const EDGE: f64 = 16.0;

fn picture() -> Option<HtmlCanvasElement> {
    let figures = document().query_selector_all(".chart").ok()?;
    let figures: Vec<Element> =
        (0..figures.length()).filter_map(|index| figures.get(index)?.dyn_into::<Element>().ok()).collect();
    let sheets: Vec<(Element, HtmlCanvasElement)> = figures
        .into_iter()
        .filter_map(|figure| Some((figure.clone(), figure.query_selector("canvas").ok()??.dyn_into().ok()?)))
        .collect();
    let ratio = window().device_pixel_ratio().clamp(0.5, 4.0);
    let widest = sheets.iter().map(|(_, sheet)| sheet.width()).max()?;
    let (head, edge) = (HEAD * ratio, EDGE * ratio);
    let height: f64 = sheets.iter().map(|(_, sheet)| f64::from(sheet.height()) + head + edge).sum();
    let picture: HtmlCanvasElement = document().create_element("canvas").ok()?.unchecked_into();
    picture.set_width((f64::from(widest) + 2.0 * edge) as u32);
    picture.set_height((height + edge) as u32);
    let pen: CanvasRenderingContext2d = picture.get_context("2d").ok()??.unchecked_into();
    let style = window().get_computed_style(&document().document_element()?).ok()??;
    let colour = |name: &str| style.get_property_value(name).unwrap_or_default();
    pen.set_fill_style_str(&colour("--panel"));
    pen.fill_rect(0.0, 0.0, f64::from(picture.width()), f64::from(picture.height()));
    let mut top = edge;
    for (figure, sheet) in sheets {
        let text = |class: &str| {
            figure.query_selector(class).ok().flatten().and_then(|element| element.text_content()).unwrap_or_default()
        };
        pen.set_fill_style_str(&colour("--ink"));
        pen.set_font(&format!("600 {}px system-ui, sans-serif", 14.0 * ratio));
        let _ = pen.fill_text(&text(".chart-title"), edge, top + 14.0 * ratio);
        pen.set_font(&format!("{}px system-ui, sans-serif", 12.0 * ratio));
        draw_legend(&pen, &figure, (edge, top + 34.0 * ratio), ratio);
        let _ = pen.draw_image_with_html_canvas_element(&sheet, edge, top + head);
        top += head + f64::from(sheet.height()) + edge;
    }
    Some(picture)
}

/// The entries of a legend, each with a piece of its line.
fn draw_legend(pen: &CanvasRenderingContext2d, figure: &Element, (mut x, y): (f64, f64), ratio: f64) {
    let Ok(entries) = figure.query_selector_all(".chart-legend-entry") else { return };
    let entries = (0..entries.length()).filter_map(|index| entries.get(index)?.dyn_into::<Element>().ok());
    for entry in entries {
        if let Some(line) = entry.query_selector("path").ok().flatten() {
            let dashes = line.get_attribute("stroke-dasharray").unwrap_or_default();
            let dashes = dashes.split_whitespace().filter_map(|length| length.parse::<f64>().ok());
            let _ = pen.set_line_dash(&dashes.map(|length| JsValue::from(length * ratio)).collect::<js_sys::Array>());
            pen.set_stroke_style_str(&line.get_attribute("stroke").unwrap_or_default());
            pen.set_line_width(2.5 * ratio);
            pen.begin_path();
            pen.move_to(x, y - 4.0 * ratio);
            pen.line_to(x + 18.0 * ratio, y - 4.0 * ratio);
            pen.stroke();
            let _ = pen.set_line_dash(&js_sys::Array::new());
            x += 23.0 * ratio;
        }
        let _ = pen.fill_text(&entry.text_content().unwrap_or_default(), x, y);
        // As wide as on the page, where it stands in the same letters.
        x += entry.get_bounding_client_rect().width() * ratio;
    }
}
