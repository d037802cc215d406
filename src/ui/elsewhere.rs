//! A lesson on another host: the learner is asked before anything is fetched from there.

use leptos::prelude::*;
use web_sys::Url;

use crate::design::Problem;
use crate::editor::elsewhere::{Access, SplitAddress, access, folder_address, key_of};

use super::course::{Classroom, Page, Source};
use super::dialog::follow;
use super::element::view;

const TOLD: &str = "<li>A lesson is text and drawings. It cannot run scripts, and it cannot see what you built.</li>\
    <li>The other site learns that somebody at your internet address opened it. It gets no cookies.</li>\
    <li>What it says and where its links lead is up to its author, not to this site.</li>";

/// Wants the lesson in the folder at this address, absolute or from the page. One beside the page opens at once.
pub fn want(classroom: Classroom, address: &str) {
    let refused = |why: &str| {
        let shown: String = address.chars().take(200).collect();
        let hint = Some("the address is that of the folder with lesson.md and start.toml".to_owned());
        let problem = Problem { path: format!("?lesson={shown}"), line: 0, message: why.to_owned(), hint };
        classroom.wanted.set(format!("?{shown}"));
        classroom.page.set(Page::Broken(vec![problem]));
    };
    let Some(folder) = split(address).map(|split| folder_address(&split)) else {
        return refused("this is no address");
    };
    let Some(split) = split(&folder) else { return refused("this is no address") };
    match access(&split, &window().location().origin().unwrap_or_default()) {
        Access::Open => classroom.want_from(&key_of(&folder), Source { folder, foreign: false }),
        Access::Ask => {
            let host = split.origin.split("//").nth(1).unwrap_or_default().to_owned();
            classroom.asked.set_value(folder);
            classroom.asking.set(host);
        }
        Access::Refused(why) => refused(why),
    }
}

fn split(address: &str) -> Option<SplitAddress> {
    let base = document().base_uri().ok().flatten()?;
    let url = Url::new_with_base(address, &base).ok()?;
    Some(SplitAddress {
        protocol: url.protocol(),
        hostname: url.hostname(),
        origin: url.origin(),
        path: url.pathname(),
        has_user: !(url.username().is_empty() && url.password().is_empty()),
    })
}

/// The question.
#[component]
pub fn Consent() -> impl IntoView {
    let classroom: Classroom = expect_context();
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    follow(dialog, move || classroom.asking.with(|host| !host.is_empty()));
    let agree = move |_| {
        let folder = classroom.asked.get_value();
        classroom.asking.set(String::new());
        classroom.want_from(&key_of(&folder), Source { folder, foreign: true });
    };
    let decline = move || {
        if !classroom.asking.with_untracked(String::is_empty) {
            classroom.asking.set(String::new());
            classroom.go_to("home");
        }
    };
    let host = move || classroom.asking.get();
    let folder = move || {
        classroom.asking.track();
        classroom.asked.get_value()
    };
    view! {
        <dialog class="sheet consent" node_ref=dialog aria-labelledby="consent-title" on:close=move |_| decline()>
            <h2 id="consent-title">"Open a lesson from "<span class="consent-host">{host}</span>"?"</h2>
            <p>"This lesson is not part of this site. Nothing was fetched yet."</p>
            <p><code>{folder}</code></p>
            <ul inner_html=TOLD></ul>
            <p class="sheet-buttons">
                <button class="text-button framed" on:click=move |_| decline()>"Not now"</button>
                <button class="primary" on:click=agree>"Open the lesson"</button>
            </p>
        </dialog>
    }
}
