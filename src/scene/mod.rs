//! What is seen: shapes of wires, dots at the playhead, figures and states of the parts. Data in, shapes out.

mod axis;
mod caption;
mod crossing;
pub mod csv;
mod dots;
pub mod events;
mod figures;
mod glance;
pub mod histogram;
mod journey;
mod order;
mod part_plot;
pub mod plot;
mod reason;
pub mod requests;
mod state;
pub mod track;
pub mod waterfall;
mod wire;
pub mod words;
pub mod zoom;

pub use caption::{component_words, policy_summary, summary, wire_words};
pub use crossing::{crossed, states};
pub use dots::{DOTS_MAX, Dot, DotStyle, Places, TripIndex, dots_at, nearest};
pub use figures::{bytes_text, count_text, figure_text, rate_text, share_text};
pub use glance::{Flow, Glance, Vitals};
pub use journey::{Journey, Leg, Pace};
pub use order::upstream_first;
pub use part_plot::part_plot;
pub use reason::{outcome_word, reason};
pub use state::{FlowState, State};
pub use wire::WireShape;
