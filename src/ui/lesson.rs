//! The lesson beside the canvas: its steps one at a time, goals with their live state, hints, predictions.

use std::sync::Arc;

use leptos::prelude::*;

use crate::design::Problem;
use crate::lesson::{Block, Course, Lesson};

use super::award::Earned;
use super::course::{Classroom, Page, folder_title};
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::goals::{Budget, Goals, GoalsPinned};
use super::grading::Grading;
use super::hints::hint_view;
use super::language::{language_choice, tag};
use super::lesson_menu::{LessonMenu, SolutionShown};
use super::live::live;
use super::live_design::live_design;
use super::predict::predict_view;
use super::reading::{Notes, Place, Reading};
use super::sandbox::SandboxPanel;
use super::session::use_session;
use super::shell::Shell;
use super::signal::{Memo, RwSignal, effect};
use super::terms::{Terms, term_view};

/// The panel.
#[component]
pub fn LessonPanel() -> impl IntoView {
    let classroom: Classroom = expect_context();
    let listed = RwSignal::new(false);
    let notes = RwSignal::new(Notes::default());
    let page = move || match classroom.page.get() {
        Page::Loading => view! { <p class="lesson-loading" role="status">"Loading the lesson …"</p> }.into_any(),
        Page::Free => view! { <SandboxPanel /> }.into_any(),
        Page::Ready(lesson) => view! { <LessonView lesson notes /> }.into_any(),
        Page::Broken(problems) => broken(&problems).into_any(),
    };
    view! {
        <nav class="lesson-nav" aria-label="Lessons">
            <button class="text-button" aria-expanded=move || listed.get().to_string()
                on:click=move |_| listed.update(|listed| *listed = !*listed)>
                {glyph(Glyph::List)}"Lessons"
            </button>
            <span class="spacer"></span>
            <Beside label="Previous lesson" picture=Glyph::Left to=Signal::derive(move || classroom.previous()) />
            <Beside label="Next lesson" picture=Glyph::Right to=Signal::derive(move || classroom.next()) />
            <LessonMenu />
        </nav>
        <div class="course" hidden=move || !listed.get()>{live(move || course_list(classroom, listed))}</div>
        {live(page)}
    }
}

#[component]
fn Beside(label: &'static str, picture: Glyph, to: Signal<Option<String>>) -> impl IntoView {
    let classroom: Classroom = expect_context();
    let go = move |_| {
        if let Some(lesson) = to.get_untracked() {
            classroom.go(&lesson);
        }
    };
    view! {
        <button class="icon-button small" title=label aria-label=label prop:disabled=move || to.get().is_none() on:click=go>
            {glyph(picture)}
        </button>
    }
}

fn course_list(classroom: Classroom, listed: RwSignal<bool>) -> AnyView {
    match classroom.course.get() {
        None => view! { <p>"Loading the course …"</p> }.into_any(),
        Some(Err(problems)) => broken(&problems).into_any(),
        Some(Ok(course)) => parts(classroom, &course, listed).into_any(),
    }
}

fn parts(classroom: Classroom, course: &Course, listed: RwSignal<bool>) -> impl IntoView + use<> {
    let item = move |folder: &String| {
        let (to, folder) = (folder.clone(), folder.clone());
        let solved = {
            let folder = folder.clone();
            move || classroom.progress.with(|progress| progress.is_solved(&folder))
        };
        let current = {
            let folder = folder.clone();
            move || (classroom.wanted.get() == folder).then_some("page")
        };
        let go = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            listed.set(false);
            classroom.go(&to);
        };
        view! {
            <li>
                <a href=format!("#lesson={folder}") aria-current=current on:click=go>
                    {folder_title(&folder)}
                    {live(move || solved().then(|| view! { <span class="solved">{glyph(Glyph::Check)}<span class="visually-hidden">"solved"</span></span> }))}
                </a>
            </li>
        }
    };
    let part = |part: &crate::lesson::Part| {
        view! { <h3>{part.title.clone()}</h3><ol>{part.lessons.iter().map(item).collect_view()}</ol> }
    };
    view! { <h2>{course.title.clone()}</h2>{course.parts.iter().map(part).collect_view()} }
}

/// What is wrong with a lesson, in the same words as on the command line.
fn broken(problems: &[Problem]) -> impl IntoView + use<> {
    let item = |problem: &Problem| view! { <li><pre>{problem.to_string()}</pre></li> };
    view! {
        <div class="broken" role="alert">
            <h2>"This lesson cannot be shown"</h2>
            <p>"What you built is still there. Choose another lesson above, or mend the files:"</p>
            <ul>{problems.iter().map(item).collect_view()}</ul>
        </div>
    }
}

#[component]
fn LessonView(lesson: Arc<Lesson>, notes: RwSignal<Notes>) -> impl IntoView {
    let reading = Reading::provide(&lesson, notes);
    let terms = Terms::new();
    let at = reading.at;
    let has_debrief = !lesson.debrief.is_empty();
    let steps = lesson.steps.len();
    let count = Memo::new(move |_| steps + usize::from(has_debrief && reading.solved.get()));
    let body: NodeRef<leptos::html::Div> = NodeRef::new();
    let before = std::cell::Cell::new(at.get_untracked());
    effect(move || {
        // Another step begins at its top, and is what is read next.
        let now = at.get();
        terms.close();
        if let Some(body) = body.get_untracked().filter(|_| before.replace(now) != now) {
            body.set_scroll_top(0);
            let _ = body.focus();
        }
    });
    let shown = lesson.clone();
    let step = move || step_view(&shown, at.get(), reading);
    let pinned = lesson.clone();
    let pins_goals = Memo::new(move |_| {
        let step = pinned.steps.get(at.get());
        step.is_none_or(|step| !step.blocks.iter().any(|block| matches!(block, Block::Goals(_))))
    });
    let minutes = (lesson.minutes > 0).then(|| format!("{} min", lesson.minutes));
    let place = move || match at.get() {
        at if at >= steps => "Debrief".to_owned(),
        at => format!("Step {} of {steps}", at + 1),
    };
    view! {
        <div class="lesson-body" node_ref=body tabindex="0" lang=tag(&lesson) on:click=move |event| terms.clicked(&event)>
            <header class="lesson-head" hidden=move || at.get() != 0>
                <h2>{lesson.title.clone()}</h2>
                <p class="lesson-minutes">{minutes}</p>
                {language_choice(&lesson)}
            </header>
            {live(step)}
            {term_view(terms)}
        </div>
        <div class="lesson-foot">
            <div class="lesson-standing">
                {live(move || pins_goals.get().then(|| view! { <GoalsPinned /> }))}
                <Budget besides=pins_goals />
                {live(move || reading.notes.with(|notes| notes.news).map(|step| hint_news(step, reading)))}
                <Debrief has_debrief steps />
            </div>
            <div class="pager" hidden=move || count.get() < 2>
                <button class="icon-button small" aria-label="Previous step" title="Previous step" prop:disabled=move || at.get() == 0
                    on:click=move |_| reading.turn(at.get_untracked() - 1)>{glyph(Glyph::Left)}</button>
                <span>{place}</span>
                <button class="icon-button small" aria-label="Next step" title="Next step" prop:disabled=move || { at.get() + 1 >= count.get() }
                    on:click=move |_| reading.turn(at.get_untracked() + 1)>{glyph(Glyph::Right)}</button>
            </div>
        </div>
    }
}

/// The run opened a hint in another step.
fn hint_news(step: usize, reading: Reading) -> AnyView {
    view! {
        <p class="hint-news">
            <span>"Your run opened a hint."</span>
            <button class="text-button framed" on:click=move |_| reading.turn(step)>{format!("Go to step {}", step + 1)}</button>
        </p>
    }
    .into_any()
}

/// The step of this number; beyond the last one, the debrief.
fn step_view(lesson: &Lesson, number: usize, reading: Reading) -> AnyView {
    let (title, blocks) = match lesson.steps.get(number) {
        Some(step) => (step.title.as_str(), step.blocks.as_slice()),
        None => ("Debrief", lesson.debrief.as_slice()),
    };
    let mut asked_for: Option<Place> = None;
    let mut views = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let place = (number, index);
        views.push(match block {
            Block::Prose(html) => view! { <div class="prose" inner_html=html.clone()></div> }.into_any(),
            Block::Goals(goals) => view! { <Goals only=goals.clone() class="goals" /> }.into_any(),
            Block::Hint(hint) => {
                let before = if hint.when.is_none() { asked_for.replace(place) } else { None };
                hint_view(hint, place, before, reading)
            }
            Block::Predict(predict) => predict_view(predict.clone(), place, reading),
            Block::Design(design) => {
                let allowed = lesson.rules.broken_by(&design.design, &lesson.start).is_empty();
                live_design(design, allowed)
            }
        });
    }
    // Below the lesson's own heading, where that is shown.
    let title = title.to_owned();
    let heading = (title != lesson.title).then(|| match number {
        0 => view! { <h3>{title}</h3> }.into_any(),
        _ => view! { <h2 class="step-title">{title}</h2> }.into_any(),
    });
    view! { <article class="step">{heading}{views}</article> }.into_any()
}

/// What is said once all goals are met, or why they do not count.
#[component]
fn Debrief(has_debrief: bool, steps: usize) -> impl IntoView {
    let reading: Reading = expect_context();
    let (grading, classroom, session) = (expect_context::<Grading>(), expect_context::<Classroom>(), use_session());
    let broken = Memo::new(move |_| {
        session.with_design(|design| {
            classroom.open.with(|open| {
                let (_, lesson) = open.as_ref()?;
                let mut broken = lesson.rules.broken_by(design, &lesson.start);
                broken.extend(lesson.rules.over_budget(design));
                Some(broken)
            })
        })
    });
    let rules = move || {
        broken.get().filter(|rules| !rules.is_empty()).map(|rules| {
        let item = |rule: String| view! { <li>{rule}</li> };
        view! { <div class="rules-broken"><strong>"Goals do not count while"</strong><ul>{rules.into_iter().map(item).collect_view()}</ul></div> }
    })
    };
    let counts = move || grading.all_met.get() && broken.get().is_some_and(|rules| rules.is_empty());
    let shell: Shell = expect_context();
    effect(move || {
        if counts() {
            shell.solved()
        }
    });
    let next = move || {
        classroom.next().map(|lesson| {
        view! { <button class="primary" on:click=move |_| classroom.go(&lesson)>"Next lesson"{glyph(Glyph::Right)}</button> }
    })
    };
    let debriefed = move || {
        (has_debrief && reading.at.get() < steps).then(|| {
            view! { <button class="text-button framed" on:click=move |_| reading.turn(steps)>"Debrief"</button> }
        })
    };
    let debrief = move || {
        counts().then(|| {
            view! {
                <div class="debrief"><span class="debrief-mark">{glyph(Glyph::Check)}</span>
                    <p><strong>"All goals met."</strong></p>{live(debriefed)}{live(next)}</div>
                <Earned />
            }
        })
    };
    view! { <SolutionShown />{live(rules)}{live(debrief)} }
}
