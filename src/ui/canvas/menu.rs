//! The context menu of a part or of the canvas: actions, blows to a running part, the list to connect to, renaming.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::design::{Fault, FaultSettings, Target};
use crate::editor::{Action, Menu, MenuPage, Msg, blows, has_caller_port};
use crate::ui::element::view;
use crate::ui::live::live;
use crate::ui::session::{Session, quoted, use_session};
use crate::ui::signal::{RwSignal, StoredValue, effect};

/// The open menu.
#[component]
pub fn ContextMenu() -> impl IntoView {
    let session = use_session();
    // The part that gets the focus back.
    let opener = StoredValue::new(None::<Target>);
    Effect::new(move |was_open: Option<bool>| {
        let open = session.menu.with(|menu| {
            if let Some(menu) = menu {
                opener.set_value(menu.on.clone());
            }
            menu.is_some()
        });
        if was_open == Some(true) && !open {
            give_focus_back(opener.get_value());
        }
        open
    });
    live(move || session.menu.get().map(|menu| view! { <OpenMenu menu=menu /> }))
}

/// The focus goes back to the part, unless something else has taken it meanwhile.
fn give_focus_back(part: Option<Target>) {
    let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    if lost && let Some(part) = part {
        super::focus_part(&part);
    }
}

#[component]
fn OpenMenu(menu: Menu) -> impl IntoView {
    let session = use_session();
    let root: NodeRef<Div> = NodeRef::new();
    effect(move || {
        if let Some(root) = root.get() {
            request_animation_frame(move || focus_item(&root, Step::First));
        }
    });
    let size = session.camera.get_untracked().size;
    // It opens towards the middle, so that all of it can be seen.
    let horizontal = match menu.at.x > size.x - 260.0 {
        true => format!("right:{}px", (size.x - menu.at.x).clamp(8.0, (size.x - 250.0).max(8.0))),
        false => format!("left:{}px", menu.at.x.max(8.0)),
    };
    let vertical = match menu.at.y > size.y / 2.0 {
        true => format!("bottom:{}px;max-height:{}px", (size.y - menu.at.y).max(8.0), menu.at.y.max(120.0)),
        false => format!("top:{}px;max-height:{}px", menu.at.y.max(8.0), (size.y - menu.at.y).max(120.0)),
    };
    let role = if menu.page == MenuPage::Rename { "dialog" } else { "menu" };
    let title = menu.on.as_ref().map_or("Canvas".to_owned(), Target::to_string);
    let content = match (&menu.page, &menu.on) {
        (MenuPage::ConnectTo, Some(Target::Component(name))) => connect_page(session, name).into_any(),
        (MenuPage::Rename, Some(Target::Component(name))) => rename_page(session, name).into_any(),
        (MenuPage::MoveStart, Some(Target::Wire(from, to))) => end_page(session, from, to, false).into_any(),
        (MenuPage::MoveEnd, Some(Target::Wire(from, to))) => end_page(session, from, to, true).into_any(),
        (MenuPage::Arrange, _) => arrange_page(session).into_any(),
        (_, on) => actions_page(session, on.as_ref()).into_any(),
    };
    view! {
        <div class="menu" node_ref=root role=role aria-label=title.clone() style=format!("{horizontal};{vertical}")
            on:keydown=move |event| menu_key(session, root, &event) on:contextmenu=|event| event.prevent_default()>
            <p class="menu-title" role="presentation">{title}</p>
            {content}
        </div>
        <div class="menu-shade" on:pointerdown=move |_| session.dispatch(Msg::CloseMenu) on:contextmenu=|event| event.prevent_default()>
        </div>
    }
}

enum Step {
    First,
    Last,
    Next,
    Back,
}

fn focus_item(root: &HtmlElement, step: Step) {
    let Ok(list) = root.query_selector_all("[role=menuitem], input") else { return };
    let items: Vec<HtmlElement> = (0..list.length()).filter_map(|index| list.get(index)?.dyn_into().ok()).collect();
    let focused = document().active_element();
    let at = items.iter().position(|item| focused.as_ref().is_some_and(|focused| item.is_same_node(Some(focused))));
    let count = items.len();
    let index = match (step, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Back, None) => count.saturating_sub(1),
        (Step::Next, Some(at)) => (at + 1) % count,
        (Step::Back, Some(at)) => (at + count - 1) % count,
    };
    if let Some(item) = items.get(index) {
        super::focus(item);
    }
}

fn menu_key(session: Session, root: NodeRef<Div>, event: &KeyboardEvent) {
    let Some(root) = root.get_untracked() else { return };
    match event.key().as_str() {
        "ArrowDown" => focus_item(&root, Step::Next),
        "ArrowUp" => focus_item(&root, Step::Back),
        "Home" => focus_item(&root, Step::First),
        "End" => focus_item(&root, Step::Last),
        "Escape" | "Tab" => session.dispatch(Msg::CloseMenu),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn item(
    session: Session,
    label: impl Into<String>,
    hint: &'static str,
    class: &'static str,
    msg: Msg,
) -> impl IntoView {
    let label: String = label.into();
    let choose = move |_| {
        if !matches!(msg, Msg::TurnMenu(_)) {
            session.dispatch(Msg::CloseMenu);
        }
        session.dispatch(msg.clone());
    };
    view! {
        <button class=format!("menu-item {class}") role="menuitem" tabindex="-1" on:click=choose>
            <span>{label}</span><span class="keys">{hint}</span>
        </button>
    }
}

/// An action of the registry, with its key.
fn act(session: Session, action: Action) -> impl IntoView {
    let info = action.info();
    item(session, info.label, info.keys.first().copied().unwrap_or(""), "", Msg::Do(action, false))
}

fn acts(session: Session, actions: &[Action]) -> impl IntoView + use<> {
    actions.iter().map(|action| act(session, *action)).collect_view()
}

fn actions_page(session: Session, on: Option<&Target>) -> impl IntoView + use<> {
    let Some(part) = on else {
        let all = [
            Action::Paste,
            Action::SelectAll,
            Action::TidyUp,
            Action::FitAll,
            Action::Undo,
            Action::Redo,
            Action::Search,
        ];
        return acts(session, &all).into_any();
    };
    let several = session.selection.with_untracked(|selection| selection.components().count() > 1);
    let turn =
        |label: &'static str, hint: &'static str, page: MenuPage| item(session, label, hint, "", Msg::TurnMenu(page));
    let of_action = |action: Action, page: MenuPage| turn(action.info().label, action.info().keys[0], page);
    let clipboard = [Action::Copy, Action::Cut, Action::Duplicate, Action::Delete];
    if several && session.selection.with_untracked(|selection| selection.contains(part)) {
        return view! { {turn("Align and distribute…", "", MenuPage::Arrange)}{acts(session, &clipboard)} }.into_any();
    }
    let component = match part {
        Target::Component(name) => session.with_untracked_design(|design| design.component(name).cloned()),
        Target::Wire(..) => None,
    };
    let blows = blows(component.as_ref().map(|component| &component.kind));
    let blow = |(label, fault): (&'static str, FaultSettings)| {
        item(session, label, "", "blow", Msg::Strike(Fault { target: part.clone(), settings: fault }))
    };
    let calls = component.as_ref().is_some_and(|component| has_caller_port(&component.kind));
    let own = match component.is_some() {
        true => view! {
            {calls.then(|| of_action(Action::Connect, MenuPage::ConnectTo))}
            {of_action(Action::Rename, MenuPage::Rename)}
            {acts(session, &clipboard[..3])}
        }
        .into_any(),
        false => view! {
            {turn("Move its start to…", "", MenuPage::MoveStart)}
            {turn("Move its end to…", "", MenuPage::MoveEnd)}
        }
        .into_any(),
    };
    view! {
        {own}
        {item(session, "Delete", "Delete", "", Msg::Delete(part.clone()))}
        {(!blows.is_empty()).then(|| view! { <p class="menu-heading" role="presentation">"During the run"</p> })}
        {blows.into_iter().map(blow).collect_view()}
    }
    .into_any()
}

fn arrange_page(session: Session) -> impl IntoView {
    let all = [
        Action::AlignLeft,
        Action::AlignCentre,
        Action::AlignRight,
        Action::AlignTop,
        Action::AlignMiddle,
        Action::AlignBottom,
        Action::SpreadAcross,
        Action::SpreadDown,
    ];
    acts(session, &all)
}

/// All other components, to connect to.
fn connect_page(session: Session, from: &str) -> impl IntoView + use<> {
    let choices = session.editor.with_untracked(|editor| editor.choices_from(from));
    let from = from.to_owned();
    choice_page(session, "Connect to", choices, &|name| Msg::Connect(from.clone(), name))
}

/// All components that this end of a wire could be moved to.
fn end_page(session: Session, from: &str, to: &str, callee: bool) -> impl IntoView + use<> {
    let choices = session.editor.with_untracked(|editor| editor.choices_for_end(from, to, callee));
    let old = (from.to_owned(), to.to_owned());
    let title = if callee { "It leads to, instead" } else { "It starts at, instead" };
    choice_page(session, title, choices, &|name| {
        let new = if callee { (old.0.clone(), name) } else { (name, old.1.clone()) };
        Msg::Rewire(old.clone(), new)
    })
}

/// Components to choose from; those that cannot be chosen say why.
fn choice_page(
    session: Session,
    title: &'static str,
    choices: Vec<(String, Result<(), String>)>,
    msg: &dyn Fn(String) -> Msg,
) -> impl IntoView + use<> {
    let (fits, cannot): (Vec<_>, Vec<_>) = choices.into_iter().partition(|(_, verdict)| verdict.is_ok());
    let fit = |(name, _): (String, Result<(), String>)| item(session, name.clone(), "", "", msg(name));
    let refused = |(name, verdict): (String, Result<(), String>)| {
        let why = verdict.err().unwrap_or_default();
        view! {
            <div class="menu-item refused" role="menuitem" aria-disabled="true" tabindex="-1">
                <span>{name}</span><span class="why">{quoted(&why)}</span>
            </div>
        }
    };
    view! {
        <p class="menu-heading" role="presentation">{if fits.is_empty() { "There is nothing to connect to yet" } else { title }}</p>
        {fits.into_iter().map(fit).collect_view()}
        {cannot.into_iter().map(refused).collect_view()}
    }
}

fn rename_page(session: Session, name: &str) -> impl IntoView + use<> {
    let (old, typed) = (name.to_owned(), RwSignal::new(name.to_owned()));
    let rename = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        session.dispatch(Msg::Rename(old.clone(), typed.get_untracked()));
    };
    view! {
        <form class="rename" on:submit=rename>
            <label for="rename-field">"New name"</label>
            <input id="rename-field" type="text" maxlength="40" autocomplete="off" spellcheck="false" prop:value=typed
                on:input=move |event| typed.set(event_target_value(&event)) />
            <button class="plain-button" type="submit">"Rename"</button>
        </form>
    }
}
