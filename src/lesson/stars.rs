//! Stars: one for solving a lesson, one for a build that is no dearer than it need be, one for a build that holds with
//! other seeds.

use crate::design::{Findings, Node};
use crate::units::Money;

use super::played::Played;

/// On how many other seeds a robust build holds.
pub const ROBUST_SEEDS: u64 = 5;
/// Two costs this near are equal: what is left of sums.
const SAME_COST: f64 = 1e-9;

/// What a lesson's front matter says of its stars, under `[stars]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StarRules {
    /// A cheap build costs at most this, in dollars per hour. None takes what the author's solution costs.
    pub cost: Option<f64>,
}

impl StarRules {
    /// Reads `[stars]` of a lesson's front matter.
    pub(super) fn read(front: &Node, findings: &mut Findings) -> StarRules {
        let mut rules = StarRules::default();
        for entry in front.get("stars").map_or(&[][..], |node| node.entries("`stars`", findings)) {
            if entry.key != "cost" {
                findings.unknown(entry.line, "setting", &entry.key, ["cost"].into_iter());
                continue;
            }
            match entry.node.as_typed().and_then(|text| bound(&text)) {
                Some(cost) => rules.cost = Some(cost),
                None => findings.hint(entry.line, "this is not a price", "write it like `cost = \"<= $2/h\"`"),
            }
        }
        rules
    }
}

fn bound(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches("<=").trim();
    text.strip_suffix("/h").unwrap_or(text).parse().ok().map(|money: Money| money.0)
}

/// The seeds that a build is tried with besides its own.
pub fn robust_seeds(seed: u64) -> impl Iterator<Item = u64> {
    (1..=ROBUST_SEEDS).map(move |offset| seed.wrapping_add(offset))
}

/// Whether a run was cheap: no dearer than the bound.
pub fn is_cheap(own: &Played, bound: f64) -> bool {
    own.passed() && own.cost <= bound + SAME_COST
}

/// Whether a build is robust, as far as it was tried: none while seeds are still out, false as soon as one fails.
pub fn is_robust(others: &[Played]) -> Option<bool> {
    match others.iter().all(Played::passed) {
        false => Some(false),
        true => (others.len() as u64 >= ROBUST_SEEDS).then_some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::super::played::PlayedGoal;
    use super::*;

    fn played(met: bool, cost: f64) -> Played {
        let goals = vec![PlayedGoal { text: "g".to_owned(), met, value: String::new() }];
        Played { seed: 1, trace_hash: String::new(), goals, cost, stopped: None }
    }

    #[test]
    fn cheap_and_robust() {
        let check = |met, cost, bound, expected| assert_eq!(is_cheap(&played(met, cost), bound), expected, "{cost}");
        check(true, 1.0, 1.0, true);
        check(true, 0.1 + 0.2, 0.3, true);
        check(true, 1.01, 1.0, false);
        check(false, 0.5, 1.0, false);
        let of = |met: &[bool]| is_robust(&met.iter().map(|met| played(*met, 1.0)).collect::<Vec<_>>());
        assert_eq!((of(&[]), of(&[true; 4]), of(&[true; 5])), (None, None, Some(true)));
        assert_eq!(of(&[true, false]), Some(false));
        assert_eq!(robust_seeds(u64::MAX).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert!(!Played { goals: Vec::new(), ..played(true, 1.0) }.passed(), "nothing is met for want of goals");
    }

    #[test]
    fn bounds_in_front_matter() {
        let check = |text: &str, cost: Option<f64>, problems: usize| {
            let mut findings = Findings::default();
            let rules = StarRules::read(&Node::parse(text, &mut findings), &mut findings);
            assert_eq!((rules.cost, findings.0.len()), (cost, problems), "{text}");
        };
        check("", None, 0);
        check("[stars]\ncost = \"<= $2/h\"", Some(2.0), 0);
        check("[stars]\ncost = \"$2.50\"", Some(2.5), 0);
        check("[stars]\ncost = \"cheap\"\ncots = 1", None, 2);
        check("stars = 3", None, 1);
    }
}
