//! What is seen: shapes of wires, dots at the playhead, figures and states of the parts. Data in, shapes out.

mod figures;
mod glance;
mod journey;
mod state;
mod wire;
mod words;

pub use figures::{count_text, rate_text, share_text};
pub use glance::{Flow, Glance, Vitals};
pub use journey::{Journey, Leg, Pace};
pub use state::{FlowState, State};
pub use wire::WireShape;
pub use words::{component_words, wire_words};
