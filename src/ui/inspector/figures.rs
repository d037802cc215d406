//! Live figures of the selected part.

use leptos::prelude::*;

use crate::design::Kind;
use crate::scene::{bytes_text, count_text, figure_text, rate_text, share_text};
use crate::ui::element::view;
use crate::ui::icon::state_icon;
use crate::ui::live::live;
use crate::ui::session::use_session;
use crate::ui::signal::Memo;

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or(String::new(), |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).chain(['.']).collect())
}

fn tile(label: &'static str, value: String) -> impl IntoView {
    view! { <div class="figure-tile"><dt>{label}</dt><dd>{value}</dd></div> }
}

/// The figures of a component at the playhead.
#[component]
pub fn ComponentFigures(name: String) -> impl IntoView {
    let session = use_session();
    let of = name.clone();
    let vitals = Memo::new(move |_| session.glance.with(|glance| glance.component(&of).cloned()));
    let users = move || {
        session.with_design(|design| {
            design.component(&name).is_some_and(|component| matches!(component.kind, Kind::Clients(_)))
        })
    };
    live(move || {
        let vitals = vitals.get()?;
        let (state, users) = (vitals.state(), users());
        let waiting = if vitals.waiting < 0.5 { 0.0 } else { vitals.waiting };
        Some(view! {
            <p class=format!("badge {}", state.tone())>{state_icon(state)}<span class="strong">{state.word()}</span></p>
            <p class="soft">{sentence(state.help())}</p>
            <dl class="figure-tiles">
                {tile(if users { "issued" } else { "arriving" }, rate_text(vitals.rate))}
                {tile("answered well", rate_text(vitals.good_rate))}
                {users.then(|| tile("lost", share_text(vitals.broken)))}
                {(!users).then(|| view! {
                    {vitals.busy.map(|busy| tile("servers busy", share_text(busy)))}
                    {vitals.held.map(|held| tile("slots held", share_text(held)))}
                    {vitals.fill.is_some().then(|| tile("waiting", count_text(waiting)))}
                    {tile("turned away", rate_text(vitals.shed_rate))}
                    {tile("work for nobody", rate_text(vitals.late_rate))}
                    {(vitals.expired_rate > 0.0).then(|| tile("work saved", rate_text(vitals.expired_rate)))}
                })}
                {vitals.hits.map(|hits| tile("found in cache", share_text(hits)))}
                {vitals.figures.iter().map(|&(figure, value)| tile(figure.info().label, figure_text(figure, value))).collect_view()}
            </dl>
        })
    })
}

/// The figures of a wire at the playhead.
#[component]
pub fn WireFigures(from: String, to: String) -> impl IntoView {
    let session = use_session();
    let flow = Memo::new(move |_| session.glance.with(|glance| glance.wire(&from, &to).cloned()));
    live(move || {
        let flow = flow.get()?;
        Some(view! {
            <p class=format!("badge {}", flow.state().tone())><span class="strong">{flow.state().word()}</span></p>
            <dl class="figure-tiles">
                {tile("attempts", rate_text(flow.rate))}
                {tile("of these retries", rate_text(flow.retry_rate))}
                {(flow.hedge_rate > 0.0).then(|| tile("of these hedges", rate_text(flow.hedge_rate)))}
                {tile("broken", share_text(flow.broken))}
                {tile("too late", rate_text(flow.late_rate))}
                {tile("in flight", count_text(flow.in_flight))}
                {(flow.fallback_rate > 0.0).then(|| tile("fallbacks", rate_text(flow.fallback_rate)))}
                {(flow.lost_rate > 0.0).then(|| tile("lost on the way", rate_text(flow.lost_rate)))}
                {(flow.traffic > 0.0).then(|| tile("bytes", format!("{}/s", bytes_text(flow.traffic))))}
            </dl>
        })
    })
}
