//! The canvas.

use crate::design::Target;

/// Gives a part the keyboard's focus once it is drawn.
pub fn focus_part(_part: &Target) {}
