//! What is taught: lessons as files, goals and how far a run meets them, the course, a learner's progress, and the pages
//! that tell how each component behaves.

mod blocks;
mod course;
mod draft;
mod file;
mod front;
mod goal;
mod link;
mod markdown;
mod model;
mod progress;
mod rules;
mod scenario;
mod verify;

pub use blocks::{Block, Predict};
pub use course::{COURSE_BYTES_MAX, Course, Part, missing_file};
pub use draft::{Draft, read_draft, saved_at, write_draft};
pub use file::{LESSON_BYTES_MAX, Lesson, Step};
pub use front::WrongBuild;
pub use goal::{
    AT_END, Comparison, Goal, GoalError, Grader, Hold, METRICS, Metric, MetricInfo, SLIDE, Scope, Standing, State,
    Subject, SubjectKind, Unit,
};
pub use link::{LINK_CHARS_MAX, LinkError, pack, unpack};
pub use model::{
    FigureRow, INDEX, MODEL_BYTES_MAX, ModelPage, SettingRow, figure_rows, list_html, model_pages, setting_rows,
    tables_html,
};
pub use progress::Progress;
pub use rules::Rules;
pub use scenario::{SCENARIO_BYTES_MAX, read_scenario, write_scenario};
pub use verify::{LessonTexts, Run, SEEDS, Verdict, grade, verify};
