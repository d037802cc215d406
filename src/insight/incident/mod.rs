//! Why users were hurt: the incidents of a run, each told as a chain of causes from what an operator could see.
//!
//! An incident is a stretch in which errors, latency or the age of messages are well above the calm before. All that is
//! out of the ordinary around it is looked for ([`findings`]); what may follow from what is decided by what it is and
//! how the parts are wired ([`link`]); the root is what came first from outside, or else a limit that was reached.

mod digest;
mod findings;
mod limits;
mod link;
mod over;
mod pain;
mod what;
mod wires;
pub(super) mod words;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::design::Kind;
use crate::metrics::Recording;
use crate::sim::Scenario;
use crate::units::Time;

use digest::{Digest, at};
use findings::{Finding, Search};
pub use what::{Place, Role, What};

/// Incidents that are told of one run, at most; those that hurt most.
const INCIDENTS_MAX: usize = 8;
/// Causes are looked for this many seconds before users are hurt.
const LEAD: usize = 30;
/// Entries of one timeline at most; causes and what leads to the users come first.
const ENTRIES_MAX: usize = 24;

/// A stretch in which users were hurt, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// From when on users were hurt.
    pub start: Time,
    /// Until when; the end of the recording if it was not over by then.
    pub end: Time,
    /// Whether users got their answers again.
    pub recovered: bool,
    /// What it did to users.
    pub harm: Harm,
    /// The entry that began it.
    pub root: usize,
    /// The limit that was reached because of it, if one was: an entry.
    pub limit: Option<usize>,
    /// The entry that kept it going after the cause was over, if it did.
    pub sustained: Option<usize>,
    /// What happened, in order of time.
    pub entries: Vec<Entry>,
}

/// What an incident did to users, in counts of the whole stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Harm {
    /// Requests that ended without a good answer.
    pub lost: f64,
    /// Requests answered.
    pub succeeded: f64,
    /// The greatest share of failures in two seconds.
    pub worst: f64,
    /// The greatest 95th percentile of latency in a second, in seconds.
    pub p95: f64,
    /// The same in the calm before, in seconds; none if there was no calm.
    pub usual_p95: Option<f64>,
}

/// One step of a chain of causes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it began.
    pub at: Time,
    /// What it is.
    pub what: What,
    /// Where; none for all users.
    pub place: Option<Place>,
    /// What happened, as a sentence without its full stop.
    pub sentence: String,
    /// The figures that show it.
    pub evidence: String,
    /// The entry it follows from.
    pub because: Option<usize>,
}

/// The incidents of a run, in order of time.
pub fn incidents(recording: &Recording, scenario: &Scenario) -> Vec<Incident> {
    let digest = Digest::of(recording);
    let of_kind = |index: &u32| {
        let name = &recording.parts.components[*index as usize];
        scenario.designs().any(|(_, design)| matches!(design.component(name).map(|c| &c.kind), Some(Kind::Queue(_))))
    };
    let queues: Vec<u32> = (0..recording.parts.components.len() as u32).filter(of_kind).collect();
    let stretches = pain::stretches(&digest, &queues);
    let mut told: Vec<Incident> = Vec::new();
    for (number, stretch) in stretches.iter().enumerate() {
        let before = number.checked_sub(1).map_or(0, |before| stretches[before].end);
        told.extend(explain(recording, scenario, &digest, before, stretch));
    }
    while told.len() > INCIDENTS_MAX {
        let hurt = |incident: &Incident| incident.harm.lost + incident.end.since(incident.start).as_secs_f64();
        let least = (0..told.len()).min_by(|a, b| hurt(&told[*a]).total_cmp(&hurt(&told[*b])));
        told.remove(least.expect("there are some"));
    }
    told
}

fn explain(
    recording: &Recording,
    scenario: &Scenario,
    digest: &Digest,
    calm_from: usize,
    pain: &Range<usize>,
) -> Option<Incident> {
    // The first second of a run fills pipes: it is no measure of anything.
    let calm = calm_from.max(1).min(pain.start)..pain.start;
    let window = pain.start.saturating_sub(LEAD).max(calm_from)..pain.end;
    let design = scenario.design_at(at(pain.start));
    let search = Search { recording, digest, design, calm: calm.clone(), window, found: Vec::new() };
    let found = search.everything();
    let links = link::links(&found, &recording.parts);
    let root = link::root(&found, &links, pain)?;
    let harm = harm(digest, &calm, pain);
    let recovered = pain.end + 2 < digest.seconds;
    let mut incident = Incident {
        start: at(pain.start),
        end: at(pain.end),
        recovered,
        harm,
        root,
        limit: None,
        sustained: None,
        entries: entries(recording, &found, &links, root),
    };
    incident.add_users(digest, pain);
    incident.add_ending(recording, digest, pain, &calm);
    incident.settle();
    Some(incident)
}

fn harm(digest: &Digest, calm: &Range<usize>, pain: &Range<usize>) -> Harm {
    let users = &digest.users[pain.clone()];
    let usual = digest.users[calm.clone()].iter().filter_map(|users| users.p95);
    Harm {
        lost: users.iter().map(|users| users.lost).sum(),
        succeeded: users.iter().map(|users| users.succeeded).sum(),
        worst: pain.clone().map(|second| pain::error_share(digest, second)).fold(0.0, f64::max),
        p95: users.iter().filter_map(|users| users.p95).fold(0.0, f64::max),
        usual_p95: digest::median(usual.collect()),
    }
}

fn entries(recording: &Recording, found: &[Finding], links: &[Option<usize>], root: usize) -> Vec<Entry> {
    let entry = |(index, finding): (usize, &Finding)| Entry {
        at: finding.at,
        what: finding.what,
        place: Some(finding.place),
        sentence: words::sentence(finding.what, &words::place(finding.place, &recording.parts)),
        evidence: finding.evidence.clone(),
        because: links[index].filter(|_| index != root),
    };
    found.iter().enumerate().map(entry).collect()
}

impl Incident {
    /// How the users fare: when it began to hurt, and when most of them got nothing.
    fn add_users(&mut self, digest: &Digest, pain: &Range<usize>) {
        let harm = self.harm;
        let latency = match harm.usual_p95 {
            Some(usual) => words::changed("95 % of answers within", usual, harm.p95, words::seconds),
            None => format!("95 % of answers within {}", words::seconds(harm.p95)),
        };
        let lost = format!("{} requests without an answer", words::number(harm.lost));
        let evidence = if harm.lost > 0.0 { format!("{lost}; {latency}") } else { latency };
        let because = self.last_step_before(at(pain.start));
        self.push(at(pain.start), What::UsersHurt, None, evidence, because);
        let half = pain.clone().find(|second| pain::error_share(digest, *second) >= 0.5);
        if let Some(second) = half {
            let evidence = format!("{} of requests end without an answer", words::percent(harm.worst));
            let hurt = self.entries.len() - 1;
            self.push(at(second), What::Collapsed, None, evidence, Some(hurt));
        }
    }

    /// What reaches the users: of the effects of the root that were there when they were hurt, the one furthest along.
    fn last_step_before(&self, hurt: Time) -> Option<usize> {
        let reached = |index: &usize| self.chain(*index).last() == Some(&self.root);
        let hurts = |index: &usize| {
            let entry = &self.entries[*index];
            let reactions = [What::Retries, What::Reloads, What::BreakerOpened, What::TakenOut];
            entry.at < hurt + Time::from_secs(1) && !reactions.contains(&entry.what)
        };
        let steps = (0..self.entries.len()).filter(hurts).filter(reached);
        let longest = steps.max_by_key(|index| (self.chain(*index).len(), std::cmp::Reverse(*index)));
        longest.or(Some(self.root))
    }

    /// An entry and the ones it follows from, up to the first.
    pub fn chain(&self, index: usize) -> Vec<usize> {
        let mut chain = vec![index];
        let mut next = self.entries[index].because;
        while let Some(cause) = next.filter(|_| chain.len() <= self.entries.len()) {
            chain.push(cause);
            next = self.entries[cause].because;
        }
        chain
    }

    fn push(&mut self, at: Time, what: What, place: Option<Place>, evidence: String, because: Option<usize>) {
        let sentence = words::sentence(what, "");
        self.entries.push(Entry { at, what, place, sentence, evidence, because });
    }

    /// Whether the cause is over, whether the harm outlives it, and whether it ends.
    fn add_ending(&mut self, recording: &Recording, digest: &Digest, pain: &Range<usize>, calm: &Range<usize>) {
        let root = &self.entries[self.root];
        let name = root.place.map_or("the users".to_owned(), |place| words::place(place, &recording.parts));
        let over = over::over(recording, digest, root, pain, calm);
        let feeds = |entry: &Entry| matches!(entry.what, What::Retries | What::Reloads);
        if let Some(second) = over.filter(|second| *second < pain.end) {
            self.push(at(second), What::CauseOver, root.place, String::new(), Some(self.root));
            let last = self.entries.len() - 1;
            self.entries[last].sentence = words::sentence(What::CauseOver, &name);
            let outlives = pain.end.saturating_sub(second) >= 8;
            let feeder = self.entries.iter().position(feeds);
            if let Some(feeder) = feeder.filter(|_| outlives) {
                self.sustained = Some(feeder);
                let place = self.entries[feeder].place;
                let told = place.map_or(String::new(), |place| words::place(place, &recording.parts));
                let evidence = format!("users are hurt for {} s more", pain.end - second);
                self.push(at(second + 5), What::StaysDown, place, evidence, Some(feeder));
                let last = self.entries.len() - 1;
                self.entries[last].sentence = words::sentence(What::StaysDown, &told);
            }
        }
        if self.recovered {
            let evidence = format!("after {} s", pain.len());
            self.push(at(pain.end), What::Recovered, None, evidence, None);
        }
    }

    /// Puts the entries in order, leaves out those that explain nothing, and finds the limit.
    fn settle(&mut self) {
        Incident::put_causes_first(&mut self.entries);
        let keep: Vec<usize> = self.worth_telling();
        let place = |index: usize| keep.iter().position(|kept| *kept == index);
        let mut entries: Vec<Entry> = keep.iter().map(|index| self.entries[*index].clone()).collect();
        for entry in &mut entries {
            // Of a cause that is left out, its own cause.
            while let Some(because) = entry.because.filter(|because| place(*because).is_none()) {
                entry.because = self.entries[because].because;
            }
            entry.because = entry.because.and_then(place);
        }
        self.root = place(self.root).expect("the root is told");
        self.sustained = self.sustained.and_then(place);
        self.entries = entries;
        let limits = self.entries.iter().enumerate().filter(|(_, entry)| entry.what.role() == Role::Limit);
        let caused = |(index, _): &(usize, &Entry)| *index != self.root && self.chain(*index).contains(&self.root);
        self.limit = limits.filter(caused).map(|(index, _)| index).next();
    }

    /// What shows by the second may seem to begin after what follows from it: a cause is no later than its effect.
    fn put_causes_first(entries: &mut [Entry]) {
        let second = |at: Time| at.0 / 1_000_000_000;
        for index in 0..entries.len() {
            let (mut effect, mut steps) = (index, 0);
            while let Some(cause) = entries[effect].because.filter(|_| steps < entries.len()) {
                let (began, followed) = (entries[cause].at, entries[effect].at);
                match began > followed {
                    true if second(began) == second(followed) => entries[effect].at = began,
                    true => entries[cause].at = followed,
                    false => {}
                }
                (effect, steps) = (cause, steps + 1);
            }
        }
    }

    /// The entries to tell, in order of time: what is on a chain from the root, and the users; then others, while there is room.
    fn worth_telling(&self) -> Vec<usize> {
        let concerned = |index: usize| {
            let users = self.entries[index].what.role() == Role::Users;
            // What broke on its own in the middle of it is told, too.
            let source = self.chain(index).last().map(|source| self.entries[*source].what.role());
            users || self.chain(index).contains(&self.root) || source == Some(Role::Trigger)
        };
        let mut keep: Vec<usize> = (0..self.entries.len()).filter(|index| concerned(*index)).collect();
        let users = |index: &usize| self.entries[*index].what.role() == Role::Users;
        while keep.len() > ENTRIES_MAX {
            let spare =
                keep.iter().rposition(|index| !users(index) && *index != self.root && Some(*index) != self.sustained);
            keep.remove(spare.expect("there are more than the users'"));
        }
        // Figures are told by the second: within one, a cause comes before what follows from it.
        let second = |index: usize| self.entries[index].at.0 / 1_000_000_000;
        let place = |index: usize| (second(index), self.chain(index).len(), self.entries[index].at);
        crate::units::put_in_order(&mut keep, |a, b| place(*a) < place(*b));
        keep
    }
}
