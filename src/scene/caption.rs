//! Parts in words, for screen readers, tooltips and the outline.

use crate::design::{Component, Design, Kind, Wire};

use super::figures::{count_text, rate_text, share_text};
use super::glance::{Flow, Vitals};
use super::state::{FlowState, State};

/// A component in words: `app-1, server, 82 % busy, 12 waiting, calls db`.
pub fn component_words(design: &Design, component: &Component, vitals: Option<&Vitals>) -> String {
    let mut words = vec![component.name.clone(), component.kind.label().to_lowercase()];
    if let Some(vitals) = vitals {
        words.extend(figures(&component.kind, vitals));
    }
    let callees: Vec<&str> = design.wires_from(&component.name).map(|wire| wire.to.as_str()).collect();
    if !callees.is_empty() {
        words.push(format!("calls {}", listed(&callees)));
    }
    words.join(", ")
}

fn figures(kind: &Kind, vitals: &Vitals) -> Vec<String> {
    let state = vitals.state();
    let mut words = Vec::new();
    if state != State::Healthy {
        words.push(state.word().to_lowercase());
    }
    match kind {
        Kind::Clients(_) => {
            words.push(format!("{} requests", rate_text(vitals.rate)));
            if vitals.broken > 0.0 {
                words.push(format!("{} lost", share_text(vitals.broken)));
            }
        }
        _ => {
            words.push(format!("{} busy", share_text(vitals.load)));
            if vitals.waiting >= 0.5 {
                words.push(format!("{} waiting", count_text(vitals.waiting)));
            }
        }
    }
    words
}

/// A wire in words: `wire from app-1 to db, 1.2k/s, 5 % broken`.
pub fn wire_words(wire: &Wire, flow: Option<&Flow>) -> String {
    let mut words = vec![format!("wire from {} to {}", wire.from, wire.to)];
    if let Some(flow) = flow {
        let state = flow.state();
        if !matches!(state, FlowState::Quiet | FlowState::Flowing) {
            words.push(state.word().to_lowercase());
        }
        words.push(rate_text(flow.rate));
        if flow.broken > 0.0 {
            words.push(format!("{} broken", share_text(flow.broken)));
        }
    }
    words.join(", ")
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] if names.len() <= 6 => format!("{} and {last}", rest.join(", ")),
        [first, second, third, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len()),
        _ => names.join(", "),
    }
}
