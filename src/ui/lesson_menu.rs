//! What can be done with the open lesson as a whole: start over, see the solution, take the design away, hand in.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design::{self, Design};
use crate::lesson::Mark;

use super::award::Award;
use super::course::Classroom;
use super::drop_down::close_outside;
use super::element::view;
use super::fetch::fetch_text;
use super::glyph::{Glyph, glyph};
use super::later::{self, Dialog};
use super::live::live;
use super::session::use_session;
use super::shell::Shell;
use super::signal::{Memo, RwSignal, StoredValue};
use super::toast::{Tone, use_toasts};
use super::workshop::Workshop;

/// The author's design of the open lesson, once it was shown.
#[derive(Clone, Copy)]
pub struct Solution {
    /// The lesson's folder; empty if none was shown yet.
    lesson: RwSignal<String>,
    design: StoredValue<Design>,
}

impl Solution {
    /// None shown yet; put into the context.
    pub fn provide() -> Solution {
        let solution = Solution { lesson: RwSignal::new(String::new()), design: StoredValue::new(Design::default()) };
        provide_context(solution);
        solution
    }
}

/// The menu.
#[component]
pub fn LessonMenu() -> impl IntoView {
    let (classroom, award, shell): (Classroom, Award, Shell) = (expect_context(), expect_context(), expect_context());
    let workshop: Workshop = expect_context();
    let open = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let handing_in = RwSignal::new(false);
    let root: NodeRef<leptos::html::Div> = NodeRef::new();
    close_outside(root, open);
    let choose = move |todo: Box<dyn Fn()>| {
        move |_| {
            open.set(false);
            todo();
        }
    };
    let can_hand_in = move || award.solved.with(|run| run.as_ref().is_some_and(|run| run.own.is_some()));
    view! {
        <div class="lesson-menu" node_ref=root on:keydown=move |event| if event.key() == "Escape" { open.set(false) }>
            <button class="text-button" aria-label="This lesson" aria-haspopup="true" aria-expanded=move || open.get().to_string()
                on:click=move |_| {
                    asking.set(false);
                    open.update(|open| *open = !*open);
                }>"More"{glyph(Glyph::Down)}</button>
            <div class="lesson-menu-list" hidden=move || !open.get()>
                <button on:click=choose(Box::new(move || classroom.go_to("home")))>{glyph(Glyph::Home)}"All lessons"</button>
                <button on:click=choose(Box::new(move || shell.start_over()))>{glyph(Glyph::Reset)}"Reset this lesson"</button>
                {live(move || solution_item(classroom, asking, open))}
                <button on:click=choose(Box::new(move || workshop.copy_to_sandbox()))>{glyph(Glyph::Pencil)}"Open my design in the sandbox"</button>
                <button prop:disabled=move || !can_hand_in() on:click=choose(Box::new(move || handing_in.set(true)))>
                    {glyph(Glyph::Download)}<span>"Hand in…"<small hidden=can_hand_in>"Solve the lesson first."</small></span>
                </button>
            </div>
        </div>
        {later::once_wanted(move || handing_in.get(), later::dialogs, Dialog::HandIn(handing_in))}
    }
}

/// The way to the solution: closed before the first try, asked about before it costs the stars.
fn solution_item(classroom: Classroom, asking: RwSignal<bool>, open: RwSignal<bool>) -> impl IntoView {
    let (shell, solution): (Shell, Solution) = (expect_context(), expect_context());
    let toasts = use_toasts();
    let lesson = classroom.open.with(|open| open.as_ref().map(|(folder, _)| folder.clone())).unwrap_or_default();
    let (tried, costs) = classroom.progress.with(|progress| {
        let known = progress.is_solved(&lesson) || progress.has(Mark::Shown, &lesson);
        (known || progress.has(Mark::Tried, &lesson), progress.can_earn(&lesson) && !progress.has(Mark::Shown, &lesson))
    });
    let (words, note) = match (tried, asking.get(), costs) {
        (false, _, _) => ("Show the solution", "Play to the end once before."),
        (true, true, _) => ("Show it all the same", "No more stars for this lesson then."),
        (true, false, _) => ("Show the solution", ""),
    };
    let go = move |_| {
        if costs && !asking.get_untracked() {
            return asking.set(true);
        }
        open.set(false);
        let (source, lesson) = (classroom.source.get_value(), lesson.clone());
        spawn_local(async move {
            let path = format!("{}/solution.toml", source.folder);
            let text = fetch_text(&path, source.foreign).await.map_err(|problem| vec![problem]);
            match text.and_then(|text| design::read(&text)) {
                Ok(design) => {
                    classroom.mark(Mark::Shown, &lesson);
                    shell.replace(&design, "The solution is on the canvas");
                    solution.design.set_value(design);
                    solution.lesson.set(lesson);
                }
                Err(problems) => {
                    let problem = problems.into_iter().next().map(|problem| problem.at_path(&path).to_string());
                    toasts.show(Tone::Bad, problem.unwrap_or_default());
                }
            }
        });
    };
    view! {
        <button prop:disabled=!tried on:click=go>
            {glyph(Glyph::Check)}<span>{words}{(!note.is_empty()).then(|| view! { <small>{note}</small> })}</span>
        </button>
    }
}

/// Says so while the author's solution is on the canvas, so that nobody takes it for their own work.
#[component]
pub fn SolutionShown() -> impl IntoView {
    let (classroom, solution, session) = (expect_context::<Classroom>(), expect_context::<Solution>(), use_session());
    let shown = Memo::new(move |_| {
        let open = classroom
            .open
            .with(|open| open.as_ref().is_some_and(|(folder, _)| solution.lesson.with(|lesson| lesson == folder)));
        open && session.with_design(|now| solution.design.with_value(|design| placeless(now) == placeless(design)))
    });
    live(move || {
        shown.get().then(|| {
            view! { <p class="solution-shown">{glyph(Glyph::Book)}"This is the author's solution. Undo brings yours back."</p> }
        })
    })
}

/// A design without where its parts stand.
fn placeless(design: &Design) -> Design {
    let mut design = design.clone();
    design.components.iter_mut().for_each(|component| component.at = Default::default());
    design.seed = 0;
    design
}
