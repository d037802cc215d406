//! Wires on the canvas, and the wire that is being drawn.

use leptos::prelude::*;

use crate::design::{Design, Target, Wire};
use crate::editor::{Gesture, Msg, callee_port, caller_port, wire_curve};
use crate::scene::{Flow, FlowState, WireShape, policy_summary, rate_text, share_text, wire_words};
use crate::ui::element::view;
use crate::ui::live::live;
use crate::ui::rows::rows;
use crate::ui::session::{Session, quoted, use_session};
use crate::ui::signal::{Memo, StoredValue};

type Ends = (String, String);

fn names_of(design: &Design) -> Vec<String> {
    design.wires.iter().map(|wire| Target::Wire(wire.from.clone(), wire.to.clone()).to_string()).collect()
}

fn ends_of(name: &str) -> Ends {
    match Target::parse(name) {
        Target::Wire(from, to) => (from, to),
        Target::Component(name) => (name, String::new()),
    }
}

/// All wires, as they are seen.
#[component]
pub fn WireLines() -> impl IntoView {
    let session = use_session();
    let wires = Memo::new(move |_| session.with_design(names_of));
    view! { <g class="wires" aria-hidden="true">{rows(move || wires.get(), |name| view! { <WireLine ends=ends_of(&name) /> })}</g> }
}

/// One wire: its line as wide as its rate, the broken share over it, an arrow, a label.
#[component]
fn WireLine(ends: Ends) -> impl IntoView {
    let session = use_session();
    let ends = StoredValue::new(ends);
    let shape = Memo::new(move |_| {
        session.with_design(|design| ends.with_value(|(from, to)| WireShape::between(design, from, to)))
    });
    let flow =
        Memo::new(move |_| session.glance.with(|glance| ends.with_value(|(from, to)| glance.wire(from, to).cloned())));
    let target = ends.with_value(|(from, to)| Target::Wire(from.clone(), to.clone()));
    let selected = Memo::new(move |_| session.selection.with(|selection| selection.contains(&target)));
    // Its end is being moved: it is still there, but on its way.
    let moved = Memo::new(move |_| {
        session.gesture.with(|gesture| {
            matches!(gesture, Gesture::Wiring { moves: Some(moves), .. } if ends.with_value(|ends| ends == moves))
        })
    });
    let line = move || shape.with(|shape| shape.as_ref().map(|shape| shape.line.clone()));
    let arrow = move || shape.with(|shape| shape.as_ref().map(|shape| shape.arrow.clone()));
    let tone = move || flow.with(|flow| flow.as_ref().map_or("idle", |flow| flow.state().tone()));
    let width = move || flow.with(|flow| flow.as_ref().map_or(1.75, Flow::width));
    let broken = move || {
        let width = flow.with(|flow| {
            flow.as_ref()
                .map_or(0.0, |flow| if flow.broken > 0.005 { flow.width() * flow.broken.max(0.25) } else { 0.0 })
        });
        (width > 0.0).then(|| view! { <path class="broken" d=line stroke-width=width></path> })
    };
    let label = move || {
        let at = shape.with(|shape| shape.as_ref().map(|shape| shape.label_at))?;
        let wire = session.with_design(|design| ends.with_value(|(from, to)| design.wire(from, to).cloned()))?;
        let lines = flow.with(|flow| label_lines(&wire, flow.as_ref()));
        (!lines.is_empty()).then(|| label_view(at.x, at.y, &lines))
    };
    view! {
        <g class=move || {
            let (selected, moved) = (if selected.get() { "selected" } else { "" }, if moved.get() { "moved" } else { "" });
            format!("wire {} {selected} {moved}", tone())
        }>
            <path class="reach" d=line></path>
            <path class="line" d=line stroke-width=width></path>
            {live(broken)}
            <path class="arrow" d=arrow></path>
            {live(label)}
        </g>
    }
}

/// What stands on a wire: its policy before a run; its rate, and what is wrong, in one.
fn label_lines(wire: &Wire, flow: Option<&Flow>) -> Vec<String> {
    let Some(flow) = flow else {
        return Some(policy_summary(&wire.policy)).filter(|text| !text.is_empty()).into_iter().collect();
    };
    let trouble = match flow.state() {
        FlowState::Quiet | FlowState::Flowing => None,
        FlowState::Retrying => Some(format!("{} retries", share_text(flow.retry_rate / flow.rate.max(1e-9)))),
        FlowState::Failing => Some(format!("{} broken", share_text(flow.broken))),
        state @ (FlowState::TakenOut | FlowState::BreakerOpen) => Some(state.word().to_owned()),
    };
    let rate = (flow.rate >= 0.05).then(|| rate_text(flow.rate));
    rate.into_iter().chain(trouble).collect()
}

fn label_view(x: f64, y: f64, lines: &[String]) -> impl IntoView + use<> {
    let letters = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let (width, height) = (letters as f64 * 6.1 + 12.0, lines.len() as f64 * 14.0 + 4.0);
    let text = |(index, line): (usize, &String)| {
        let y = y - height / 2.0 + 13.0 + index as f64 * 14.0;
        view! { <text x=x y=y>{line.clone()}</text> }
    };
    view! {
        <g class="label">
            <rect x=x - width / 2.0 y=y - height / 2.0 width=width height=height rx="6"></rect>
            {lines.iter().enumerate().map(text).collect_view()}
        </g>
    }
}

/// The wires once more, unseen, after the components: so the Tab key finds them there.
#[component]
pub fn FocusWires() -> impl IntoView {
    let session = use_session();
    let wires = Memo::new(move |_| session.with_design(names_of));
    rows(move || wires.get(), |name| view! { <FocusWire ends=ends_of(&name) /> })
}

#[component]
fn FocusWire(ends: Ends) -> impl IntoView {
    let session = use_session();
    let target = Target::Wire(ends.0.clone(), ends.1.clone());
    let name = target.to_string();
    let ends = StoredValue::new(ends);
    let line = move || {
        session
            .with_design(|design| ends.with_value(|(from, to)| WireShape::between(design, from, to)))
            .map(|shape| shape.line)
    };
    let words = move || {
        session.with_design(|design| {
            let wire = ends.with_value(|(from, to)| design.wire(from, to))?;
            Some(session.glance.with(|glance| wire_words(wire, glance.wire(&wire.from, &wire.to))))
        })
    };
    let part = StoredValue::new(target);
    let selected =
        Memo::new(move |_| session.selection.with(|selection| part.with_value(|part| selection.contains(part))));
    view! {
        <path class="wire-focus" d=line tabindex="0" role="button" data-part=name aria-label=words
            aria-pressed=move || selected.get().to_string()
            on:focus=move |event| {
                if event_target::<web_sys::Element>(&event).matches(":focus-visible").unwrap_or(false) {
                    session.dispatch(Msg::Focused(part.get_value()));
                }
            }></path>
    }
}

/// Where the wire being drawn may end: worked out once, when it begins.
#[derive(Clone, Copy)]
pub struct Verdicts(Memo<Option<Vec<(String, bool)>>>);

impl Verdicts {
    /// Put into the context, for the components.
    pub fn provide(session: Session) -> Verdicts {
        // Where the pointer is does not matter to them.
        let drawn = Memo::new(move |_| {
            session.gesture.with(|gesture| match gesture {
                Gesture::Wiring { anchor, calls, moves, .. } => {
                    let moved = moves.iter().flat_map(|(from, to)| [from.clone(), to.clone()]);
                    std::iter::once(anchor.clone()).chain(calls.then(String::new)).chain(moved).collect()
                }
                _ => Vec::new(),
            })
        });
        let verdicts = Memo::new(move |_| {
            let anchor = drawn.with(|drawn: &Vec<String>| drawn.first().cloned())?;
            session.editor.with_untracked(|editor| {
                let others = editor.design.components.iter().filter(|other| other.name != anchor);
                let verdict = |name: &String| editor.verdict(name).is_none_or(|verdict| verdict.is_ok());
                Some(others.map(|other| (other.name.clone(), verdict(&other.name))).collect())
            })
        });
        provide_context(Verdicts(verdicts));
        Verdicts(verdicts)
    }

    /// From the context.
    pub fn of_context() -> Verdicts {
        expect_context()
    }

    /// Whether a wire is being drawn.
    pub fn active(&self) -> bool {
        self.0.with(Option::is_some)
    }

    /// How this component is marked while a wire is drawn.
    pub fn class_of(&self, name: &str) -> &'static str {
        let verdict =
            |verdicts: &Vec<(String, bool)>| verdicts.iter().find(|(other, _)| other == name).map(|(_, fits)| *fits);
        match self.0.with(|verdicts| verdicts.as_ref().and_then(verdict)) {
            Some(true) => "fits",
            Some(false) => "cannot",
            None => "",
        }
    }
}

/// The ends of the one selected wire, to take hold of.
#[component]
pub fn WireEnds() -> impl IntoView {
    let session = use_session();
    let ends = move || match session.selection.with(|selection| selection.single().cloned()) {
        Some(Target::Wire(from, to)) => session.with_design(|design| {
            Some([caller_port(design.component(&from)?.at), callee_port(design.component(&to)?.at)])
        }),
        _ => None,
    };
    let end = |at: crate::design::Point| view! { <circle class="wire-end" cx=at.x cy=at.y r="8"></circle> };
    live(move || ends().map(|ends| ends.map(end).collect_view()))
}

/// The wire being drawn, and why it may not end where it points.
#[component]
pub fn WiringPreview() -> impl IntoView {
    let session = use_session();
    live(move || {
        session.gesture.with(|gesture| {
            let Gesture::Wiring { anchor, calls, to, aim, .. } = gesture else { return None };
            session.editor.with_untracked(|editor| {
                let anchor_at = editor.design.component(anchor)?.at;
                let aimed = aim.as_ref().and_then(|aim| Some((editor.design.component(&aim.component)?.at, aim)));
                let free = match (aimed, calls) {
                    (Some((at, aim)), true) if aim.verdict.is_ok() => callee_port(at),
                    (Some((at, aim)), false) if aim.verdict.is_ok() => caller_port(at),
                    _ => *to,
                };
                let (start, end) = if *calls { (caller_port(anchor_at), free) } else { (free, callee_port(anchor_at)) };
                let shape = WireShape::of(wire_curve(start, end));
                let verdict = aim.as_ref().map(|aim| aim.verdict.clone());
                let class = match &verdict {
                    Some(Ok(())) => "preview fits",
                    Some(Err(_)) => "preview cannot",
                    None => "preview",
                };
                let why =
                    verdict.and_then(Result::err).map(|why| label_view(to.x, to.y + 28.0, &wrapped(&quoted(&why))));
                Some(view! {
                    <g class=class aria-hidden="true">
                        <path class="line" d=shape.line></path>
                        <path class="arrow" d=shape.arrow></path>
                        {why}
                    </g>
                })
            })
        })
    })
}

/// Lines of at most some forty letters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one");
        if !line.is_empty() && line.chars().count() + word.chars().count() >= 40 {
            lines.push(word.to_owned());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
