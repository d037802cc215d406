//! Small pictures for buttons, drawn with one path each in a box of 20 by 20.

use leptos::prelude::*;

use super::element::view;

/// A filled shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// One step on.
    StepForward,
    /// One step back.
    StepBack,
    /// Round again.
    Reset,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// Help.
    Help,
    /// A book.
    Book,
    /// Bright theme.
    Sun,
    /// Dark theme.
    Moon,
    /// Theme of the system.
    Half,
    /// Close.
    Close,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Down.
    Down,
    /// Up.
    Up,
    /// Done.
    Check,
    /// A list.
    List,
    /// A file to keep.
    Download,
    /// A file to open.
    Upload,
    /// A die.
    Die,
    /// To the next event.
    NextEvent,
    /// To the event before.
    LastEvent,
    /// A magnifying glass.
    Search,
    /// A screen on a wall.
    Projector,
    /// Something earned.
    Star,
    /// Something begun.
    Begun,
    /// How long it takes.
    Clock,
    /// A pencil.
    Pencil,
    /// The front page.
    Home,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Glyph::Play => "M6 3.6v12.8a.7.7 0 0 0 1.06.6l10.4-6.4a.7.7 0 0 0 0-1.2L7.06 3a.7.7 0 0 0-1.06.6z",
            Glyph::Pause => "M5 3.5h3.4v13H5zM11.6 3.5H15v13h-3.4z",
            Glyph::StepForward => {
                "M13.8 4H16v12h-2.2zM4 4.7v10.6a.5.5 0 0 0 .8.4l7.2-5.3a.5.5 0 0 0 0-.8L4.8 4.3a.5.5 0 0 0-.8.4z"
            }
            Glyph::StepBack => {
                "M4 4h2.2v12H4zM16 4.7v10.6a.5.5 0 0 1-.8.4L8 10.4a.5.5 0 0 1 0-.8l7.2-5.3a.5.5 0 0 1 .8.4z"
            }
            Glyph::Reset => "M10 3a7 7 0 0 0-5.6 2.8V3.2H2.6v6h6V7.4H5.5A5.1 5.1 0 1 1 4.9 10H3a7 7 0 1 0 7-7z",
            Glyph::Undo => "M8 3.2 2.6 8 8 12.8V9.6h3.6a3 3 0 0 1 0 6H7.2v1.9h4.4a4.9 4.9 0 0 0 0-9.8H8z",
            Glyph::Redo => "M12 3.2 17.4 8 12 12.8V9.6H8.4a3 3 0 0 0 0 6h4.4v1.9H8.4a4.9 4.9 0 0 1 0-9.8H12z",
            Glyph::Help => {
                "M10 2.6c-2.6 0-4.4 1.5-4.6 3.9h2.1c.2-1.3 1.1-2 2.4-2s2.4.8 2.4 2c0 1-.5 1.5-1.6 2.2-1.3.8-1.8 1.6-1.7 3.1v.4h2.1v-.3c0-1 .3-1.4 1.5-2.1 1.2-.7 1.9-1.8 1.9-3.2 0-2.4-1.9-4-4.5-4zM10 13.9a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8z"
            }
            Glyph::Book => {
                "M2.5 3.5h4.8c1.2 0 2.2.5 2.7 1.3.5-.8 1.5-1.3 2.7-1.3h4.8v12.2h-5c-1.2 0-1.9.4-2.5 1.2-.6-.8-1.3-1.2-2.5-1.2h-5zm1.8 1.8v8.6h3.4c.6 0 1.1.1 1.5.3V6.4c0-.7-.7-1.1-1.9-1.1zm11.4 0h-3c-1.2 0-1.9.4-1.9 1.1v7.800c.4-.2.9-.3 1.5-.3h3.4z"
            }
            Glyph::Sun => {
                "M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM9.2 1.5h1.6v2.6H9.2zM9.2 15.9h1.6v2.6H9.2zM1.5 9.2h2.6v1.6H1.5zM15.9 9.2h2.6v1.6h-2.6zM3.4 4.5l1.1-1.1 1.9 1.8-1.2 1.2zM13.6 14.8l1.2-1.2 1.8 1.9-1.1 1.1zM3.4 15.5l1.8-1.9 1.2 1.2-1.9 1.8zM13.6 5.2l1.9-1.8 1.1 1.1-1.8 1.9z"
            }
            Glyph::Moon => "M8.2 2.4a7.8 7.8 0 1 0 9.4 9.4A6.4 6.4 0 0 1 8.2 2.4z",
            Glyph::Half => "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 1.8a6.2 6.2 0 0 1 0 12.4z",
            Glyph::Close => {
                "M4.3 5.6 5.6 4.3 10 8.7l4.4-4.4 1.3 1.3L11.3 10l4.4 4.4-1.3 1.3L10 11.3l-4.4 4.4-1.3-1.3L8.7 10z"
            }
            Glyph::Left => "M12.4 4.2 6.6 10l5.8 5.8 1.3-1.3L9.2 10l4.5-4.5z",
            Glyph::Right => "M7.6 4.2 6.3 5.5l4.5 4.5-4.5 4.5 1.3 1.3 5.8-5.8z",
            Glyph::Down => "M4.2 7.6 10 13.4l5.8-5.8-1.3-1.3L10 10.8 5.5 6.3z",
            Glyph::Up => "M4.2 12.4 10 6.6l5.8 5.8-1.3 1.3L10 9.2l-4.5 4.5z",
            Glyph::Check => "M7.9 15.4 2.9 10.4l1.4-1.4 3.6 3.6 7.8-7.8 1.4 1.4z",
            Glyph::List => {
                "M3 4.5h2.2v2.2H3zM7.2 4.6H17v2H7.2zM3 9h2.2v2.2H3zM7.2 9.1H17v2H7.2zM3 13.5h2.2v2.2H3zM7.2 13.6H17v2H7.2z"
            }
            Glyph::Download => {
                "M9.1 2.8h1.8v7.3l2.6-2.6 1.3 1.3L10 13.6 5.2 8.8l1.3-1.3 2.6 2.6zM3.4 15.4h13.2v1.8H3.4z"
            }
            Glyph::Die => {
                "M4 2.500h12A1.500 1.500 0 0 1 17.500 4v12a1.500 1.500 0 0 1-1.500 1.500H4A1.500 1.500 0 0 1 2.500 16V4A1.500 1.500 0 0 1 4 2.500zm.3 1.800v11.400h11.400V4.300zM6.800 5.600a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600zM13.200 11.800a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600zM10 8.700a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600z"
            }
            Glyph::NextEvent => "M3 4.200 11 10l-8 5.800zM14.500 4.600l3.500 5.400-3.500 5.400-3.500-5.400z",
            Glyph::LastEvent => "M17 4.200 9 10l8 5.800zM5.500 4.600 9 10l-3.500 5.400L2 10z",
            Glyph::Search => {
                "M8.5 2.5a6 6 0 1 0 3.6 10.8l4.3 4.2 1.3-1.3-4.3-4.2A6 6 0 0 0 8.5 2.5zm0 1.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4z"
            }
            Glyph::Projector => {
                "M2 3h16v1.8h-1V13h-6.100v1.900l3 2.100-1 1.400-2.900-2-2.900 2-1-1.400 3-2.100V13H3V4.800H2zm2.800 1.800v6.400h10.400V4.800z"
            }
            Glyph::Star => {
                "M10 2.2l2.300 4.900 5.300.700-3.900 3.700 1 5.300-4.700-2.600-4.700 2.600 1-5.300L2.400 7.800l5.300-.700z"
            }
            Glyph::Begun => "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 2a6 6 0 0 1 0 12z",
            Glyph::Clock => {
                "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 1.800a6.200 6.200 0 1 1 0 12.400 6.200 6.200 0 0 1 0-12.400zM9.200 5.500h1.600v4.200l2.900 1.700-.8 1.400-3.700-2.200z"
            }
            Glyph::Pencil => {
                "M13.900 2.600l3.500 3.500L7 16.500l-4.400.900.900-4.400zm0 2.500L5.200 13.700l-.300 1.400 1.400-.300L14.900 6.100z"
            }
            Glyph::Home => {
                "M10 2.600 2.200 9.200l1.200 1.400 1.200-1V17h4.200v-4.600h2.400V17h4.200V9.600l1.200 1 1.200-1.400z"
            }
            Glyph::Upload => "M9.1 13.6h1.8V6.3l2.6 2.6 1.3-1.3L10 2.8 5.2 7.6l1.3 1.3 2.6-2.6zM3.4 15.4h13.2v1.8H3.4z",
        }
    }
}

/// The picture; a text beside it or the button's label says what it means.
pub fn glyph(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="glyph" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <path d=glyph.path() fill="currentColor"></path>
        </svg>
    }
}

/// The picture as HTML, for texts.
pub fn glyph_html(glyph: Glyph) -> String {
    let path = glyph.path();
    format!(
        "<svg class=\"glyph\" viewBox=\"0 0 20 20\" width=\"20\" height=\"20\" aria-hidden=\"true\" focusable=\"false\">\
         <path d=\"{path}\" fill=\"currentColor\"></path></svg>"
    )
}

/// The product's mark: a gauge in the red.
pub fn brand_mark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
            <g fill="none" stroke-width="3.6" stroke-linecap="round">
                <path d="M8.2 23.8A11 11 0 0 1 10.5 6.5" stroke="var(--ok)"></path>
                <path d="M14.1 5.2A11 11 0 0 1 21.5 6.5" stroke="var(--warn)"></path>
                <path d="M24.4 8.9A11 11 0 0 1 23.8 23.8" stroke="var(--bad)"></path>
            </g>
            <path d="M14.8 14.4 24 13l-7.6 5.4a2.4 2.4 0 1 1-1.6-4z" fill="var(--ink)"></path>
        </svg>
    }
}
