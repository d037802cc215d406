//! A vector of what the engine looks up by number at every step.

use std::ops::{Deref, DerefMut, Index, IndexMut};

/// A vector whose look-up is always a part of its caller. Built for size, as the page is, a `Vec`'s would be a call, and
/// the engine makes a hundred of them for each request.
#[derive(Clone, Debug)]
pub struct Row<T>(Vec<T>);

impl<T> Default for Row<T> {
    fn default() -> Row<T> {
        Row(Vec::new())
    }
}

impl<T> From<Vec<T>> for Row<T> {
    fn from(all: Vec<T>) -> Row<T> {
        Row(all)
    }
}

impl<T> Index<usize> for Row<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, index: usize) -> &T {
        &self.0.as_slice()[index]
    }
}

impl<T> IndexMut<usize> for Row<T> {
    #[inline(always)]
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self.0.as_mut_slice()[index]
    }
}

impl<T> Deref for Row<T> {
    type Target = Vec<T>;
    #[inline(always)]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for Row<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}
