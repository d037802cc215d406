//! The lesson beside the canvas: its steps one at a time, goals with their live state, hints, predictions.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::design::{Design, Problem};
use crate::lesson::{Block, Course, Lesson, Predict, Standing, State, Step};

use super::app::Shell;
use super::award::Earned;
use super::course::{Classroom, Page, folder_title};
use super::glyph::{Glyph, glyph};
use super::grading::Grading;
use super::lesson_menu::{LessonMenu, SolutionShown};
use super::live::live;
use super::session::use_session;

/// The panel.
#[component]
pub fn LessonPanel() -> impl IntoView {
    let classroom: Classroom = expect_context();
    let listed = RwSignal::new(false);
    let page = move || match classroom.page.get() {
        Page::Loading => view! { <p class="lesson-loading" role="status">"Loading the lesson …"</p> }.into_any(),
        Page::Ready(lesson) => view! { <LessonView lesson /> }.into_any(),
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
fn LessonView(lesson: Arc<Lesson>) -> impl IntoView {
    let at = expect_context::<Classroom>().step_of(lesson.steps.len());
    // What was answered: by step and block, the option chosen.
    let answers = RwSignal::new(BTreeMap::<(usize, usize), usize>::new());
    let count = lesson.steps.len();
    let body: NodeRef<leptos::html::Div> = NodeRef::new();
    let turn = move |to: usize| {
        at.set(to);
        if let Some(body) = body.get_untracked() {
            body.set_scroll_top(0);
            let _ = body.focus();
        }
    };
    let step = {
        let lesson = lesson.clone();
        move || lesson.steps.get(at.get()).map(|step| step_view(step, at.get_untracked(), &lesson, answers))
    };
    let pins_goals = {
        let lesson = lesson.clone();
        move || {
            lesson
                .steps
                .get(at.get())
                .is_none_or(|step| !step.blocks.iter().any(|block| matches!(block, Block::Goals(_))))
        }
    };
    let at_last = move || at.get() + 1 >= count;
    let minutes = (lesson.minutes > 0).then(|| format!("{} min", lesson.minutes));
    view! {
        <div class="lesson-body" node_ref=body tabindex="0">
            <header class="lesson-head" hidden=move || at.get() != 0>
                <h2>{lesson.title.clone()}</h2>
                <p class="lesson-minutes">{minutes}</p>
            </header>
            {live(step)}
        </div>
        <div class="lesson-foot">
            <div class="lesson-standing">
                {live(move || pins_goals().then(|| view! { <GoalsPinned /> }))}
                <Debrief />
            </div>
            <div class="pager" hidden=count < 2>
                <button class="icon-button small" aria-label="Previous step" title="Previous step" prop:disabled=move || at.get() == 0
                    on:click=move |_| turn(at.get_untracked() - 1)>{glyph(Glyph::Left)}</button>
                <span>"Step "{move || at.get() + 1}" of "{count}</span>
                <button class="icon-button small" aria-label="Next step" title="Next step" prop:disabled=at_last
                    on:click=move |_| turn(at.get_untracked() + 1)>{glyph(Glyph::Right)}</button>
            </div>
        </div>
    }
}

type Answers = RwSignal<BTreeMap<(usize, usize), usize>>;

fn step_view(step: &Step, number: usize, lesson: &Lesson, answers: Answers) -> impl IntoView + use<> {
    let block = |(index, block): (usize, &Block)| match block {
        Block::Prose(html) => view! { <div class="prose" inner_html=html.clone()></div> }.into_any(),
        Block::Goals(goals) => view! { <Goals only=goals.clone() class="goals" /> }.into_any(),
        Block::Hint(html) => view! {
            <details class="hint"><summary>"Hint"</summary><div class="prose" inner_html=html.clone()></div></details>
        }
        .into_any(),
        Block::Predict(predict) => predict_view(predict.clone(), (number, index), answers).into_any(),
        Block::Design(design) => try_view(design).into_any(),
    };
    let heading = (step.title != lesson.title).then(|| view! { <h3>{step.title.clone()}</h3> });
    view! { <article class="step">{heading}{step.blocks.iter().enumerate().map(block).collect_view()}</article> }
}

fn predict_view(predict: Predict, place: (usize, usize), answers: Answers) -> impl IntoView {
    let answer = move || answers.with(|answers| answers.get(&place).copied());
    let right = predict.right;
    let option = |(index, html): (usize, &String)| {
        let class = move || match answer() {
            Some(chosen) if chosen == index && index == right => "option right",
            Some(chosen) if chosen == index => "option wrong",
            Some(_) if index == right => "option right-one",
            _ => "option",
        };
        view! {
            <button class=class aria-pressed=move || (answer() == Some(index)).to_string()
                prop:disabled=move || answer().is_some()
                on:click=move |_| answers.update(|answers| _ = answers.insert(place, index))>
                <span class="option-mark" aria-hidden="true"></span><span inner_html=html.clone()></span>
            </button>
        }
    };
    let explanation = move || {
        answer().map(|chosen| {
            let verdict = if chosen == right { "Right. " } else { "Not quite. " };
            view! {
                <div class="explanation" role="status">
                    <strong>{verdict}</strong><div class="prose" inner_html=predict.explanation.clone()></div>
                </div>
            }
        })
    };
    view! {
        <div class="predict" role="group" aria-label="Predict">
            <p class="predict-tag">"Predict first"</p>
            <p class="question" inner_html=predict.question.clone()></p>
            {predict.options.iter().enumerate().map(option).collect_view()}
            {live(explanation)}
        </div>
    }
}

fn try_view(design: &Design) -> impl IntoView + use<> {
    let shell: Shell = expect_context();
    let design = design.clone();
    view! {
        <p class="try"><button class="text-button framed" on:click=move |_| shell.replace(&design, "The lesson's design is on the canvas")>
            {glyph(Glyph::Right)}"Put this design on the canvas"
        </button></p>
    }
}

/// The goals where the text has none.
#[component]
fn GoalsPinned() -> impl IntoView {
    let grading: Grading = expect_context();
    let met = move || grading.standings.with(|goals| goals.iter().filter(|goal| goal.state == State::Met).count());
    let count = move || grading.standings.with(Vec::len);
    view! {
        <details class="goals-pinned" open hidden=move || count() == 0>
            <summary>"Goals "<span class="goals-count">{met}" of "{count}</span></summary>
            {live(move || {
                let only: Vec<usize> = (0..count()).collect();
                view! { <Goals only class="goals brief" /> }
            })}
        </details>
    }
}

/// Some of the lesson's goals and how they stand.
#[component]
fn Goals(only: Vec<usize>, class: &'static str) -> impl IntoView {
    let grading: Grading = expect_context();
    let goal = |index: usize| {
        let standing = Memo::new(move |_| grading.standings.with(|goals| goals.get(index).cloned()));
        live(move || standing.get().map(|standing| goal_view(&standing)))
    };
    view! { <ul class=class>{only.into_iter().map(goal).collect_view()}</ul> }
}

fn goal_view(goal: &Standing) -> impl IntoView + use<> {
    let (class, word, mark) = match (goal.state, goal.holds) {
        (State::Met, _) => ("goal met", "met", glyph(Glyph::Check).into_any()),
        (State::Missed, _) => ("goal missed", "missed", glyph(Glyph::Close).into_any()),
        (State::Pending, Some(true)) => ("goal holds", "good so far", ring(goal.progress).into_any()),
        (State::Pending, Some(false)) => ("goal fails", "not good now", ring(goal.progress).into_any()),
        (State::Pending, None) => ("goal", "open", ring(0.0).into_any()),
    };
    // A goal without a note is its own note.
    let note = if goal.note.is_empty() { goal.text.clone() } else { goal.note.clone() };
    let rule = (!goal.note.is_empty()).then(|| view! { <code>{goal.text.clone()}</code> });
    let value = if goal.figure.is_some() { goal.value.clone() } else { "–".to_owned() };
    view! {
        <li class=class title=goal.text.clone()>
            <span class="goal-mark">{mark}</span>
            <span class="goal-text"><span class="goal-note">{note}</span>{rule}</span>
            <span class="goal-value"><span class="visually-hidden">{word}": "</span>{value}</span>
        </li>
    }
}

/// How far a goal is, as a ring that fills.
fn ring(progress: f64) -> impl IntoView {
    let length = format!("{:.1} 100", progress.clamp(0.0, 1.0) * 44.0);
    view! {
        <svg class="ring" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <circle cx="10" cy="10" r="7" class="ring-all"></circle>
            <circle cx="10" cy="10" r="7" class="ring-done" stroke-dasharray=length transform="rotate(-90 10 10)"></circle>
        </svg>
    }
}

/// What is said once all goals are met, or why they do not count.
#[component]
fn Debrief() -> impl IntoView {
    let (grading, classroom, session) = (expect_context::<Grading>(), expect_context::<Classroom>(), use_session());
    let broken = Memo::new(move |_| {
        session.with_design(|design| {
            classroom.open.with(|open| open.as_ref().map(|(_, lesson)| lesson.rules.broken_by(design, &lesson.start)))
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
    Effect::new(move |_| {
        if counts() {
            shell.solved()
        }
    });
    let next = move || {
        classroom.next().map(|lesson| {
        view! { <button class="primary" on:click=move |_| classroom.go(&lesson)>"Next lesson"{glyph(Glyph::Right)}</button> }
    })
    };
    let debrief = move || {
        counts().then(|| {
            view! {
                <div class="debrief"><span class="debrief-mark">{glyph(Glyph::Check)}</span>
                    <p><strong>"All goals met."</strong></p>{live(next)}</div>
                <Earned />
            }
        })
    };
    view! { <SolutionShown />{live(rules)}{live(debrief)} }
}
