//! The player: moves a playhead over a recording. Wall-clock time comes in as spans, so every screen plays alike.

use crate::sim::FRAME;
use crate::units::Time;

/// How fast simulated time passes while playing, against the wall clock: one of [`Speed::STEPS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(u8);

impl Speed {
    /// The speeds there are, slowest first: about three to a power of ten.
    pub const STEPS: [f64; 12] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
    /// Real time.
    pub const ONE: Speed = Speed(6);
    /// The greatest number that [`Speed::of_step`] takes.
    pub const STEP_MAX: u8 = Speed::STEPS.len() as u8 - 1;

    /// The speed at this place of [`Speed::STEPS`]; what lies beyond is the fastest.
    pub fn of_step(step: u8) -> Speed {
        Speed(step.min(Speed::STEP_MAX))
    }

    /// Its place in [`Speed::STEPS`].
    pub fn step(self) -> u8 {
        self.0
    }

    /// Simulated seconds for each second of the wall clock.
    pub fn factor(self) -> f64 {
        Speed::STEPS[usize::from(self.0)]
    }

    /// The next faster one.
    pub fn faster(self) -> Speed {
        Speed::of_step(self.0 + 1)
    }

    /// The next slower one.
    pub fn slower(self) -> Speed {
        Speed(self.0.saturating_sub(1))
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×", self.factor())
    }
}

/// What the player is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was run yet.
    Ready,
    /// Playing, but the first frames are still to come.
    Loading,
    /// Standing still.
    Paused,
    /// Moving.
    Playing,
    /// Playing, but waiting at the edge of what is recorded.
    AtEdge,
    /// At the end of the run.
    Ended,
}

/// What can be asked of the player.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlayerMessage {
    /// Play, or pause; at the end of the run, play it again.
    Toggle,
    /// Stand still.
    Pause,
    /// Pause, and go on by this many frames (back, if negative).
    Step(i32),
    /// Go to this time; beyond what is recorded, go there as soon as it is.
    Seek(Time),
    /// Play at this speed.
    Speed(Speed),
    /// This much wall-clock time went by, in seconds.
    Tick(f64),
    /// This much is recorded, and whether that is all of it.
    Recorded(Time, bool),
    /// Everything from here on is void; it will be recorded anew.
    Truncated(Time),
    /// Forget the run; it has this duration.
    Reset(Time),
}

/// How far the playhead is, and how it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    playhead: Time,
    playing: bool,
    started: bool,
    speed: Speed,
    awaited: Option<Time>,
    recorded: Time,
    complete: bool,
    duration: Time,
    pace: f64,
}

/// Longer pauses of the wall clock (a hidden tab, a laptop asleep) count as this many seconds.
const TICK_MAX: f64 = 0.25;
/// Wall-clock seconds over which the real speed is taken.
const PACE_SECONDS: f64 = 0.7;
/// Wall-clock seconds that the recording should be ahead of the playhead.
const AHEAD_SECONDS: f64 = 2.5;

impl Player {
    /// A player before a run of this duration.
    pub fn new(duration: Time) -> Player {
        Player {
            playhead: Time::ZERO,
            playing: false,
            started: false,
            speed: Speed::ONE,
            awaited: None,
            recorded: Time::ZERO,
            complete: false,
            duration,
            pace: 1.0,
        }
    }

    /// Takes a message in.
    pub fn update(&mut self, message: PlayerMessage) {
        match message {
            PlayerMessage::Toggle => self.toggle(),
            PlayerMessage::Pause => self.playing = false,
            PlayerMessage::Step(frames) => self.step(frames),
            PlayerMessage::Seek(to) => self.seek(to),
            PlayerMessage::Speed(speed) => (self.speed, self.pace) = (speed, speed.factor()),
            PlayerMessage::Tick(seconds) => self.tick(seconds),
            PlayerMessage::Recorded(until, complete) => self.recorded(until, complete),
            PlayerMessage::Truncated(at) => {
                (self.recorded, self.complete, self.awaited) = (self.recorded.min(at), false, None);
                self.playhead = self.playhead.min(self.recorded);
            }
            PlayerMessage::Reset(duration) => *self = Player { speed: self.speed, ..Player::new(duration) },
        }
    }

    /// Where it is.
    pub fn playhead(&self) -> Time {
        self.playhead
    }

    /// Whether it plays, or would if more were recorded.
    pub fn playing(&self) -> bool {
        self.playing
    }

    /// The speed it is asked to play at.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// How long the whole run takes.
    pub fn duration(&self) -> Time {
        self.duration
    }

    /// Whether a run was begun since the last reset.
    pub fn started(&self) -> bool {
        self.started
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        match self {
            Player { started: false, .. } => Phase::Ready,
            Player { complete: true, .. } if self.playhead >= self.recorded => Phase::Ended,
            Player { awaited: Some(_), .. } => Phase::AtEdge,
            Player { playing: false, .. } => Phase::Paused,
            Player { recorded: Time::ZERO, .. } => Phase::Loading,
            _ if self.playhead >= self.recorded => Phase::AtEdge,
            _ => Phase::Playing,
        }
    }

    /// The speed it really plays at, where that is less than asked for: the simulation cannot keep up.
    pub fn real_speed(&self) -> Option<f64> {
        let lags = self.playing && self.awaited.is_none() && self.pace < 0.9 * self.speed.factor();
        lags.then_some(self.pace)
    }

    /// Up to where the run should be recorded by now; zero while nothing was started.
    pub fn wanted(&self) -> Time {
        if !self.started {
            return Time::ZERO;
        }
        let ahead = Time::from_secs_f64(AHEAD_SECONDS * self.speed.factor().max(0.4));
        let wanted = self.playhead.max(self.awaited.unwrap_or_default()) + ahead;
        // In whole seconds: the worker need not be asked at every picture.
        Time::from_secs(wanted.0.div_ceil(1_000_000_000)).min(self.duration)
    }

    fn toggle(&mut self) {
        if self.phase() == Phase::Ended {
            self.playhead = Time::ZERO;
            self.playing = true;
            return;
        }
        self.playing = !self.playing;
        self.started |= self.playing;
        self.pace = self.speed.factor();
    }

    fn step(&mut self, frames: i32) {
        self.playing = false;
        let by = Time(FRAME.0 * u64::from(frames.unsigned_abs()));
        // From between two frames a step goes to the next edge of one.
        let (down, up) = (self.playhead.0 / FRAME.0 * FRAME.0, self.playhead.0.div_ceil(FRAME.0) * FRAME.0);
        self.seek(if frames < 0 { Time(up).since(by) } else { Time(down) + by });
    }

    fn seek(&mut self, to: Time) {
        let to = to.min(self.duration);
        self.started |= to > Time::ZERO;
        self.playhead = to.min(self.recorded);
        self.awaited = (to > self.recorded && !self.complete).then_some(to);
    }

    fn tick(&mut self, seconds: f64) {
        if !self.playing || self.awaited.is_some() || seconds <= 0.0 {
            return;
        }
        let seconds = seconds.min(TICK_MAX);
        let before = self.playhead;
        self.playhead = (before + Time::from_secs_f64(seconds * self.speed.factor())).min(self.recorded).max(before);
        if self.complete && self.playhead >= self.recorded {
            self.playing = false;
        }
        if self.recorded == Time::ZERO {
            return;
        }
        let now = self.playhead.since(before).as_secs_f64() / seconds;
        let weight = (seconds / PACE_SECONDS).min(1.0);
        self.pace += (now - self.pace) * weight;
    }

    fn recorded(&mut self, until: Time, complete: bool) {
        (self.recorded, self.complete) = (until, complete);
        let Some(awaited) = self.awaited else { return };
        self.playhead = awaited.min(until);
        if awaited <= until || complete {
            self.awaited = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PlayerMessage::{Recorded, Reset, Seek, Step, Tick, Toggle, Truncated};
    use super::*;

    fn player(messages: &[PlayerMessage]) -> Player {
        let mut player = Player::new(Time::from_secs(60));
        messages.iter().for_each(|message| player.update(*message));
        player
    }

    fn seconds(seconds: f64) -> Time {
        Time::from_secs_f64(seconds)
    }

    #[test]
    fn refresh_rate_does_not_matter() {
        let start = [Toggle, Recorded(seconds(30.0), false)];
        for speed in 0..=Speed::STEP_MAX {
            let mut at_60 = player(&start);
            let mut at_144 = at_60.clone();
            for player in [&mut at_60, &mut at_144] {
                player.update(PlayerMessage::Speed(Speed::of_step(speed)));
            }
            (0..60).for_each(|_| at_60.update(Tick(1.0 / 60.0)));
            (0..144).for_each(|_| at_144.update(Tick(1.0 / 144.0)));
            let apart = at_60.playhead().as_secs_f64() - at_144.playhead().as_secs_f64();
            assert!(apart.abs() < 1e-6, "{speed}: {apart}");
        }
    }

    #[test]
    fn waits_at_the_edge_and_says_its_real_speed() {
        let mut player = player(&[Toggle]);
        assert_eq!(player.phase(), Phase::Loading);
        player.update(Recorded(seconds(1.0), false));
        (0..120).for_each(|_| player.update(Tick(1.0 / 60.0)));
        assert_eq!((player.playhead(), player.phase()), (seconds(1.0), Phase::AtEdge));
        assert!(player.real_speed().is_some_and(|real| real < 0.5));
        player.update(Recorded(seconds(20.0), false));
        (0..300).for_each(|_| player.update(Tick(1.0 / 60.0)));
        assert_eq!((player.real_speed(), player.phase()), (None, Phase::Playing));
    }

    #[test]
    fn ends_and_plays_again() {
        let mut player = player(&[Toggle, Recorded(seconds(0.2), true), Tick(0.2), Tick(0.2)]);
        assert_eq!((player.phase(), player.playing()), (Phase::Ended, false));
        player.update(Toggle);
        assert_eq!((player.playhead(), player.playing(), player.phase()), (Time::ZERO, true, Phase::Playing));
    }

    #[test]
    fn a_hidden_tab_does_not_jump() {
        let player = player(&[Toggle, Recorded(seconds(60.0), true), Tick(3600.0)]);
        assert_eq!(player.playhead(), seconds(TICK_MAX));
    }

    #[test]
    fn steps_land_on_frames() {
        let mut player = player(&[Toggle, Recorded(seconds(10.0), false), Tick(0.17), Step(1)]);
        assert_eq!((player.playhead(), player.playing()), (seconds(0.2), false));
        player.update(Step(10));
        assert_eq!(player.playhead(), seconds(1.2));
        player.update(Step(-1));
        assert_eq!(player.playhead(), seconds(1.1));
        player.update(Step(-100));
        assert_eq!(player.playhead(), Time::ZERO);
    }

    #[test]
    fn seeks_beyond_the_recorded_once_it_is_there() {
        let mut player = player(&[Seek(seconds(30.0))]);
        assert_eq!((player.playhead(), player.phase()), (Time::ZERO, Phase::AtEdge));
        assert!(player.wanted() >= seconds(30.0));
        player.update(Recorded(seconds(12.0), false));
        assert_eq!((player.playhead(), player.phase()), (seconds(12.0), Phase::AtEdge));
        player.update(Recorded(seconds(31.0), false));
        assert_eq!((player.playhead(), player.phase()), (seconds(30.0), Phase::Paused));
    }

    #[test]
    fn a_change_voids_the_future_only() {
        let mut player =
            player(&[Toggle, Recorded(seconds(60.0), true), Seek(seconds(20.0)), Truncated(seconds(20.0))]);
        assert_eq!((player.playhead(), player.phase()), (seconds(20.0), Phase::AtEdge));
        player.update(Reset(seconds(5.0)));
        assert_eq!((player.phase(), player.wanted()), (Phase::Ready, Time::ZERO));
    }
}
