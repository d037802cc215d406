//! How a part is, in one word with an icon. Warnings come before failures.

use crate::sim::{BreakerState, Health};

use super::glance::{Flow, Vitals};

/// Busy share from which a component is warm.
const WARM: f64 = 0.7;
/// Busy share from which it is hot.
const HOT: f64 = 0.9;
/// Share of the waiting room from which its queue is a worry, whether it grows or not.
const FILLED: f64 = 0.25;
/// Fewer than this many waiting are no queue.
const QUEUE_MIN: f64 = 3.0;
/// Broken share from which users or callers suffer.
const SUFFERING: f64 = 0.05;
/// Share of retries from which a wire is retrying.
const RETRYING: f64 = 0.05;

/// How a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing to worry about.
    Healthy,
    /// Over 70 % busy: little reserve.
    Warm,
    /// Over 90 % busy: waiting begins.
    Hot,
    /// Its queue grows, or fills a good part of the waiting room.
    BackingUp,
    /// Slowed by a fault.
    Slowed,
    /// Many of its requests fail.
    Failing,
    /// Its waiting room is full: it turns requests away.
    Shedding,
    /// Coming back.
    Booting,
    /// Cut off from the network.
    CutOff,
    /// Dead.
    Down,
}

impl State {
    /// All of them, from the best to the worst.
    pub const ALL: [State; 10] = [
        State::Healthy,
        State::Warm,
        State::Hot,
        State::BackingUp,
        State::Slowed,
        State::Failing,
        State::Shedding,
        State::Booting,
        State::CutOff,
        State::Down,
    ];

    /// The state of a component with these figures.
    pub fn of(vitals: &Vitals) -> State {
        match vitals.health {
            Health::Down | Health::Gone => return State::Down,
            Health::CutOff => return State::CutOff,
            Health::Booting => return State::Booting,
            Health::Up | Health::Slow => {}
        }
        if vitals.shed_rate > 0.5 && vitals.shed_rate > 0.01 * vitals.rate {
            return State::Shedding;
        }
        if vitals.broken > SUFFERING {
            return State::Failing;
        }
        if vitals.health == Health::Slow {
            return State::Slowed;
        }
        let queued = vitals.waiting >= QUEUE_MIN;
        match vitals.load.unwrap_or(0.0) {
            _ if queued && (vitals.fill.is_some_and(|fill| fill >= FILLED) || vitals.growing) => State::BackingUp,
            load if load >= HOT => State::Hot,
            load if load >= WARM => State::Warm,
            _ => State::Healthy,
        }
    }

    /// The word on the badge.
    pub fn word(self) -> &'static str {
        match self {
            State::Healthy => "Healthy",
            State::Warm => "Warm",
            State::Hot => "Hot",
            State::BackingUp => "Backing up",
            State::Slowed => "Slowed",
            State::Failing => "Failing",
            State::Shedding => "Shedding",
            State::Booting => "Booting",
            State::CutOff => "Cut off",
            State::Down => "Down",
        }
    }

    /// What it means, for tooltips.
    pub fn help(self) -> &'static str {
        match self {
            State::Healthy => "enough reserve",
            State::Warm => "over 70 % busy: little reserve is left",
            State::Hot => "over 90 % busy: requests begin to wait",
            State::BackingUp => "requests wait faster than they are served",
            State::Slowed => "a fault makes its work take longer",
            State::Failing => "many of its requests end badly",
            State::Shedding => "its waiting room is full: it turns requests away",
            State::Booting => "it is starting and takes no requests yet",
            State::CutOff => "nothing gets through to it: callers wait until they time out",
            State::Down => "it is dead: calls to it fail at once",
        }
    }

    /// How bad it is, for colours: `ok`, `warn`, `bad`, `off`.
    pub fn tone(self) -> &'static str {
        match self {
            State::Healthy => "ok",
            State::Warm | State::Hot | State::BackingUp | State::Slowed => "warn",
            State::Failing | State::Shedding => "bad",
            State::Booting | State::CutOff | State::Down => "off",
        }
    }
}

/// How a wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowState {
    /// Nothing goes over it.
    Quiet,
    /// Calls go well.
    Flowing,
    /// Many calls are retries.
    Retrying,
    /// Many calls end badly.
    Failing,
    /// The caller's health check has taken the callee out.
    TakenOut,
    /// The breaker is open: calls are refused at once.
    BreakerOpen,
}

impl FlowState {
    /// The state of a wire with these figures.
    pub fn of(flow: &Flow) -> FlowState {
        if flow.breaker != BreakerState::Closed {
            return FlowState::BreakerOpen;
        }
        match flow {
            flow if flow.sick => FlowState::TakenOut,
            flow if flow.rate < 0.05 => FlowState::Quiet,
            flow if flow.broken > SUFFERING => FlowState::Failing,
            flow if flow.retry_rate > RETRYING * flow.rate => FlowState::Retrying,
            _ => FlowState::Flowing,
        }
    }

    /// The word on its label.
    pub fn word(self) -> &'static str {
        match self {
            FlowState::Quiet => "Quiet",
            FlowState::Flowing => "Flowing",
            FlowState::Retrying => "Retrying",
            FlowState::Failing => "Failing",
            FlowState::TakenOut => "Taken out",
            FlowState::BreakerOpen => "Breaker open",
        }
    }

    /// How bad it is, for colours: `ok`, `warn`, `bad`, `off`.
    pub fn tone(self) -> &'static str {
        match self {
            FlowState::Quiet | FlowState::Flowing => "ok",
            FlowState::Retrying => "warn",
            FlowState::Failing => "bad",
            FlowState::TakenOut | FlowState::BreakerOpen => "off",
        }
    }
}
