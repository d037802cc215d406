//! Line drawings of the component kinds and of states, in boxes of 24 by 24 and 12 by 12; one stroke style for all.

use leptos::prelude::*;

use crate::design::Kind;
use crate::scene::State;

use super::element::view;

/// The lines of a kind's icon.
pub fn kind_path(kind: &Kind) -> &'static str {
    match kind {
        Kind::Clients(_) => {
            "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.4-3.4 3-5.5 6.5-5.5s6.1 2.1 6.5 5.5M15.5 4.9a3.4 3.4 0 0 1 0 \
             6.3M17.8 14.4c2.2.7 3.5 2.5 3.8 5.1"
        }
        Kind::LoadBalancer(_) => {
            "M2.5 12h6M8.5 12l4-6.5h4.5M8.5 12h8.5M8.5 12l4 6.5h4.5M17 3l3.5 2.5L17 8M17 9.5l3.5 2.5-3.5 2.5M17 16l3.5 2.5L17 21"
        }
        Kind::ApiGateway(_) => "M4 20.5v-15l8-3 8 3v15M4 9.5h16M9 20.500v-6.500h6v6.500M2.5 20.500h19",
        Kind::Dns(_) => {
            "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c2.6 2.4 4 5.5 4 9s-1.400 6.600-4 9c-2.600-2.400-4-5.500-4-9s1.400-6.600 4-9z"
        }
        Kind::External(_) => {
            "M7 18.500h10.500a4 4 0 0 0 .6-7.950 6 6 0 0 0-11.600-1.200A4.600 4.600 0 0 0 7 18.500zM10 14.500l4-4M10.800 10.500H14v3.200"
        }
        Kind::Server(_) => "M4 4.5h16v6H4zM4 13.5h16v6H4zM7.2 7.5h.1M7.2 16.5h.1M11 7.5h6M11 16.5h6",
        Kind::Cache(_) => "M13.2 2.8 5 13.4h6.2l-.7 7.8 8.5-11h-6.4z",
        Kind::Cdn(_) => {
            "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c2.600 2.500 3.900 5.500 3.900 9s-1.300 6.500-3.900 9c-2.600-2.500-3.900-5.500-3.900-9s1.300-6.500 3.900-9z"
        }
        Kind::Database(_) => {
            "M4.5 6c0-1.7 3.4-3 7.5-3s7.5 1.3 7.5 3-3.4 3-7.5 3-7.5-1.3-7.5-3zM4.5 6v12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3V6M4.5 \
             12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3"
        }
        Kind::ShardRouter(_) => {
            "M2.5 12h5M7.5 12l5-7M7.5 12h5M7.5 12l5 7M12.5 3.500h8v3h-8zM12.5 10.500h8v3h-8zM12.5 17.500h8v3h-8z"
        }
        Kind::Queue(_) => "M3 7.5h4v9H3zM10 7.5h4v9h-4zM17 7.5h4v9h-4zM1.500 4.5h21M1.500 19.500h21",
        Kind::Worker(_) => {
            "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 2.5v3M12 18.500v3M2.500 12h3M18.500 12h3M5.3 5.3l2.100 2.100M16.600 \
             16.600l2.100 2.100M5.3 18.700l2.100-2.100M16.600 7.400l2.100-2.100"
        }
        Kind::LockService(_) => "M5 10.500h14v10H5zM8 10.500V7.500a4 4 0 0 1 8 0v3M12 14.500v2.500",
        Kind::Payment(_) => "M3 6.5h18v11H3zM3 10h18M6 14.5h4",
        Kind::Search(_) => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 21 21",
        Kind::Notification(_) => "M6 17V11a6 6 0 0 1 12 0v6l1.500 1.500h-15zM10 20.500h4",
        Kind::Analytics(_) => "M4 20.500h16M6 17.500v-5M11 17.500V5.500M16 17.500v-8",
        Kind::Chat(_) => "M4 5h16v11h-9l-5 4v-4H4zM8 9h8M8 12.500h5",
        Kind::ObjectStorage(_) => {
            "M3.5 6h17l-2 14.5h-13zM3.5 6c0-1.4 3.8-2.5 8.5-2.5S20.5 4.6 20.5 6M8.5 12.500h7M9.5 16h5"
        }
    }
}

/// The lines of a state's icon: each another shape, so that no colour is needed to tell them apart.
fn state_path(state: State) -> &'static str {
    match state {
        State::Healthy => "M2 6.5 4.8 9.2 10 3.2",
        State::Warm => "M1.5 6c1.5-2.6 3-2.6 4.5 0s3 2.6 4.5 0",
        State::Hot => {
            "M6 1.500c2.8 2.4 3.6 4 3.6 5.600a3.6 3.6 0 0 1-7.2 0c0-1 .5-2 1.4-2.8.3 1 .9 1.5 1.5 1.500C6.3 4.5 6.4 3 6 1.500z"
        }
        State::BackingUp => "M2 2.500h8M2 6h8M2 9.500h8",
        State::Slowed => "M6 1.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM6 3.500V6l1.8 1.2",
        State::Failing => "M6 1.5 11 10.500H1zM6 5v2.200M6 8.900h.01",
        State::Shedding => "M1.5 3h9L7.2 6.800v3.700l-2.4-1.300V6.800z",
        State::Booting => "M9.8 4.500A4.3 4.3 0 1 0 10.3 6.500M10 1.800v2.900H7.1",
        State::CutOff => "M1.5 6h2.600M7.9 6h2.600M5 3.500l2 5",
        State::Down => "M2.5 2.500l7 7M9.5 2.500l-7 7",
    }
}

/// A kind's icon for use inside an SVG drawing, centred on the origin.
pub fn kind_mark(kind: &Kind) -> impl IntoView + use<> {
    view! { <path class="kind-mark" d=kind_path(kind) transform="translate(-12 -12)"></path> }
}

/// A kind's icon as a picture of its own.
pub fn kind_icon(kind: &Kind) -> impl IntoView + use<> {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <path d=kind_path(kind)></path>
        </svg>
    }
}

/// A state's icon inside an SVG drawing, its top left at the origin.
pub fn state_mark(state: State) -> impl IntoView {
    view! { <path class="state-mark" d=state_path(state)></path> }
}

/// A state's icon as a picture of its own.
pub fn state_icon(state: State) -> impl IntoView {
    view! {
        <svg class="icon state-icon" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
            <path d=state_path(state)></path>
        </svg>
    }
}

/// A button's icon, by its lines in a box of 24 by 24.
pub fn line_icon(path: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
}
