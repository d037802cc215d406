//! Thresholds that parts cross, in words: what the live region tells while a run plays.

use crate::design::Design;

use super::glance::Glance;
use super::state::State;

/// Parts that are named at once; more nobody can listen to.
const NAMED_MAX: usize = 2;

/// The states of all components at the playhead, in the order of the design.
pub fn states(design: &Design, glance: &Glance) -> Vec<(String, State)> {
    let state = |name: &str| glance.component(name).map(|vitals| vitals.state());
    design.components.iter().filter_map(|one| Some((one.name.clone(), state(&one.name)?))).collect()
}

/// The components that came into a worse sort of state (fine, in trouble, failing, gone), as a sentence; nothing if none
/// did.
pub fn crossed(before: &[(String, State)], now: &[(String, State)]) -> Option<String> {
    let was = |name: &str| before.iter().find(|(other, _)| other == name).map(|(_, state)| *state);
    let worse = |(name, state): &&(String, State)| was(name).is_some_and(|was| rank(was) < rank(*state));
    let crossed: Vec<&(String, State)> = now.iter().filter(worse).collect();
    let told =
        crossed.iter().take(NAMED_MAX).map(|(name, state)| format!("{name} is {}: {}", lower(*state), state.help()));
    let more = crossed.len().saturating_sub(NAMED_MAX);
    let more = (more > 0).then(|| format!("{more} more got worse"));
    let sentences: Vec<String> = told.chain(more).map(|sentence| format!("{sentence}.")).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn lower(state: State) -> String {
    state.word().to_ascii_lowercase()
}

fn rank(state: State) -> u8 {
    match state.tone() {
        "ok" => 0,
        "warn" => 1,
        "bad" => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_got_worse_is_told() {
        let states = |states: &[State]| -> Vec<(String, State)> {
            states.iter().enumerate().map(|(index, state)| (format!("app-{index}"), *state)).collect()
        };
        let check = |before: &[State], now: &[State], told: Option<&str>| {
            assert_eq!(crossed(&states(before), &states(now)).as_deref(), told);
        };
        use State::*;
        check(&[Healthy], &[Healthy], None);
        check(&[Healthy], &[Hot], Some("app-0 is hot: over 90 % busy: requests begin to wait."));
        check(&[Warm], &[Hot], None);
        check(&[Failing], &[Healthy], None);
        check(&[], &[Hot], None);
        let all = crossed(&states(&[Healthy; 4]), &states(&[Hot, Down, Failing, Healthy])).expect("three got worse");
        assert!(all.contains("app-1 is down") && all.ends_with("1 more got worse."), "{all}");
    }
}
