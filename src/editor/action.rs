//! The one registry of actions: keys, buttons, menus and the `?` help read the same list.

/// What can be chosen by a key, a button or a menu item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Takes the last step back.
    Undo,
    /// Takes the last undo back.
    Redo,
    /// Takes the selected parts away.
    Delete,
    /// Copies the selected components, with the wires between them.
    Copy,
    /// Copies them and takes them away.
    Cut,
    /// Adds what was copied.
    Paste,
    /// Adds a copy of the selected components beside them.
    Duplicate,
    /// Selects all.
    SelectAll,
    /// Cancels the gesture, then the selection, then the panel.
    Cancel,
    /// Opens the list of components to connect the selected one to.
    Connect,
    /// Asks for another name of the selected component.
    Rename,
    /// Opens the menu of the selected part.
    Menu,
    /// Moves the selected components one grid step.
    MoveLeft,
    /// See `MoveLeft`.
    MoveRight,
    /// See `MoveLeft`.
    MoveUp,
    /// See `MoveLeft`.
    MoveDown,
    /// Moves the selected components five grid steps.
    MoveFarLeft,
    /// See `MoveFarLeft`.
    MoveFarRight,
    /// See `MoveFarLeft`.
    MoveFarUp,
    /// See `MoveFarLeft`.
    MoveFarDown,
    /// Lines the selected components up along the leftmost.
    AlignLeft,
    /// See `AlignLeft`.
    AlignCentre,
    /// See `AlignLeft`.
    AlignRight,
    /// See `AlignLeft`.
    AlignTop,
    /// See `AlignLeft`.
    AlignMiddle,
    /// See `AlignLeft`.
    AlignBottom,
    /// Puts equal steps between the selected components, from left to right.
    SpreadAcross,
    /// See `SpreadAcross`; from top to bottom.
    SpreadDown,
    /// Lays the whole design out anew, callers before callees.
    TidyUp,
    /// Magnifies.
    ZoomIn,
    /// Shows more.
    ZoomOut,
    /// Shows at natural size.
    ZoomReset,
    /// Shows the whole design.
    FitAll,
    /// Shows what is selected.
    FitSelection,
    /// Starts or stops the playhead.
    PlayPause,
    /// One frame on.
    StepForward,
    /// One frame back.
    StepBack,
    /// To the next event of the run.
    NextEvent,
    /// To the event before.
    LastEvent,
    /// Back to the start of the run.
    Rewind,
    /// Twice as fast.
    Faster,
    /// Half as fast.
    Slower,
    /// Opens the list of templates to start from.
    Templates,
    /// Opens the search for actions and parts.
    Search,
    /// Saves the design as a file.
    Save,
    /// Lists the keys.
    Help,
}

/// Where a key of an action counts. Never while typing in a field, save `Everywhere`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Wherever the focus is outside of text fields.
    Everywhere,
    /// While the canvas or one of its parts has the focus.
    Canvas,
}

/// What the registry knows of an action.
#[derive(Clone, Copy, Debug)]
pub struct ActionInfo {
    /// The action.
    pub action: Action,
    /// A stable name, for files and tests.
    pub id: &'static str,
    /// Under which heading the help lists it.
    pub group: &'static str,
    /// The name on the screen.
    pub label: &'static str,
    /// The keys, `Ctrl+Shift+Z`; on a Mac, Cmd counts as Ctrl.
    pub keys: &'static [&'static str],
    /// Where the keys count.
    pub scope: Scope,
}

macro_rules! actions {
    ($($group:literal { $($action:ident $id:literal $label:literal $scope:ident [$($key:literal),*];)+ })+) => {
        /// All actions, in the order of the help.
        pub const ACTIONS: &[ActionInfo] = &[$($(ActionInfo {
            action: Action::$action,
            id: $id,
            group: $group,
            label: $label,
            keys: &[$($key),*],
            scope: Scope::$scope,
        },)+)+];
    };
}

actions! {
    "Edit" {
        Undo "undo" "Undo" Everywhere ["Ctrl+Z"];
        Redo "redo" "Redo" Everywhere ["Ctrl+Shift+Z", "Ctrl+Y"];
        Copy "copy" "Copy" Canvas ["Ctrl+C"];
        Cut "cut" "Cut" Canvas ["Ctrl+X"];
        Paste "paste" "Paste" Canvas ["Ctrl+V"];
        Duplicate "duplicate" "Duplicate" Canvas ["Ctrl+D"];
        Delete "delete" "Delete" Canvas ["Delete", "Backspace"];
        Connect "connect" "Connect to…" Canvas ["C"];
        Rename "rename" "Rename" Canvas ["F2"];
        Menu "menu" "Open the menu" Canvas ["Shift+F10", "ContextMenu"];
    }
    "Select and move" {
        SelectAll "select-all" "Select all" Canvas ["Ctrl+A"];
        Cancel "cancel" "Cancel, deselect, close" Everywhere ["Escape"];
        MoveLeft "move-left" "Move left" Canvas ["ArrowLeft"];
        MoveRight "move-right" "Move right" Canvas ["ArrowRight"];
        MoveUp "move-up" "Move up" Canvas ["ArrowUp"];
        MoveDown "move-down" "Move down" Canvas ["ArrowDown"];
        MoveFarLeft "move-far-left" "Move far left" Canvas ["Shift+ArrowLeft"];
        MoveFarRight "move-far-right" "Move far right" Canvas ["Shift+ArrowRight"];
        MoveFarUp "move-far-up" "Move far up" Canvas ["Shift+ArrowUp"];
        MoveFarDown "move-far-down" "Move far down" Canvas ["Shift+ArrowDown"];
    }
    "Arrange" {
        TidyUp "tidy-up" "Tidy up" Canvas ["Shift+T"];
        AlignLeft "align-left" "Align left" Canvas [];
        AlignCentre "align-centre" "Align centres" Canvas [];
        AlignRight "align-right" "Align right" Canvas [];
        AlignTop "align-top" "Align tops" Canvas [];
        AlignMiddle "align-middle" "Align middles" Canvas [];
        AlignBottom "align-bottom" "Align bottoms" Canvas [];
        SpreadAcross "spread-across" "Distribute across" Canvas [];
        SpreadDown "spread-down" "Distribute down" Canvas [];
    }
    "View" {
        ZoomIn "zoom-in" "Zoom in" Everywhere ["Ctrl++", "Ctrl+="];
        ZoomOut "zoom-out" "Zoom out" Everywhere ["Ctrl+-"];
        ZoomReset "zoom-reset" "Natural size" Everywhere ["Ctrl+0"];
        FitAll "fit-all" "Show all" Canvas ["Shift+1"];
        FitSelection "fit-selection" "Show the selection" Canvas ["Shift+2"];
    }
    "Run" {
        PlayPause "play-pause" "Play or pause" Canvas ["P"];
        StepForward "step-forward" "Step forward" Canvas ["."];
        StepBack "step-back" "Step back" Canvas [","];
        NextEvent "next-event" "To the next event" Canvas [">"];
        LastEvent "last-event" "To the event before" Canvas ["<"];
        Rewind "rewind" "Back to the start" Canvas ["Home"];
        Faster "faster" "Faster" Canvas ["]"];
        Slower "slower" "Slower" Canvas ["["];
    }
    "Help" {
        Search "search" "Find an action or a part" Everywhere ["Ctrl+K", "/"];
        Templates "templates" "Start from a template…" Everywhere [];
        Save "save" "Save as a file" Everywhere ["Ctrl+S"];
        Help "help" "Keys and actions" Canvas ["?"];
    }
}

impl Action {
    /// What the registry knows of it.
    pub fn info(self) -> &'static ActionInfo {
        ACTIONS.iter().find(|info| info.action == self).expect("every action is registered")
    }
}

/// A key that was pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPress {
    /// What it types, as browsers name it: `a`, `?`, `ArrowLeft`.
    pub key: String,
    /// Where it is on the keyboard: `KeyA`, `Digit1`.
    pub code: String,
    /// Ctrl or Cmd is held.
    pub ctrl: bool,
    /// Shift is held.
    pub shift: bool,
    /// Alt is held.
    pub alt: bool,
}

impl KeyPress {
    /// As the registry writes it: `Ctrl+Shift+Z`.
    fn name(&self) -> String {
        let digit = self.code.strip_prefix("Digit").filter(|_| self.shift && !self.ctrl);
        let key = match digit {
            Some(digit) => digit.to_owned(),
            None if self.key.chars().count() == 1 => self.key.to_ascii_uppercase(),
            None => self.key.clone(),
        };
        // What Shift types already says that Shift is held, save for letters and digits.
        let typed_by_shift = key.chars().count() == 1 && !key.chars().all(char::is_alphanumeric);
        let mut name = String::new();
        for (held, text) in [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift && !typed_by_shift, "Shift+")] {
            if held {
                name.push_str(text);
            }
        }
        name + &key
    }
}

/// The action of a key, where the canvas has the focus or not; none for a key that is not ours to take. A single letter
/// counts on the canvas only: elsewhere it may be meant for a screen reader.
pub fn action_for(press: &KeyPress, on_canvas: bool) -> Option<Action> {
    let name = press.name();
    let single = name.chars().count() == 1;
    let counts = |info: &&ActionInfo| on_canvas || (info.scope == Scope::Everywhere && !single);
    ACTIONS.iter().filter(counts).find(|info| info.keys.contains(&name.as_str())).map(|info| info.action)
}
