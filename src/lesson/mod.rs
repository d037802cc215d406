//! What is taught: lessons as files, goals and how far a run meets them, the course, a learner's progress, and the pages
//! that tell how each component behaves.

mod blocks;
mod body;
mod course;
mod draft;
mod file;
mod front;
mod glossary;
mod goal;
mod link;
mod markdown;
mod model;
mod predict;
mod progress;
mod rules;
mod scenario;
mod taught;
mod translation;
mod trial;
mod verify;
mod when;

pub use blocks::{Block, Hint, LiveDesign};
pub use body::Link;
pub use course::{COURSE_BYTES_MAX, Course, Part, missing_file};
pub use draft::{Draft, read_draft, saved_at, write_draft};
pub use file::{LESSON_BYTES_MAX, Lesson, Step};
pub use front::{WrongBuild, is_language};
pub use glossary::{GLOSSARY, GLOSSARY_BYTES_MAX, ShownTerm, Term, is_term_id, linked_terms, term_of, terms};
pub use goal::{
    AT_END, Comparison, Goal, GoalError, Grader, Hold, METRICS, Metric, MetricInfo, SLIDE, Scope, Standing, State,
    Subject, SubjectKind, Unit,
};
pub use link::{LINK_CHARS_MAX, LinkError, pack, unpack};
pub use markdown::page_html;
pub use model::{
    FigureRow, INDEX, MODEL_BYTES_MAX, ModelPage, SettingRow, figure_rows, list_html, model_pages, setting_rows,
    tables_html,
};
pub use predict::{Metered, Predict};
pub use progress::Progress;
pub use rules::Rules;
pub use scenario::{SCENARIO_BYTES_MAX, read_scenario, write_scenario};
pub use taught::{Idea, Taught};
pub use translation::{best_language, language_name, language_of_file, translation_file};
pub use trial::trial;
pub use verify::{
    Job, LessonTexts, Margin, Run, SEEDS, Surroundings, Variant, Verdict, grade, margins, run_job, variants, verify,
    verify_with,
};
pub use when::When;
