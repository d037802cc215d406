//! What is taught: goals and how far a run meets them.

mod goal;

pub use goal::{
    AT_END, Comparison, Goal, GoalError, Grader, Hold, METRICS, Metric, MetricInfo, SLIDE, Scope, Standing, State, Subject,
    SubjectKind, Unit,
};
