//! What may stand as the value of an attribute, a class or a property, and what a closure makes of it.

use std::borrow::Cow;

use crate::ui::signal::{Memo, RwSignal};
use wasm_bindgen::JsValue;

use super::attribute::{Attribute, Place};

/// A text, a number, a flag (there, or not), perhaps none, or a closure that gives one of these.
pub trait Value: Sized {
    /// The text; none takes the attribute away.
    fn text(self) -> Option<Cow<'static, str>>;

    /// The attribute.
    fn into_attribute(self, place: Place) -> Attribute {
        Attribute::Set(place, self.text())
    }
}

impl Value for &'static str {
    fn text(self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl Value for String {
    fn text(self) -> Option<Cow<'static, str>> {
        Some(Cow::Owned(self))
    }
}

impl Value for bool {
    fn text(self) -> Option<Cow<'static, str>> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<V: Value> Value for Option<V> {
    fn text(self) -> Option<Cow<'static, str>> {
        self.and_then(V::text)
    }
}

macro_rules! number_values {
    ($($number:ty),*) => {$(
        impl Value for $number {
            fn text(self) -> Option<Cow<'static, str>> {
                Some(Cow::Owned(self.to_string()))
            }
        }
    )*};
}
number_values!(f64, u32, usize);

impl<F, V> Value for F
where
    F: Fn() -> V + 'static,
    V: Value,
{
    fn text(self) -> Option<Cow<'static, str>> {
        self().text()
    }

    fn into_attribute(self, place: Place) -> Attribute {
        Attribute::Live(place, Box::new(move || self().text()))
    }
}

impl<V: Value + Clone + Send + Sync + 'static> Value for Memo<V> {
    fn text(self) -> Option<Cow<'static, str>> {
        self.get().text()
    }

    fn into_attribute(self, place: Place) -> Attribute {
        (move || self.get()).into_attribute(place)
    }
}

/// A text or a flag for a property of the element's object, or a closure that gives one.
pub trait Property: Sized {
    /// The value in JavaScript.
    fn value(self) -> JsValue;

    /// The attribute that sets the property.
    fn into_attribute(self, name: &'static str) -> Attribute {
        Attribute::Property(name, self.value())
    }
}

impl Property for &'static str {
    fn value(self) -> JsValue {
        self.into()
    }
}

impl Property for String {
    fn value(self) -> JsValue {
        self.into()
    }
}

impl Property for bool {
    fn value(self) -> JsValue {
        self.into()
    }
}

impl Property for usize {
    fn value(self) -> JsValue {
        self.into()
    }
}

impl<F, V> Property for F
where
    F: Fn() -> V + 'static,
    V: Property,
{
    fn value(self) -> JsValue {
        self().value()
    }

    fn into_attribute(self, name: &'static str) -> Attribute {
        Attribute::LiveProperty(name, Box::new(move || self().value()))
    }
}

impl<V: Property + Clone + Send + Sync + 'static> Property for Memo<V> {
    fn value(self) -> JsValue {
        self.get().value()
    }

    fn into_attribute(self, name: &'static str) -> Attribute {
        (move || self.get()).into_attribute(name)
    }
}

impl<V: Property + Clone + Send + Sync + 'static> Property for RwSignal<V> {
    fn value(self) -> JsValue {
        self.get().value()
    }

    fn into_attribute(self, name: &'static str) -> Attribute {
        (move || self.get()).into_attribute(name)
    }
}
