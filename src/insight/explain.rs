//! The explanation of a run: its incidents, and the reasons for which attempts came to grief.

use serde::{Deserialize, Serialize};

use crate::metrics::Recording;
use crate::sim::Scenario;
use crate::units::Time;

use super::incident::words::{number, percent};
use super::{Incident, Ranked, incidents, ranked};

/// Why a run went as it did. Places are indices of the recording's parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Up to where the run was known.
    pub until: Time,
    /// How it went for users.
    pub users: Fate,
    /// When users were hurt, and why; in order of time.
    pub incidents: Vec<Incident>,
    /// The reasons for which attempts came to grief, over the whole run, the most frequent first.
    pub reasons: Vec<Ranked>,
}

/// How requests ended for users: exact counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is told of at the field of the same name of `Answers`")]
pub struct Fate {
    pub issued: u64,
    pub refreshes: u64,
    pub succeeded: u64,
    pub degraded: u64,
    pub timed_out: u64,
    pub refused: u64,
    pub shed: u64,
    pub failed: u64,
}

impl Fate {
    fn of(recording: &Recording) -> Fate {
        let mut fate = Fate::default();
        for answers in recording.frames.iter().flat_map(|frame| &frame.users) {
            fate.issued += u64::from(answers.issued);
            fate.refreshes += u64::from(answers.refreshes);
            fate.succeeded += u64::from(answers.succeeded);
            fate.degraded += u64::from(answers.degraded);
            fate.timed_out += u64::from(answers.timed_out);
            fate.refused += u64::from(answers.refused);
            fate.shed += u64::from(answers.shed);
            fate.failed += u64::from(answers.failed);
        }
        fate
    }

    /// Requests that ended without a good answer.
    pub fn lost(&self) -> u64 {
        self.timed_out + self.refused + self.shed + self.failed
    }

    /// In words: how many failed, and how.
    pub fn words(&self) -> String {
        let ended = self.lost() + self.succeeded;
        let share = if ended > 0 { self.lost() as f64 / ended as f64 } else { 0.0 };
        let told = |count: u64| number(count as f64);
        if self.lost() == 0 {
            return format!("All of the {} requests that ended got an answer", told(ended));
        }
        let ways = [
            (self.timed_out, "given up on"),
            (self.refused, "refused"),
            (self.shed, "turned away"),
            (self.failed, "failed"),
        ];
        let ways: Vec<String> =
            ways.iter().filter(|(count, _)| *count > 0).map(|(count, way)| format!("{} {way}", told(*count))).collect();
        format!(
            "{} of {} requests that ended got no answer ({}): {}",
            told(self.lost()),
            told(ended),
            percent(share),
            ways.join(", ")
        )
    }
}

impl Explanation {
    /// Explains what is known of a run.
    pub fn of(recording: &Recording, scenario: &Scenario) -> Explanation {
        let until = recording.end();
        Explanation {
            until,
            users: Fate::of(recording),
            incidents: incidents(recording, scenario),
            reasons: ranked(recording, scenario.design_at(until), Time::ZERO..until),
        }
    }

    /// The incident that hurt most.
    pub fn worst(&self) -> Option<&Incident> {
        self.incidents.iter().max_by(|a, b| a.harm.lost.total_cmp(&b.harm.lost))
    }
}

impl Incident {
    /// The root cause in one sentence, and the limit that was reached because of it.
    pub fn headline(&self) -> String {
        let root = &self.entries[self.root];
        let told = |entry: &super::Entry| match entry.evidence.as_str() {
            "" => entry.sentence.clone(),
            evidence => format!("{} ({evidence})", entry.sentence),
        };
        let mut words = told(root);
        if let Some(limit) = self.limit {
            words += &format!(". The first limit reached: {}", told(&self.entries[limit]));
        }
        if let Some(sustained) = self.sustained {
            words += &format!(". It outlived its cause: {}", told(&self.entries[sustained]));
        }
        words + "."
    }
}

/// A count with a comma between thousands.
pub fn thousands(count: u64) -> String {
    number(count as f64)
}
