//! What is taught: lessons as files, goals and how far a run meets them, the course, a learner's progress, and the pages
//! that tell how each component behaves.

mod author;
mod blocks;
mod body;
mod card;
mod course;
mod draft;
mod file;
mod front;
mod glossary;
mod goal;
mod judge;
mod link;
mod map;
mod markdown;
mod model;
mod played;
mod predict;
mod progress;
mod result;
mod rules;
mod scenario;
mod stars;
mod taught;
mod translation;
mod trial;
mod verify;
mod when;
mod zip;

pub use author::{LessonDraft, VerifyReport, bound_near, figure_of, goal_text, metrics_of, report_on};
pub use blocks::{Block, Hint, LiveDesign};
pub use body::Link;
pub use card::LessonCard;
pub use course::{COURSE_BYTES_MAX, Course, Part, missing_file};
pub use draft::{Draft, read_draft, saved_at, write_draft};
pub use file::{LESSON_BYTES_MAX, Lesson, Step};
pub use front::{WrongBuild, is_language};
pub use glossary::{GLOSSARY, GLOSSARY_BYTES_MAX, Term, is_term_id, linked_terms, term_links, term_of, terms};
pub use goal::{
    AT_END, Comparison, Goal, GoalError, Grader, Hold, METRICS, Metric, MetricInfo, SLIDE, Scope, Standing, State,
    Subject, SubjectKind, Unit,
};
pub use judge::{Judged, Judgement, judge};
pub use link::{LINK_CHARS_MAX, LinkError, pack, unpack};
pub use map::{Cards, MapPictures, map_html, number_and_words, standing_html, stars_html};
pub use markdown::page_html;
pub use model::{
    FigureRow, INDEX, MODEL_BYTES_MAX, ModelPage, SettingRow, escaped, figure_rows, list_html, model_pages,
    setting_rows, tables_html,
};
pub use played::{Played, PlayedGoal, does_not_count, play};
pub use predict::{Metered, Predict};
pub use progress::{Mark, PROGRESS_BYTES_MAX, Progress, Reached};
pub use result::{HandIn, RESULT_BYTES_MAX};
pub use rules::Rules;
pub use scenario::{SCENARIO_BYTES_MAX, read_change, read_scenario, write_change, write_scenario};
pub use stars::{ROBUST_SEEDS, StarRules, is_cheap, is_robust, robust_seeds};
pub use taught::{Idea, Taught};
pub use translation::{best_language, language_name, language_of_file, translation_file};
pub use trial::trial;
pub use verify::{
    Job, LessonTexts, Margin, Run, SEEDS, Surroundings, Variant, Verdict, grade, margins, run_job, variants, verify,
    verify_with,
};
pub use when::When;
pub use zip::{ZIP_BYTES_MAX, read_zip, write_zip};
