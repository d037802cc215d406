//! Checks a goal against a design: what it names must be there and be of a kind that has such a figure.

use crate::design::{Design, Kind, suggest};

use super::metric::SubjectKind;
use super::{Comparison, Goal, GoalError, Hold, SLIDE, Scope, Subject, Unit};

impl Goal {
    /// Whether a run of this design can show the goal's figure; otherwise why not.
    pub fn check(&self, design: &Design) -> Result<(), GoalError> {
        self.check_figure(design)?;
        self.check_bound()
    }

    /// A goal that every run meets, or none, is a slip of the pen.
    fn check_bound(&self) -> Result<(), GoalError> {
        let most = if self.metric.info().unit == Unit::Share { 1.0 } else { f64::INFINITY };
        let bound = self.bound;
        let (always, never) = match self.comparison {
            Comparison::Less => (bound > most, bound <= 0.0),
            Comparison::AtMost => (bound >= most, bound < 0.0),
            Comparison::More => (bound < 0.0, bound >= most),
            Comparison::AtLeast => (bound <= 0.0, bound > most),
            Comparison::Equal => (false, !(0.0..=most).contains(&bound)),
        };
        let (message, hint) = match (always, never) {
            (true, _) => ("this is so in every run", "set a bound that a run can miss"),
            (_, true) => ("this is so in no run", "set a bound that a run can meet"),
            _ => return Ok(()),
        };
        // The last sign: a wire's name has one, too.
        let column = self.text.rfind(['<', '>', '=']).map_or(1, |byte| self.text[..byte].chars().count() + 1);
        Err(GoalError { column, message: message.to_owned(), hint: hint.to_owned() })
    }

    /// Whether a run of this design can show the figure; the bound is not looked at.
    pub fn check_figure(&self, design: &Design) -> Result<(), GoalError> {
        self.check_subject(design).map_err(|(message, hint)| self.error_at("(", message, hint))?;
        self.check_scope(design)
    }

    fn check_subject(&self, design: &Design) -> Result<(), (String, String)> {
        let info = self.metric.info();
        let name = match &self.subject {
            Subject::Design => return Ok(()),
            Subject::Wire(from, to) => return check_wire(design, from, to),
            Subject::Named(name) => name,
        };
        let fits = |kind: &Kind| match (info.of, kind) {
            (SubjectKind::Users, Kind::Clients(_)) => true,
            (SubjectKind::Users, _) => false,
            (SubjectKind::Station, Kind::Clients(_) | Kind::Dns(_) | Kind::ShardRouter(_)) => false,
            // A balancer works only where it has cores or slots to run out of.
            (SubjectKind::Station, Kind::LoadBalancer(balancer)) => {
                balancer.cores.is_some() || balancer.concurrency.is_some()
            }
            (SubjectKind::Callee, Kind::Clients(_)) => false,
            (SubjectKind::Cache | SubjectKind::UsersOrCache, Kind::LoadBalancer(balancer)) => balancer.cache.is_some(),
            (SubjectKind::Cache, kind) => matches!(kind, Kind::Cache(_) | Kind::Cdn(_) | Kind::Database(_)),
            (SubjectKind::UsersOrCache, kind) => {
                matches!(kind, Kind::Clients(_) | Kind::Cache(_) | Kind::Cdn(_) | Kind::Database(_))
            }
            (SubjectKind::Kinds(kinds), kind) => kinds.contains(&kind.word()),
            (SubjectKind::Station | SubjectKind::Callee | SubjectKind::Caller | SubjectKind::Design, _) => true,
        };
        let classes = design.classes.iter().map(|class| class.name.as_str()).filter(|_| info.of == SubjectKind::Users);
        match design.component(name) {
            Some(component) if fits(&component.kind) => return Ok(()),
            None if classes.clone().any(|class| class == name) => return Ok(()),
            _ => {}
        }
        let fitting = design.components.iter().filter(|component| fits(&component.kind));
        let known = fitting.map(|component| component.name.as_str()).chain(classes);
        let message = match design.component(name) {
            Some(component) => {
                format!(
                    "`{}` cannot be taken of `{name}`, a {}",
                    info.word,
                    component.kind.label().to_ascii_lowercase()
                )
            }
            None => format!("there is no `{name}` to take `{}` of", info.word),
        };
        Err((message, suggest(name, known)))
    }

    fn check_scope(&self, design: &Design) -> Result<(), GoalError> {
        let length = match &self.scope {
            Scope::During(name) => match design.spans.iter().find(|span| span.name == *name) {
                Some(span) if span.to <= design.duration => span.to - span.from,
                Some(span) => {
                    let message = format!("span `{name}` ends at {}, after the run ({})", span.to, design.duration);
                    return Err(self.error_at("during", message, "end it earlier or lengthen `duration`"));
                }
                None => {
                    let known = design.spans.iter().map(|span| span.name.as_str());
                    return Err(self.error_at("during", format!("there is no span `{name}`"), suggest(name, known)));
                }
            },
            Scope::After(time) if *time >= design.duration => {
                let message = format!("the run is over by then: it takes {}", design.duration);
                return Err(self.error_at("after", message, "write an earlier time"));
            }
            Scope::After(time) => design.duration - *time,
            Scope::Whole | Scope::AtEnd => design.duration,
        };
        match self.hold {
            Hold::For(_) | Hold::Ever | Hold::Always if length < SLIDE => {
                let message = format!("{length} are too short for `for`, `ever` and `always`");
                Err(self.error_at("", message, format!("they look at a sliding {SLIDE}")))
            }
            Hold::For(time) if time > length => {
                let message = format!("`for {time}` is longer than the {length} there are");
                Err(self.error_at("for ", message, "write a shorter time"))
            }
            _ => Ok(()),
        }
    }

    fn error_at(&self, landmark: &str, message: impl Into<String>, hint: impl Into<String>) -> GoalError {
        let column = self.text.find(landmark).map_or(1, |byte| self.text[..byte].chars().count() + 1);
        GoalError { column, message: message.into(), hint: hint.into() }
    }
}

fn check_wire(design: &Design, from: &str, to: &str) -> Result<(), (String, String)> {
    if design.wire(from, to).is_some() {
        return Ok(());
    }
    let names: Vec<String> = design.wires.iter().map(|wire| wire.name()).collect();
    let wanted = format!("{from} -> {to}");
    Err((format!("there is no wire `{wanted}`"), suggest(&wanted, names.iter().map(String::as_str))))
}
