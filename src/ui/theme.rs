//! Light and dark: the reader's choice, and the colours that the charts read back from the style sheet.

use leptos::prelude::*;
use plotters::style::RGBColor;
use wasm_bindgen::prelude::*;

use crate::scene::PictureColours;
use crate::scene::plot::Role;

use super::element::view;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::signal::RwSignal;
use super::storage;

/// What the reader chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// For a screen on a wall: larger text, thicker lines, high contrast.
    Projector,
}

impl Choice {
    fn word(self) -> &'static str {
        match self {
            Choice::Auto => "auto",
            Choice::Light => "light",
            Choice::Dark => "dark",
            Choice::Projector => "projector",
        }
    }

    fn next(self) -> Choice {
        match self {
            Choice::Auto => Choice::Light,
            Choice::Light => Choice::Dark,
            Choice::Dark => Choice::Projector,
            Choice::Projector => Choice::Auto,
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Choice::Auto => Glyph::Half,
            Choice::Light => Glyph::Sun,
            Choice::Dark => Glyph::Moon,
            Choice::Projector => Glyph::Projector,
        }
    }
}

/// The colours of the charts.
#[derive(Clone, Debug, PartialEq)]
pub struct Colours {
    /// Text.
    pub ink: RGBColor,
    /// Quiet text.
    pub soft: RGBColor,
    /// Grid lines.
    pub line: RGBColor,
    series: [RGBColor; 6],
}

impl Colours {
    /// As the style sheet has them now.
    fn read() -> Colours {
        let style = root().and_then(|root| window().get_computed_style(&root).ok().flatten());
        let read = |name: &str| {
            let text = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            text.and_then(|text| parse(&text)).unwrap_or(RGBColor(128, 128, 128))
        };
        let series = ["--accent", "--ok", "--warn", "--bad", "--late", "--user"].map(read);
        Colours { ink: read("--ink"), soft: read("--ink-soft"), line: read("--line"), series }
    }

    /// The colours of a picture of the diagram, as the style sheet has them now.
    pub fn of_picture() -> PictureColours {
        let style = root().and_then(|root| window().get_computed_style(&root).ok().flatten());
        let read = |name: &str| {
            let text = style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
            text.trim().to_owned()
        };
        PictureColours {
            ground: read("--bg"),
            panel: read("--panel"),
            ink: read("--ink"),
            soft: read("--ink-soft"),
            line: read("--line-strong"),
            accent: read("--accent"),
        }
    }

    /// The colour of a line, and the dashes that tell it apart without colour (lengths on and off, in CSS pixels).
    pub fn of(&self, role: Role) -> (RGBColor, &'static [f64]) {
        let [accent, ok, warn, bad, late, user] = self.series;
        match role {
            Role::Offered => (user, &[5.0, 3.0]),
            Role::Succeeded => (ok, &[]),
            Role::P50 => (accent, &[]),
            Role::P95 => (warn, &[6.0, 3.0]),
            Role::P99 => (bad, &[2.0, 2.0]),
            Role::TimedOut => (bad, &[]),
            Role::Shed => (warn, &[6.0, 3.0]),
            Role::Refused => (late, &[2.0, 2.0]),
            Role::Failed => (user, &[8.0, 2.0, 2.0, 2.0]),
            Role::Queue(0) => (accent, &[]),
            Role::Queue(1) => (warn, &[6.0, 3.0]),
            Role::Queue(2) => (late, &[2.0, 2.0]),
            Role::Busy => (accent, &[]),
            Role::Held => (warn, &[6.0, 3.0]),
            Role::Found => (ok, &[2.0, 2.0]),
            Role::Late => (late, &[4.0, 4.0]),
            Role::Queue(_) => (user, &[8.0, 2.0, 2.0, 2.0]),
        }
    }
}

/// The theme of the page.
#[derive(Clone, Copy)]
pub struct Theme {
    choice: RwSignal<Choice>,
    /// The colours of the charts; they change with the theme.
    pub colours: RwSignal<Colours>,
}

impl Theme {
    /// The theme as it was left, put into the context.
    pub fn provide() -> Theme {
        let choice = match storage::get("theme").as_deref() {
            Some("light") => Choice::Light,
            Some("dark") => Choice::Dark,
            Some("projector") => Choice::Projector,
            _ => Choice::Auto,
        };
        show(choice);
        let theme = Theme { choice: RwSignal::new(choice), colours: RwSignal::new(Colours::read()) };
        let changed = Closure::<dyn FnMut()>::new(move || theme.colours.set(Colours::read()));
        if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
            let _ = query.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        }
        changed.forget();
        provide_context(theme);
        theme
    }

    fn turn(&self) {
        let choice = self.choice.get_untracked().next();
        show(choice);
        storage::put_quietly("theme", choice.word());
        self.choice.set(choice);
        self.colours.set(Colours::read());
    }
}

fn show(choice: Choice) {
    let Some(root) = root() else { return };
    let _ = match choice {
        Choice::Auto => root.remove_attribute("data-theme"),
        _ => root.set_attribute("data-theme", choice.word()),
    };
}

fn root() -> Option<web_sys::Element> {
    document().document_element()
}

fn parse(text: &str) -> Option<RGBColor> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(RGBColor(part(0)?, part(2)?, part(4)?))
}

/// The button that turns from one theme to the next.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let theme: Theme = expect_context();
    let label = move || format!("Theme: {}", theme.choice.get().word());
    view! {
        <button class="icon-button" title=label aria-label=label on:click=move |_| theme.turn()>
            {live(move || glyph(theme.choice.get().glyph()))}
        </button>
    }
}
