//! Signals, memos and effects over one type of value.
//!
//! Leptos compiles each of its signals anew for every type that is kept in one, 2 to 4 kB each; here all keep a box, and what is
//! compiled for each type is the way into the box. A [`RwSignal`] or [`Memo`] of these is used as one of Leptos' own.

use std::any::Any;
use std::marker::PhantomData;

use leptos::prelude::{self as boxed, Read, ReadUntracked, Track, Write};

type Kept = Box<dyn Any + Send + Sync>;

/// A value that can be read and written, and whose readers run again when it was written.
pub struct RwSignal<T> {
    kept: boxed::RwSignal<Kept>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T: Default + Send + Sync + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// A signal of this value, kept for as long as its owner.
    pub fn new(value: T) -> Self {
        Self { kept: keep(Box::new(value)), of: PhantomData }
    }

    /// Reads the value, and is told when it changes.
    pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(inside(&**tracked(self.kept)))
    }

    /// Reads the value as it is now.
    pub fn with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(inside(&**untracked(self.kept)))
    }

    /// Is told when the value changes.
    pub fn track(&self) {
        self.kept.track();
    }

    /// Reads the value as it is now; nothing when the signal's owner is gone.
    pub fn try_with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> Option<U> {
        try_untracked(self.kept).map(|kept| read(inside(&**kept)))
    }

    /// Puts another value in its place; nothing happens when the signal's owner is gone.
    pub fn set(&self, value: T) {
        put(self.kept, Box::new(value));
    }

    /// Changes the value.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        let _ = self.try_update(change);
    }

    /// Changes the value; nothing happens when the signal's owner is gone.
    pub fn try_update<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.change(true, change)
    }

    /// Changes the value and tells nobody.
    pub fn update_untracked<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.change(false, change)
    }

    fn change<U>(&self, tell: bool, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        let (mut change, mut made) = (Some(change), None);
        write(self.kept, tell, &mut |kept| made = change.take().map(|change| change(inside_mut(&mut **kept))));
        made
    }
}

impl<T: Clone + Send + Sync + 'static> RwSignal<T> {
    /// The value; told when it changes.
    pub fn get(&self) -> T {
        self.with(T::clone)
    }

    /// The value as it is now.
    pub fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}

/// A value that is computed from others, and whose readers run again when it came out differently.
pub struct Memo<T> {
    kept: boxed::Memo<Computed>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

/// A computed value, and how two of its type are compared.
struct Computed {
    value: Kept,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

type Compute = Box<dyn Fn(Option<&Computed>) -> Computed + Send + Sync>;

impl PartialEq for Computed {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// A memo of what the closure makes; it is given what it made last.
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        let boxed = move |before: Option<&Computed>| {
            let value = compute(before.map(|before| inside(&*before.value)));
            Computed { value: Box::new(value), same: |one, other| one.downcast_ref::<T>() == other.downcast_ref::<T>() }
        };
        Self { kept: compute_with(Box::new(boxed)), of: PhantomData }
    }
}

impl<T: 'static> Memo<T> {
    /// Reads the value, and is told when it changes.
    pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(inside(&*computed(self.kept).value))
    }

    /// Reads the value as it is now.
    pub fn with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(inside(&*computed_untracked(self.kept).value))
    }

    /// Is told when the value changes.
    pub fn track(&self) {
        self.kept.track();
    }
}

impl<T: Clone + 'static> Memo<T> {
    /// The value; told when it changes.
    pub fn get(&self) -> T {
        self.with(T::clone)
    }

    /// The value as it is now.
    pub fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}

/// A value that is kept for as long as its owner, and whose readers are told nothing.
pub struct StoredValue<T>(RwSignal<T>);

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

impl<T: Send + Sync + 'static> StoredValue<T> {
    /// Keeps this value.
    pub fn new(value: T) -> Self {
        Self(RwSignal::new(value))
    }

    /// Reads the value.
    pub fn with_value<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        self.0.with_untracked(read)
    }

    /// Reads the value; nothing when its owner is gone.
    pub fn try_with_value<U>(&self, read: impl FnOnce(&T) -> U) -> Option<U> {
        self.0.try_with_untracked(read)
    }

    /// Changes the value; nothing happens when its owner is gone.
    pub fn try_update_value<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.0.update_untracked(change)
    }

    /// Changes the value.
    pub fn update_value(&self, change: impl FnOnce(&mut T)) {
        let _ = self.try_update_value(change);
    }

    /// Puts another value in its place; nothing happens when its owner is gone.
    pub fn set_value(&self, value: T) {
        self.update_value(|kept| *kept = value);
    }
}

impl<T: Clone + Send + Sync + 'static> StoredValue<T> {
    /// The value.
    pub fn get_value(&self) -> T {
        self.0.get_untracked()
    }
}

/// Does this now, and again whenever what it reads changes.
pub fn effect<T>(mut run: impl FnMut() -> T + 'static) {
    again_and_again(Box::new(move || _ = run()));
}

fn inside<T: 'static>(kept: &(dyn Any + Send + Sync)) -> &T {
    kept.downcast_ref().expect("a signal keeps its own type")
}

fn inside_mut<T: 'static>(kept: &mut (dyn Any + Send + Sync)) -> &mut T {
    kept.downcast_mut().expect("a signal keeps its own type")
}

// What follows is compiled once, which is the point of it all.

#[inline(never)]
fn again_and_again(mut run: Box<dyn FnMut()>) {
    boxed::Effect::new(move |_| run());
}

#[inline(never)]
fn keep(value: Kept) -> boxed::RwSignal<Kept> {
    boxed::RwSignal::new(value)
}

#[inline(never)]
fn tracked(kept: boxed::RwSignal<Kept>) -> <boxed::RwSignal<Kept> as Read>::Value {
    kept.read()
}

#[inline(never)]
fn untracked(kept: boxed::RwSignal<Kept>) -> <boxed::RwSignal<Kept> as ReadUntracked>::Value {
    kept.read_untracked()
}

#[inline(never)]
fn try_untracked(kept: boxed::RwSignal<Kept>) -> Option<<boxed::RwSignal<Kept> as ReadUntracked>::Value> {
    kept.try_read_untracked()
}

#[inline(never)]
fn write(kept: boxed::RwSignal<Kept>, tell: bool, change: &mut dyn FnMut(&mut Kept)) {
    if tell {
        kept.try_write().into_iter().for_each(|mut place| change(&mut place));
    } else {
        kept.try_write_untracked().into_iter().for_each(|mut place| change(&mut place));
    }
}

#[inline(never)]
fn put(kept: boxed::RwSignal<Kept>, value: Kept) {
    if let Some(mut place) = kept.try_write() {
        *place = value;
    }
}

#[inline(never)]
fn compute_with(compute: Compute) -> boxed::Memo<Computed> {
    boxed::Memo::new(compute)
}

#[inline(never)]
fn computed(kept: boxed::Memo<Computed>) -> <boxed::Memo<Computed> as Read>::Value {
    kept.read()
}

#[inline(never)]
fn computed_untracked(kept: boxed::Memo<Computed>) -> <boxed::Memo<Computed> as ReadUntracked>::Value {
    kept.read_untracked()
}
