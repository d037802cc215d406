//! `run --explain` and `run --postmortem`: why a run went as it did, in words, as JSON, and as a page.

mod pressure;

use std::fmt::Write;

use serde_json::{Value, json};

use crate::design::Design;
use crate::insight::{Explanation, Incident, clock, place_name, post_mortem};
use crate::metrics::Recording;
use crate::sim::Scenario;

/// Reasons that are listed.
const REASONS: usize = 10;

/// A run that was kept, to be explained.
pub struct Explained {
    recording: Recording,
    design: Design,
    explanation: Explanation,
}

impl Explained {
    /// Explains a run of this design.
    pub fn of(recording: Recording, design: &Design) -> Explained {
        let explanation = Explanation::of(&recording, &Scenario::of(design.clone()));
        Explained { recording, design: design.clone(), explanation }
    }

    /// The explanation for a terminal.
    pub fn in_words(&self) -> String {
        let mut out = format!("\nwhy\n  {}.\n", self.explanation.users.words());
        if self.explanation.incidents.is_empty() {
            out += "  Users were never hurt.\n";
        }
        for incident in &self.explanation.incidents {
            self.incident(&mut out, incident);
        }
        let reasons = &self.explanation.reasons;
        if !reasons.is_empty() {
            out += "\nreasons, by attempts that came to grief\n";
        }
        for row in reasons.iter().take(REASONS) {
            _ = writeln!(out, "  {:>10}  {}", row.count, row.words);
        }
        out + &pressure::in_words(&self.design, &self.recording.parts, &self.recording.frames)
    }

    fn incident(&self, out: &mut String, incident: &Incident) {
        let end = if incident.recovered { clock(incident.end) } else { "the end".to_owned() };
        _ = writeln!(out, "\nincident from {} to {end}", clock(incident.start));
        _ = writeln!(out, "  root cause: {}", incident.headline());
        for (number, entry) in incident.entries.iter().enumerate() {
            let evidence = if entry.evidence.is_empty() { String::new() } else { format!(": {}", entry.evidence) };
            let because = match entry.because {
                Some(because) => format!(" (because of {})", because + 1),
                None if number == incident.root => " (root cause)".to_owned(),
                None => String::new(),
            };
            _ = writeln!(out, "  {:>3}. {:>7}  {}{evidence}{because}", number + 1, clock(entry.at), entry.sentence);
        }
    }

    /// The explanation as JSON.
    pub fn json(&self) -> Value {
        let parts = &self.recording.parts;
        let reasons = self.explanation.reasons.iter().map(|row| {
            json!({ "why": row.why.word(), "place": place_name(row.place, parts), "count": row.count, "words": row.words,
                    "term": row.why.term() })
        });
        let mut object = json!({
            "summary": self.explanation.users.words(),
            "incidents": self.explanation.incidents.iter().map(|incident| self.incident_json(incident)).collect::<Vec<_>>(),
            "reasons": reasons.collect::<Vec<_>>(),
        });
        let more = pressure::json(&self.design, parts, &self.recording.frames);
        if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
            object.extend(more);
        }
        object
    }

    fn incident_json(&self, incident: &Incident) -> Value {
        let name = |place| place_name(place, &self.recording.parts);
        let root = &incident.entries[incident.root];
        let entries = incident.entries.iter().map(|entry| {
            json!({ "at_s": entry.at.as_secs_f64(), "what": entry.what.word(), "place": entry.place.map(name),
                    "sentence": entry.sentence, "evidence": entry.evidence, "because": entry.because,
                    "term": entry.what.term() })
        });
        json!({
            "start_s": incident.start.as_secs_f64(), "end_s": incident.end.as_secs_f64(), "recovered": incident.recovered,
            "root": { "what": root.what.word(), "place": root.place.map(name), "words": incident.headline() },
            "limit": incident.limit, "sustained_by": incident.sustained,
            "lost": incident.harm.lost, "worst_error_share": incident.harm.worst, "worst_p95_s": incident.harm.p95,
            "timeline": entries.collect::<Vec<_>>(),
        })
    }

    /// The page about it, in Markdown.
    pub fn post_mortem(&self, title: &str) -> String {
        post_mortem(title, &self.explanation, &self.recording, &self.design)
    }
}
