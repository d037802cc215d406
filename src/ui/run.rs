//! The run on the page: keeps player, recording and worker in step.

use std::collections::VecDeque;

use js_sys::{Array, Date};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, ErrorEvent, MessageEvent, Worker};

use crate::design::{Design, Fault};
use crate::editor::player::{Phase, Player, PlayerMessage};
use crate::lesson::{write_change, write_scenario};
use crate::scene::plot::Curves;
use crate::sim::{Change, FRAME, Scenario};
use crate::units::Time;

use super::later;
use super::protocol::{Ending, FromWorker, ToWorker, decode, encode};
use super::session::{Session, quoted};
use super::signal::{RwSignal, StoredValue};
use super::worker;

/// Milliseconds of one picture that may go into reading what the worker sent.
const INBOX_MILLIS: f64 = 2.5;
/// Milliseconds between two beats.
const BEAT_MILLIS: f64 = 100.0;
/// Frames of one picture that are taken into the charts.
const CURVE_FRAMES: usize = 40;

/// A handful of signals, as [`Session`] is.
#[derive(Clone, Copy)]
pub struct Run {
    pub(super) session: Session,
    /// The player. It notifies at every picture while playing; read it through memos.
    pub player: RwSignal<Player>,
    /// What the charts are cut from.
    pub curves: StoredValue<Curves>,
    /// Grows when the run is forgotten: what was latched in it is void.
    pub reset_count: RwSignal<u32>,
    /// What is run: the design at the start, and what was done in mid-run. Empty before the first play.
    pub scenario: StoredValue<Scenario>,
    /// A run that came from elsewhere, with what was done in it by hand: it is played if the design is still the one it
    /// ended with.
    prepared: StoredValue<Option<Scenario>>,
    /// Grows a few times a second while something moves: for what need not be drawn at every picture.
    pub beat: RwSignal<u32>,
    /// Why there is no (more) run, in words.
    pub trouble: RwSignal<Option<String>>,
    /// What is to be said of the run's scale, in few words and in a sentence or two.
    pub scale: RwSignal<Option<(String, String)>>,
    /// From where the next event is looked for, while none is recorded yet.
    pub(super) hunt: StoredValue<Option<Time>>,
    link: leptos::prelude::StoredValue<Link, LocalStorage>,
}

/// The line to the worker.
#[derive(Default)]
struct Link {
    worker: Option<Worker>,
    take: u32,
    /// The worker has a run of this take.
    loaded: bool,
    /// Up to where frames were asked for.
    asked: Time,
    inbox: VecDeque<JsValue>,
    /// When the last beat was, and what was shown then.
    beaten: (f64, Time, u64),
}

impl Run {
    /// A player with nothing to play yet, put into the context.
    pub fn provide(session: Session) -> Run {
        let duration = session.editor.with_untracked(|editor| editor.design.duration);
        let run = Run {
            session,
            player: RwSignal::new(Player::new(duration)),
            curves: StoredValue::new(Curves::default()),
            reset_count: RwSignal::new(0),
            scenario: StoredValue::new(Scenario::default()),
            prepared: StoredValue::new(None),
            beat: RwSignal::new(0),
            trouble: RwSignal::new(None),
            scale: RwSignal::new(None),
            hunt: StoredValue::new(None),
            link: leptos::prelude::StoredValue::new_local(Link::default()),
        };
        provide_context(run);
        run
    }

    /// Asks the player for something.
    pub fn ask(&self, message: PlayerMessage) {
        self.hunt.set_value(None);
        self.player.update(|player| player.update(message));
        self.follow();
    }

    /// Forgets the run; the next one starts from the beginning, with the same seed.
    pub fn reset(&self) {
        let duration = self.session.editor.with_untracked(|editor| editor.design.duration);
        self.link.update_value(|link| {
            link.take += 1;
            (link.loaded, link.asked) = (false, Time::ZERO);
            link.inbox.clear();
        });
        self.session.update_recording(|recording| *recording = Default::default());
        self.curves.set_value(Curves::default());
        self.scenario.set_value(Scenario::default());
        self.prepared.set_value(None);
        self.trouble.set(None);
        self.scale.set(None);
        self.reset_count.update(|count| *count += 1);
        self.ask(PlayerMessage::Reset(duration));
    }

    /// The next play is that of this scenario, unless the design is changed first.
    pub fn prepare(&self, scenario: Scenario) {
        self.prepared.set_value(Some(scenario));
    }

    /// What is being run or would be: the design as it is now, with all that was done by hand.
    pub fn shared(&self) -> Scenario {
        if !self.player.with_untracked(Player::started) {
            return self.next();
        }
        let mut scenario = self.scenario.get_value();
        // Parts that were only moved do not enter the script.
        *scenario.last_design_mut() = self.design();
        scenario
    }

    fn next(&self) -> Scenario {
        let design = self.design();
        let prepared = self.prepared.with_value(Clone::clone);
        prepared.filter(|scenario| *scenario.design_at(Time::MAX) == design).unwrap_or_else(|| Scenario::of(design))
    }

    /// The design is another one. In mid-run only the future is computed anew, from the playhead on.
    pub fn design_changed(&self, behaves: bool) {
        if !self.player.with_untracked(Player::started) {
            let duration = self.session.editor.with_untracked(|editor| editor.design.duration);
            self.ask(PlayerMessage::Reset(duration));
            return;
        }
        if behaves {
            self.change(Change::Design(Box::new(self.design())));
        }
    }

    /// A fault strikes at the playhead.
    pub fn strike(&self, fault: &Fault) {
        if !self.player.with_untracked(Player::started) {
            self.ask(PlayerMessage::Toggle);
        }
        self.change(Change::Fault(fault.clone()));
    }

    /// Some wall-clock seconds went by: called before each picture.
    pub fn tick(&self, seconds: f64) {
        self.read_inbox();
        self.follow_hunt();
        if self.player.with_untracked(Player::playing) {
            self.player.update(|player| player.update(PlayerMessage::Tick(seconds)));
        }
        self.session.recording.with_value(|recording| {
            self.curves.update_value(|curves| curves.follow(recording, CURVE_FRAMES));
        });
        self.follow();
        self.beat();
    }

    fn beat(&self) {
        let (at, playhead, revision) = self.link.with_value(|link| link.beaten);
        let shown = (self.session.playhead.get_untracked(), self.session.revision.get_untracked());
        let now = Date::now();
        if shown != (playhead, revision) && now - at >= BEAT_MILLIS {
            self.link.update_value(|link| link.beaten = (now, shown.0, shown.1));
            self.beat.update(|beat| *beat += 1);
        }
    }

    /// Another pair whenever what was recorded before may be void: resets, and takes.
    pub fn generation(&self) -> (u32, u32) {
        (self.reset_count.get_untracked(), self.link.with_value(|link| link.take))
    }

    /// Begins a new take at the playhead.
    fn change(&self, change: Change) {
        let playhead = self.player.with_untracked(Player::playhead);
        let at = Time(playhead.0 / FRAME.0 * FRAME.0);
        self.truncate(at);
        self.trouble.set(None);
        self.link.update_value(|link| {
            link.take += 1;
            link.inbox.clear();
        });
        let take = self.link.with_value(|link| link.take);
        self.post(&ToWorker::Change { take, change: write_change(at, &change) });
        self.scenario.update_value(|scenario| scenario.change(at, change));
        self.ask(PlayerMessage::Truncated(at));
    }

    fn truncate(&self, at: Time) {
        self.session.update_recording(|recording| recording.truncate(at));
        self.curves.update_value(|curves| curves.truncate((at.0 / FRAME.0) as usize));
    }

    /// A run has one scale: where a change asks for another, all is computed anew, and the playhead comes back to where
    /// it is.
    fn begin_anew(&self) {
        let playhead = self.player.with_untracked(Player::playhead);
        self.truncate(Time::ZERO);
        self.reset_count.update(|count| *count += 1);
        self.ask(PlayerMessage::Truncated(Time::ZERO));
        self.ask(PlayerMessage::Seek(playhead));
    }

    /// Brings the worker and the session to where the player is.
    fn follow(&self) {
        let wanted = self.player.with_untracked(Player::wanted);
        if wanted > Time::ZERO && !self.link.with_value(|link| link.loaded) {
            self.load();
        }
        if wanted > self.link.with_value(|link| link.asked) {
            self.link.update_value(|link| link.asked = wanted);
            self.post(&ToWorker::Until(wanted));
        }
        let Session { playhead, playing, speed, .. } = self.session;
        let player = self.player.get_untracked();
        set_if_other(playhead, player.playhead());
        set_if_other(playing, player.phase() == Phase::Playing);
        set_if_other(speed, player.speed().factor());
    }

    fn load(&self) {
        self.link.update_value(|link| {
            link.take += 1;
            (link.loaded, link.asked) = (true, Time::ZERO);
        });
        let (take, scenario) = (self.link.with_value(|link| link.take), self.next());
        self.post(&ToWorker::Load { take, scenario: write_scenario(&scenario) });
        self.scenario.set_value(scenario);
    }

    fn design(&self) -> Design {
        self.session.editor.with_untracked(|editor| editor.design.clone())
    }

    fn read_inbox(&self) {
        let started = Date::now();
        while let Some(data) = self.link.try_update_value(|link| link.inbox.pop_front()).flatten() {
            if let Some(message) = decode::<FromWorker>(&data) {
                self.hear(message);
            }
            if Date::now() - started > INBOX_MILLIS {
                return;
            }
        }
    }

    fn hear(&self, message: FromWorker) {
        let take = self.link.with_value(|link| link.take);
        match message {
            FromWorker::Parts(of, parts) if of == take => {
                self.session.update_recording(|recording| recording.parts = parts);
            }
            FromWorker::Scaled { take: of, words, anew } if of == take => {
                if let Some((_, long)) = words.as_ref().filter(|_| self.scale.with_untracked(|told| *told != words)) {
                    self.session.announcement.set(quoted(long));
                }
                self.scale.set(words);
                if anew {
                    self.begin_anew();
                }
            }
            FromWorker::Frames(of, frames) if of == take => {
                self.session.update_recording(|recording| recording.extend(frames));
                self.tell_recorded(false);
            }
            FromWorker::Over(of, ending) if of == take => {
                self.tell_recorded(true);
                if let Ending::Stopped(why) = ending {
                    self.trouble.set(Some(format!("The run was stopped: {why}")));
                }
            }
            FromWorker::Problems(of, problems) if of == take => self.trouble.set(Some(problems.join("\n"))),
            FromWorker::Panicked(message) => self.broke_down(&message),
            FromWorker::Found(_)
            | FromWorker::Parts(..)
            | FromWorker::Scaled { .. }
            | FromWorker::Frames(..)
            | FromWorker::Over(..)
            | FromWorker::Problems(..) => {}
        }
    }

    fn tell_recorded(&self, complete: bool) {
        let end = self.session.recording.with_value(|recording| recording.end());
        self.player.update(|player| player.update(PlayerMessage::Recorded(end, complete)));
    }

    fn broke_down(&self, message: &str) {
        self.link.update_value(|link| {
            if let Some(worker) = link.worker.take() {
                worker.terminate();
            }
        });
        self.reset();
        self.trouble
            .set(Some(format!("The simulation broke down; your design is saved. Play starts it again. ({message})")));
    }

    fn post(&self, message: &ToWorker) {
        if self.link.with_value(|link| link.worker.is_none()) {
            let worker = self.hire();
            self.link.update_value(|link| link.worker = Some(worker));
        }
        let buffer = encode(message);
        let moved = Array::of1(&buffer);
        self.link.with_value(|link| {
            if let Some(worker) = &link.worker {
                worker.post_message_with_transfer(&buffer, &moved).expect("a worker takes buffers");
            }
        });
    }

    fn hire(&self) -> Worker {
        let (worker, run) = (worker::spawn(), *self);
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            run.link.update_value(|link| link.inbox.push_back(event.data()));
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
        let failed = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| run.broke_down(&event.message()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        failed.forget();
        worker
    }
}

/// The run of this page.
pub fn use_run() -> Run {
    expect_context()
}

/// Starts the worker at the first sign of use, ahead of the first play: what it fetches shall not delay the page itself.
pub fn warm_up(run: Run) {
    let used = Closure::<dyn FnMut()>::new(move || {
        if run.link.with_value(|link| link.worker.is_none()) {
            let worker = run.hire();
            run.link.update_value(|link| link.worker = Some(worker));
            spawn_local(later::prefetch());
        }
    });
    let once = AddEventListenerOptions::new();
    once.set_once(true);
    for sign in ["pointermove", "pointerdown", "keydown"] {
        let heard = used.as_ref().unchecked_ref();
        window()
            .add_event_listener_with_callback_and_add_event_listener_options(sign, heard, &once)
            .expect("a window hears of pointers and keys");
    }
    used.forget();
}

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
