//! What the editor is told, and what it asks of its surroundings.

use crate::design::{Design, Edit, Fault, Point, Target};

use super::Action;
use super::rulebook::Rulebook;

/// What can happen to the editor. Places are in screen pixels from the top left of the canvas, unless said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A button or finger goes down on the canvas.
    PointerDown(Pointer),
    /// A pointer moves, pressed or not.
    PointerMove(Pointer),
    /// A button or finger goes up.
    PointerUp(Pointer),
    /// The browser took the pointer away.
    PointerCancel(i32),
    /// A finger has rested for half a second where it went down.
    LongPress,
    /// The wheel turned: zooms about the place by this factor.
    Zoom(Point, f64),
    /// The wheel or a trackpad scrolled: moves what is seen by this many screen pixels.
    Scroll(Point),
    /// The canvas has this size.
    Resize(Point),
    /// An action was chosen, by key, button or menu. True for a key that repeats because it is held.
    Do(Action, bool),
    /// A part got the keyboard's focus: it is brought into view.
    Focused(Target),
    /// A part is selected; true adds to (or takes from) what is selected.
    Select(Target, bool),
    /// A component of this kind is put near the centre, at a free place.
    Place(&'static str),
    /// A component of this kind is dragged from the palette.
    PickUp(&'static str),
    /// A wire is wanted from the first to the second.
    Connect(String, String),
    /// The wire between the first two is to run between the other two.
    Rewire((String, String), (String, String)),
    /// What is selected was copied ([`super::Editor::copied`]) to the clipboard; true takes it away.
    Copied(bool),
    /// This text is pasted: parts that were copied here or in another tab; near this place, or in the middle.
    Paste(String, Option<Point>),
    /// A part is taken away (a component with its wires).
    Delete(Target),
    /// A component gets another name.
    Rename(String, String),
    /// A change of the design, one step of undo.
    Edit(Edit),
    /// A change that goes on (a slider being dragged): it replaces the preview before it, until `Seal`.
    Preview(Edit),
    /// The preview is final.
    Seal,
    /// The context menu is wanted for a part (or the canvas), here.
    OpenMenu(Option<Target>, Point),
    /// The menu shows another page.
    TurnMenu(MenuPage),
    /// The menu is not wanted any more.
    CloseMenu,
    /// The learner strikes with a fault now.
    Strike(Fault),
    /// Another design is shown; the history starts anew.
    Open(Box<Design>),
    /// From now on this lesson's rules hold; none is freedom.
    Rule(Option<Box<Rulebook>>),
    /// From now on nothing can be changed, only looked at and run.
    Freeze,
}

/// What the editor asks of its surroundings.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The design is another one: save it. `behaves` tells whether a run would differ (a move does not matter to it).
    DesignChanged {
        /// Whether a run would differ.
        behaves: bool,
    },
    /// To be told by the live region.
    Announce(String),
    /// Something was refused; why, in a learner's words.
    Refused(String),
    /// The learner's hand strikes the run.
    Fault(Fault),
    /// The keyboard's focus goes to this part.
    Focus(Target),
    /// Escape was pressed with nothing left to cancel on the canvas.
    ClosePanel,
    /// An action that is not the editor's: the shell does it.
    Shell(Action),
}

/// A pointer event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    /// The browser's number of the pointer.
    pub id: i32,
    /// Where.
    pub at: Point,
    /// What it is.
    pub kind: PointerKind,
    /// The button that went down or up: 0 main, 1 middle, 2 second.
    pub button: i16,
    /// Shift is held.
    pub shift: bool,
    /// Ctrl or Cmd is held.
    pub ctrl: bool,
    /// Alt is held.
    pub alt: bool,
    /// The space bar is held.
    pub space: bool,
}

/// What points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerKind {
    /// A mouse or a pen: precise, and it can hover.
    Mouse,
    /// A finger.
    Touch,
}

/// The open context menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// What it is about; none is the canvas.
    pub on: Option<Target>,
    /// Where it opened.
    pub at: Point,
    /// What it shows.
    pub page: MenuPage,
}

/// What the context menu shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuPage {
    /// The actions.
    Actions,
    /// The list of components to connect to.
    ConnectTo,
    /// The list of components that could call over this wire instead.
    MoveStart,
    /// The list of components that this wire could lead to instead.
    MoveEnd,
    /// Ways to arrange the selected components.
    Arrange,
    /// A field for another name.
    Rename,
}
