//! The closed set of all that can happen.

use super::attempt::Attempts;
use super::calendar::Entry;

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// All that can happen, packed with an index into the 32 bits of a calendar entry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Event { $($(#[doc = $doc])+ $name,)+ }

        /// All events, in the order of their numbers; five bits hold the number.
        const EVENTS: &[Event] = &[$(Event::$name),+];
    };
}

events! {
    /// Clients: the next open arrival.
    Arrive,
    /// Clients: a user of the closed population is done thinking.
    Think,
    /// An attempt reaches its callee.
    Deliver,
    /// A service is over.
    Done,
    /// An answer reaches its caller.
    Answer,
    /// A caller stops waiting.
    Timeout,
    /// A pause before a retry is over.
    Resend,
    /// A user gives up on the page.
    Patience,
    /// A user reloads.
    Reload,
    /// A component is back.
    Boot,
    /// A fault strikes.
    Fault,
    /// A fault ends.
    FaultEnd,
    /// A health check sends a probe over a wire.
    Probe,
    /// A store's own work is due: a flush of a write-behind cache, replication, failover, moving keys.
    Upkeep,
    /// Something that a queue has to look after is due: a rebalancing, a silent consumer, a message's retention.
    Alarm,
    /// Something that a server has planned for its instances is due.
    Chore,
    /// The callee of a wire is no outlier any more.
    Readmit,
    /// A caller sends another attempt beside one that has not answered.
    Hedge,
    /// A wire's bulkhead has a free place.
    Admit,
}

const _: () = assert!(EVENTS.len() <= 32, "an event's number has five bits");

impl Event {
    /// Packs the event with what it is about.
    #[inline(always)]
    pub fn on(self, index: u32) -> u32 {
        (self as u32) << 27 | index
    }

    /// Unpacks it.
    #[inline(always)]
    pub fn of(packed: u32) -> (Event, u32) {
        (EVENTS[(packed >> 27) as usize], packed & 0x7ff_ffff)
    }
}

/// Whether an entry of a lane still means something.
#[inline(always)]
pub fn is_live(entry: &Entry, attempts: &Attempts) -> bool {
    let (event, index) = Event::of(entry.event);
    match event {
        Event::Timeout | Event::Patience => attempts[index].timer == entry.seq,
        Event::Hedge => attempts.rare(index).hedge == entry.seq,
        Event::Deliver | Event::Done | Event::Answer | Event::Resend | Event::Reload => {
            attempts[index].due == entry.seq
        }
        _ => true,
    }
}
