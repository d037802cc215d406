//! When a hint opens: by what the learner's own run shows, in the words of goals.

use super::goal::{Goal, GoalError, Hold, Metric, Scope, Standing, State};

/// What a run must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// As its author wrote it.
    pub text: String,
    /// The goal to watch, as an index of [`super::Lesson::watched`].
    pub watch: usize,
    /// The goal must be missed, not met.
    pub missed: bool,
}

impl When {
    /// Reads `GOAL` or `missed GOAL`. A goal without a window need hold for one second only.
    pub(super) fn read(text: &str, watched: &mut Vec<Goal>) -> Result<When, GoalError> {
        let rest = text.strip_prefix("missed").filter(|rest| rest.starts_with(char::is_whitespace));
        let goal_text = rest.map_or(text, str::trim_start);
        let before = text[..text.len() - goal_text.len()].chars().count();
        let mut goal: Goal = goal_text.parse().map_err(|error: GoalError| error.shifted(before))?;
        let bare = goal.scope == Scope::Whole && goal.hold == Hold::Overall && goal.metric != Metric::Cost;
        if bare && rest.is_none() {
            goal.hold = Hold::Ever;
        }
        watched.push(goal);
        Ok(When { text: text.to_owned(), watch: watched.len() - 1, missed: rest.is_some() })
    }

    /// Whether the run showed it; `watched` is how the lesson's watched goals stand.
    pub fn shown(&self, watched: &[Standing]) -> bool {
        let wanted = if self.missed { State::Missed } else { State::Met };
        watched.get(self.watch).is_some_and(|standing| standing.state == wanted)
    }
}
