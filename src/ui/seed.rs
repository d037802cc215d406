//! The seed of the run: shown, typed, or rolled. Another seed is another run: it starts from the beginning.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::design::Edit;
use crate::editor::{Effect as EditorEffect, Msg};

use super::element::view;
use super::glyph::{Glyph, glyph};
use super::run::{Run, use_run};
use super::session::{Session, use_session};
use super::signal::Memo;

/// Rolled seeds are short: they are read out and typed.
const ROLLED_MAX: f64 = 9999.0;

/// The field and the die.
#[component]
pub fn SeedControl() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let seed = Memo::new(move |_| session.with_design(|design| design.seed));
    let typed = move |event| {
        match event_target_value(&event).trim().parse::<u64>() {
            Ok(typed) if i64::try_from(typed).is_ok() => reseed(session, run, typed),
            _ => session.handle(EditorEffect::Refused("the seed is a whole number from 0".to_owned())),
        }
        // Refused: the old one stands again.
        event_target::<HtmlInputElement>(&event).set_value(&seed.get_untracked().to_string());
    };
    view! {
        <div class="seed" role="group" aria-label="Seed of the run">
            <label class="seed-field">
                <span>"Seed"</span>
                <input type="text" inputmode="numeric" autocomplete="off" aria-label="Seed" prop:value=move || seed.get().to_string() on:change=typed />
            </label>
            <button class="icon-button small" title="Roll another seed: other chances, the same design" aria-label="Roll another seed"
                on:click=move |_| roll(session, run)>{glyph(Glyph::Die)}</button>
        </div>
    }
}

fn roll(session: Session, run: Run) {
    let now = session.with_untracked_design(|design| design.seed);
    let rolled = || (js_sys::Math::random() * ROLLED_MAX) as u64 + 1;
    let seed = std::iter::repeat_with(rolled).find(|seed| *seed != now).unwrap_or(now + 1);
    reseed(session, run, seed);
}

/// Another seed, as a step that can be undone; unless the lesson does not allow it.
fn reseed(session: Session, run: Run, seed: u64) {
    let (before, duration) = session.with_untracked_design(|design| (design.seed, design.duration));
    let edit = Edit::SetRun(seed, duration);
    if seed == before {
        return;
    }
    if let Some(why) = session.editor.with_untracked(|editor| editor.refuses(&edit)) {
        return session.handle(EditorEffect::Refused(why));
    }
    run.reset();
    session.dispatch(Msg::Edit(edit));
    session.announcement.set(format!("Seed {seed}: other chances; the run starts from the beginning"));
}
