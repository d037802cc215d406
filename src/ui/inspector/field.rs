//! Forms made from the settings' schema: one declaration in `design` gives label, help, bounds and field.

use leptos::prelude::*;
use web_sys::{Event, HtmlInputElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::design::{Form as Shape, Node, SettingInfo, Value};
use crate::editor::{Msg, Room, distance_info};
use crate::ui::element::view;
use crate::ui::live::live;
use crate::ui::session::{Session, quoted, use_session};
use crate::ui::signal::{Memo, RwSignal, effect};
use crate::units::{power_of_ten, put_in_order};

use super::curve::CurveField;

/// Places of a slider.
const SLIDER_PLACES: f64 = 1000.0;

/// All settings of a part: the common ones first, the rest folded away.
#[component]
pub fn Form(room: Room, common: &'static [&'static str]) -> impl IntoView {
    let session = use_session();
    let schema = session
        .with_untracked_design(|design| room.settings(design).map(|settings| settings.schema()).unwrap_or_default());
    let place = |info: &SettingInfo| common.iter().position(|name| *name == info.name);
    let (mut first, rest): (Vec<_>, Vec<_>) = schema.into_iter().partition(|info| place(info).is_some());
    put_in_order(&mut first, |a, b| place(a) < place(b));
    let fields = |infos: Vec<SettingInfo>| infos.into_iter().map(|info| field(&room, "", info)).collect_view();
    let rest = (!rest.is_empty()).then(|| {
        view! {
            <details class="more-settings">
                <summary>"All settings"</summary>
                {fields(rest)}
            </details>
        }
    });
    view! { <div class="form">{fields(first)}{rest}</div> }
}

/// One field's subject: whose setting, at which path.
#[derive(Clone, PartialEq)]
pub struct Subject {
    /// Whose setting.
    pub room: Room,
    /// The dotted path.
    pub path: String,
}

impl Subject {
    /// An id for the page, other for every field.
    fn id(&self) -> String {
        let whose = match &self.room {
            Room::Component(name) => name.clone(),
            Room::Wire(from, to) => format!("{from}--{to}"),
            Room::Class(name) => format!("class-{name}"),
            Room::Regions => "regions".to_owned(),
        };
        format!("field-{whose}-{}", self.path.replace(['.', ' ', '>'], "-"))
    }

    /// The value now.
    pub fn value(&self, session: Session) -> Option<Node> {
        session.with_design(|design| self.room.value(design, &self.path))
    }

    /// Sets the value, as one step or as a preview; otherwise why not.
    pub fn set(&self, session: Session, value: Node, preview: bool) -> Result<(), String> {
        let edit = session.with_untracked_design(|design| self.room.edit(design, &self.path, value))?;
        session.dispatch(if preview { Msg::Preview(edit) } else { Msg::Edit(edit) });
        Ok(())
    }
}

/// A name in the file as a label: `buffer_size` is `Buffer size`.
fn label_of(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The field of one setting, with label and help. Groups hold their own fields.
pub fn field(room: &Room, above: &str, info: SettingInfo) -> AnyView {
    let path = if above.is_empty() { info.name.to_owned() } else { format!("{above}.{}", info.name) };
    let subject = Subject { room: room.clone(), path };
    match &info.form {
        Shape::Group(inner) => view! {
            <fieldset class="group">
                <legend>{label_of(info.name)}</legend>
                <p class="help">{info.help}</p>
                {inner.iter().map(|inner| field(room, &subject.path, inner.clone())).collect_view()}
            </fieldset>
        }
        .into_any(),
        Shape::Optional(inner) => {
            view! { <OptionalField subject=subject.clone() info=info.clone() inner=(**inner).clone() /> }.into_any()
        }
        Shape::Curve => view! { <CurveField subject=subject help=info.help label=label_of(info.name) /> }.into_any(),
        form => view! { <PlainField subject=subject info=info.clone() form=form.clone() label=label_of(info.name) /> }
            .into_any(),
    }
}

/// The field of how far two regions are apart, by its key in the table of regions.
pub fn distance(key: String) -> AnyView {
    let info = distance_info();
    let label = if key == "default" { "Any other two".to_owned() } else { key.replace("->", "→") };
    let subject = Subject { room: Room::Regions, path: key };
    view! { <PlainField subject=subject form=info.form.clone() info=info label=label /> }.into_any()
}

/// A setting that may be absent: a switch, and the field while it is on.
#[component]
fn OptionalField(subject: Subject, info: SettingInfo, inner: Shape) -> impl IntoView {
    let session = use_session();
    let of = subject.clone();
    let present =
        Memo::new(move |_| of.value(session).is_some_and(|node| node.value != Value::Text("none".to_owned())));
    let (of, name, help, form) = (subject.clone(), info.name, info.help, inner.clone());
    let switch = move |event: Event| {
        let value = if event_target_checked(&event) { initial(name, &form) } else { Node::text("none") };
        let _ = of.set(session, value, false);
    };
    let body = move || {
        present.get().then(|| match &inner {
            Shape::Group(fields) => {
                let views =
                    fields.iter().map(|inner| field(&subject.room, &subject.path, inner.clone())).collect_view();
                view! { <div class="group-body">{views}</div> }.into_any()
            }
            form => {
                view! { <PlainField subject=subject.clone() info=info.clone() form=form.clone() label=String::new() /> }
                    .into_any()
            }
        })
    };
    let text = label_of(name);
    view! {
        <div class="optional">
            <label class="switch">
                <input type="checkbox" role="switch" prop:checked=present on:change=switch />
                <span>{text}</span>
            </label>
            <p class="help">{help}</p>
            {live(body)}
        </div>
    }
}

/// What a setting begins with when it is switched on: a sensible value to change.
fn initial(name: &str, form: &Shape) -> Node {
    match (name, form) {
        (_, Shape::Group(_)) => Node::new(Value::Flag(true)),
        ("timeout", _) => Node::text("1s"),
        ("patience", _) => Node::text("10s"),
        ("ttl", _) => Node::text("60s"),
        ("budget", _) => Node::text("10%"),
        ("bulkhead", _) => Node::text("50"),
        ("job", _) => Node::text("exp(400ms)"),
        (_, Shape::Text(example)) => Node::text(*example),
        _ => Node::text("1"),
    }
}

/// A text, number, choice or flag, with what is wrong beside it.
#[component]
fn PlainField(subject: Subject, info: SettingInfo, form: Shape, label: String) -> impl IntoView {
    let session = use_session();
    let wrong = RwSignal::new(None::<String>);
    let of = subject.clone();
    // What is not written has its default.
    let standard = info.default.as_line().unwrap_or_default();
    let shown = Memo::new(move |_| of.value(session).and_then(|node| node.as_line()).unwrap_or(standard.clone()));
    let id = subject.id();
    let (help_id, wrong_id) = (format!("{id}-help"), format!("{id}-wrong"));
    let name = if label.is_empty() { label_of(info.name) } else { label.clone() };
    let described = format!("{help_id} {wrong_id}");
    let of = subject.clone();
    let commit = move |text: String| wrong.set(of.set(session, Node::text(text), false).err());
    let input = match &form {
        Shape::Choice(words) => choice(id.clone(), name, described, words, shown, commit).into_any(),
        Shape::Flag => flag(id.clone(), name, shown, commit).into_any(),
        Shape::Text(example) => text(id.clone(), name, described, example, shown, wrong, commit).into_any(),
        _ => {
            let slider = slider_range(&info).map(|range| slider(subject.clone(), &info, range, shown));
            view! { {text(id.clone(), name, described, "", shown, wrong, commit)}{slider} }.into_any()
        }
    };
    let example = match &form {
        Shape::Text(example) => Some(format!(" For example {example}.")),
        _ => None,
    };
    let titled = !label.is_empty();
    let note: NodeRef<leptos::html::P> = NodeRef::new();
    effect(move || {
        if let (true, Some(note)) = (wrong.with(Option::is_some), note.get_untracked()) {
            request_animation_frame(move || reveal(&note));
        }
    });
    view! {
        <div class="field" class:wrong=move || wrong.with(Option::is_some)>
            {titled.then(|| view! { <label for=id>{label}</label> })}
            <div class="field-input">{input}</div>
            <p class="help" id=help_id>{titled.then_some(info.help)}{example}</p>
            <p class="field-wrong" id=wrong_id role="alert" node_ref=note>{move || wrong.get().map(|why| quoted(&why))}</p>
        </div>
    }
}

/// Scrolls its panel as little as it takes to see this element.
fn reveal(element: &web_sys::Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

fn text(
    id: String,
    name: String,
    described: String,
    example: &'static str,
    shown: Memo<String>,
    wrong: RwSignal<Option<String>>,
    commit: impl Fn(String) + 'static,
) -> impl IntoView {
    let numeric = example.is_empty();
    // Another value from elsewhere (undo, a slider) puts an end to what was wrong.
    effect(move || {
        shown.track();
        wrong.set(None);
    });
    let changed = move |event: Event| {
        let typed = event_target_value(&event);
        if typed.trim() != shown.get_untracked() {
            commit(typed);
            if wrong.with_untracked(Option::is_none) {
                // A lesson may have refused it: what is there stands again.
                event_target::<HtmlInputElement>(&event).set_value(&shown.get_untracked());
            }
        } else {
            wrong.set(None);
        }
    };
    view! {
        <input id=id class="text-field" type="text" inputmode=numeric.then_some("decimal") aria-label=name
            aria-describedby=described aria-invalid=move || wrong.with(Option::is_some).to_string()
            autocomplete="off" spellcheck="false" placeholder=example prop:value=shown on:change=changed />
    }
}

fn choice(
    id: String,
    name: String,
    described: String,
    words: &'static [&'static str],
    shown: Memo<String>,
    commit: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = |word: &&'static str| {
        let word = *word;
        view! { <option value=word selected=move || shown.with(|shown| shown == word)>{word.replace('-', " ")}</option> }
    };
    view! {
        <select id=id aria-label=name aria-describedby=described prop:value=shown on:change=move |event| commit(event_target_value(&event))>
            {words.iter().map(option).collect_view()}
        </select>
    }
}

fn flag(id: String, name: String, shown: Memo<String>, commit: impl Fn(String) + 'static) -> impl IntoView {
    view! {
        <input id=id type="checkbox" role="switch" aria-label=name prop:checked=move || shown.get() == "true"
            on:change=move |event| commit(event_target_checked(&event).to_string()) />
    }
}

/// The least and the greatest number of a slider: what makes sense to try, not all that is allowed.
fn slider_range(info: &SettingInfo) -> Option<(f64, f64)> {
    let (low, high) = info.bounds?;
    let standard = match info.default.value {
        Value::Integer(number) => number as f64,
        Value::Number(number) => number,
        _ => return None,
    };
    let top = high.min((standard * 250.0).max(64.0));
    (top > low).then_some((low, top))
}

/// A slider on a logarithmic scale: as easy from 1 to 10 as from 1,000 to 10,000. Dragging it is one step of undo.
fn slider(subject: Subject, info: &SettingInfo, (low, high): (f64, f64), shown: Memo<String>) -> impl IntoView + use<> {
    let session = use_session();
    let whole =
        matches!(info.default.value, Value::Integer(_)) && matches!(info.form, Shape::Count | Shape::Optional(_));
    // Zero has no logarithm: the scale is that of the number plus one.
    let shift = if low <= 0.0 { 1.0 } else { 0.0 };
    let (from, to) = ((low + shift).ln(), (high + shift).ln());
    let place_of =
        move |value: f64| (((value.clamp(low, high) + shift).ln() - from) / (to - from) * SLIDER_PLACES).round();
    let value_at = move |place: f64| {
        let value = (from + place / SLIDER_PLACES * (to - from)).exp() - shift;
        if whole { rounded(value).round() } else { rounded(value) }.clamp(low, high)
    };
    let place = move || place_of(shown.get().parse().unwrap_or(low)).to_string();
    let name = format!("{}, slider", label_of(info.name));
    let moved = move |event: Event| {
        let place = event_target::<HtmlInputElement>(&event).value_as_number();
        let _ = subject.set(session, Node::text(value_at(place).to_string()), true);
    };
    view! {
        <input class="slider" type="range" min="0" max=SLIDER_PLACES step="1" aria-label=name aria-valuetext=shown
            prop:value=place on:input=moved on:change=move |_| session.dispatch(Msg::Seal) />
    }
}

/// Two significant figures: a slider gives 1300, not 1287.
fn rounded(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let unit = power_of_ten(value.log10().floor() as i32 - 1);
    (value / unit).round() * unit
}
