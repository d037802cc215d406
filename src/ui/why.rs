//! Why it failed: the root cause, the chain of events with a way to each moment and part, and the reasons by count.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

use crate::design::Target;
use crate::editor::Msg;
use crate::editor::player::{Phase, Player, PlayerMessage};
use crate::insight::{Entry, Explanation, Incident, Place, Ranked, Role, What, clock, thousands};
use crate::lesson::write_scenario;
use crate::sim::Parts;
use crate::units::Time;

use super::element::view;
use super::live::live;
use super::postmortem::PostMortem;
use super::protocol::{Finding, Study};
use super::run::{Run, use_run};
use super::session::{Session, use_session};
use super::signal::{Memo, RwSignal, effect};
use super::study::StudyRoom;

/// Reasons that are listed.
const REASONS: usize = 12;
/// Steps of a chain that are set off to the right.
const DEPTH_MAX: usize = 6;

/// What is known of the run's causes.
#[derive(Clone, Default)]
struct Told {
    /// The explanation, and the post-mortem in Markdown.
    explained: Option<Arc<(Explanation, String)>>,
    /// A study is under way.
    busy: bool,
    /// Why there is no explanation.
    problem: Option<String>,
    /// What was explained, or is being: the take, and up to when.
    of: Option<((u32, u32), Time)>,
}

/// The view.
#[component]
pub fn Why() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let (told, shown) = (RwSignal::new(Told::default()), RwSignal::new(0));
    let page = RwSignal::new(false);
    look_when_it_stands(run, session, told, shown);
    let status = move || {
        let (playing, started) = (session.playing.get(), run.player.with(Player::started));
        told.with(|told| match (&told.problem, &told.explained) {
            (Some(problem), _) => format!("It cannot be explained: {problem}"),
            _ if told.busy => "Looking for causes …".to_owned(),
            (_, None) if !started => {
                "Play the run. When it is paused or over, this tells why users were hurt.".to_owned()
            }
            (_, None) => "Pause the run to see why users were hurt.".to_owned(),
            (_, Some(_)) if playing => "The run goes on; pause it to look again.".to_owned(),
            _ => String::new(),
        })
    };
    let explained = Memo::new(move |_| told.with(|told| told.explained.as_ref().map(|told| ByAddress(told.clone()))));
    view! {
        <section class="why" aria-label="Why it failed">
            <p class="why-status soft" role="status">{status}</p>
            {live(move || explained.get().map(|told| explanation(session, run, &told.0.0, shown, page)))}
            {live(move || explained.get().map(|told| view! { <PostMortem open=page text=told.0.1.clone() /> }))}
        </section>
    }
}

/// Equal only if it is the very same.
#[derive(Clone)]
struct ByAddress(Arc<(Explanation, String)>);

impl PartialEq for ByAddress {
    fn eq(&self, other: &ByAddress) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Begins a study whenever the run stands still and is not the one that was explained.
fn look_when_it_stands(run: Run, session: Session, told: RwSignal<Told>, shown: RwSignal<usize>) {
    let room = StudyRoom::new();
    effect(move || {
        run.beat.track();
        run.reset_count.track();
        session.playing.track();
        run.trouble.track();
        let end = session.recording.with_value(|recording| recording.end());
        let of = (run.generation(), end);
        let known = told.with(|told| told.of);
        if end == Time::ZERO {
            if known.is_some() {
                told.set(Told::default());
            }
            return;
        }
        let under_way = told.with_untracked(|told| told.busy) && known.is_some_and(|known| known.0 == of.0);
        if !stands(run, end) || known == Some(of) || under_way {
            return;
        }
        told.update(|told| (told.busy, told.of, told.problem) = (true, Some(of), None));
        let asked = Study::Explain(run.scenario.with_value(write_scenario), end);
        room.begin(asked, move |finding| hear(finding, session, told, shown));
    });
}

/// Whether nothing moves, and all that is wanted of the run is recorded: while it still grows, its worker needs the time.
fn stands(run: Run, end: Time) -> bool {
    let stopped = run.trouble.with_untracked(Option::is_some);
    run.player.with_untracked(|player| {
        matches!(player.phase(), Phase::Paused | Phase::Ended) && (end >= player.wanted() || stopped)
    })
}

fn hear(finding: Finding, session: Session, told: RwSignal<Told>, shown: RwSignal<usize>) {
    match finding {
        Finding::Explained(explanation, page) => {
            let worst = explanation.worst();
            session.announcement.set(match worst {
                Some(worst) => format!("Root cause: {}", worst.headline()),
                None => "Users were never hurt.".to_owned(),
            });
            let worst = worst.and_then(|worst| explanation.incidents.iter().position(|incident| incident == worst));
            shown.set(worst.unwrap_or(0));
            told.update(|told| told.explained = Some(Arc::new((*explanation, page))));
        }
        Finding::Failed(problems) => told.update(|told| (told.busy, told.problem) = (false, Some(problems.join("\n")))),
        Finding::Done => told.update(|told| told.busy = false),
        _ => {}
    }
}

fn explanation(
    session: Session,
    run: Run,
    explanation: &Explanation,
    shown: RwSignal<usize>,
    page: RwSignal<bool>,
) -> AnyView {
    let parts = session.recording.with_value(|recording| recording.parts.clone());
    let words = format!("{}.", explanation.users.words());
    let incidents = explanation.incidents.clone();
    let tabs: Vec<AnyView> =
        incidents.iter().enumerate().map(|(index, incident)| incident_tab(index, incident, shown)).collect();
    let calm = incidents.is_empty().then(|| view! { <p class="why-calm">"Users were never hurt in this run."</p> });
    let several = incidents.len() > 1;
    let body = live(move || incidents.get(shown.get()).map(|incident| timeline(session, run, incident, &parts)));
    view! {
        <div class="why-columns">
            <div class="why-main">
                <div class="why-head">
                    <p class="why-summary">{words}</p>
                    <button class="text-button" on:click=move |_| page.set(true)>"Post-mortem"</button>
                </div>
                {several.then(|| view! { <div class="why-incidents" role="group" aria-label="Incidents">{tabs}</div> })}
                {calm}
                {body}
            </div>
            {reasons(explanation)}
        </div>
    }
    .into_any()
}

fn incident_tab(index: usize, incident: &Incident, shown: RwSignal<usize>) -> AnyView {
    let end = if incident.recovered { clock(incident.end) } else { "end".to_owned() };
    let words = format!("{} – {end}", clock(incident.start));
    view! {
        <button class="chip" aria-pressed=move || (shown.get() == index).to_string() on:click=move |_| shown.set(index)>
            {words}
        </button>
    }
    .into_any()
}

fn timeline(session: Session, run: Run, incident: &Incident, parts: &Parts) -> AnyView {
    let steps: Vec<AnyView> =
        (0..incident.entries.len()).map(|index| step(session, run, incident, index, parts)).collect();
    view! {
        <div class="why-root">
            <h3>"Root cause"</h3>
            <p>{incident.headline()}</p>
        </div>
        <ol class="why-steps" aria-label="What happened, in order">{steps}</ol>
    }
    .into_any()
}

fn step(session: Session, run: Run, incident: &Incident, index: usize, parts: &Parts) -> AnyView {
    let entry = &incident.entries[index];
    let is_root = index == incident.root;
    let depth = (incident.chain(index).len() - 1).min(DEPTH_MAX);
    let because = entry.because.map(|because| format!("because: {}", incident.entries[because].sentence));
    let (role, sign) = role_of(entry, is_root);
    let target = entry.place.and_then(|place| target(place, parts));
    let at = entry.at;
    let go = move |_| {
        run.ask(PlayerMessage::Seek(at));
        if let Some(target) =
            target.clone().filter(|target| session.with_untracked_design(|design| has(design, target)))
        {
            session.dispatch(Msg::Focused(target));
        }
    };
    let term = entry.what.term().map(term_link);
    view! {
        <li class=format!("why-step {role}") style=format!("--depth: {depth}")>
            <button on:click=go>
                <span class="why-time">{clock(at)}</span>
                <span class="why-sign" aria-hidden="true">{sign}</span>
                <span class="why-words">
                    <span class="why-role">{role}</span>
                    <span class="why-sentence">{entry.sentence.clone()}</span>
                    <span class="why-evidence">{entry.evidence.clone()}</span>
                    {because.map(|because| view! { <span class="why-because">"↳ "{because}</span> })}
                </span>
            </button>
            {term}
        </li>
    }
    .into_any()
}

/// The word and the sign of an entry's role.
fn role_of(entry: &Entry, is_root: bool) -> (&'static str, &'static str) {
    match entry.what.role() {
        _ if is_root => ("cause", "✱"),
        Role::Trigger => ("fault", "✕"),
        Role::Demand => ("demand", "▲"),
        Role::Limit => ("limit", "■"),
        Role::Effect => ("spread", "→"),
        Role::Users if entry.what == What::Recovered => ("recovery", "✓"),
        Role::Users => ("users", "●"),
    }
}

/// The part of the drawing that a place is.
fn target(place: Place, parts: &Parts) -> Option<Target> {
    let name = |index: u32| parts.components.get(index as usize).cloned();
    match place {
        Place::Component(index) => Some(Target::Component(name(index)?)),
        Place::Wire(index) => {
            let (from, to) = *parts.wires.get(index as usize)?;
            Some(Target::Wire(name(from)?, name(to)?))
        }
    }
}

fn has(design: &crate::design::Design, target: &Target) -> bool {
    match target {
        Target::Component(name) => design.component(name).is_some(),
        Target::Wire(from, to) => design.wire(from, to).is_some(),
    }
}

fn reasons(explanation: &Explanation) -> AnyView {
    let most = explanation.reasons.first().map_or(1, |row| row.count).max(1);
    let rows: Vec<AnyView> = explanation.reasons.iter().take(REASONS).map(|row| reason(row, most)).collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <div class="why-reasons">
            <h3>"What attempts failed of"</h3>
            <ol>{rows}</ol>
        </div>
    }
    .into_any()
}

fn reason(row: &Ranked, most: u64) -> AnyView {
    let share = format!("--share: {:.1}%", 100.0 * row.count as f64 / most as f64);
    let (count, words, term) = (thousands(row.count), row.words.clone(), row.why.term().map(term_link));
    view! { <li class="why-reason" style=share><b>{count}</b>" "<span>{words}</span>{term}</li> }.into_any()
}

/// A link to a term of the glossary.
fn term_link(term: &'static str) -> AnyView {
    let name = format!("Glossary: {}", term.replace('-', " "));
    let title = name.clone();
    view! { <a class="why-term" href=format!("#term={term}") aria-label=name title=title>"?"</a> }.into_any()
}
