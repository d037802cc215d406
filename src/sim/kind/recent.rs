//! Which users were seen a short while ago: open connections, tokens that are good.

use crate::units::Time;

/// Bits of a user's number within its clients.
pub const USER_BITS: u32 = 20;

/// When each user was seen last, for as many users as have come.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// By clients, then by user: milliseconds of the run plus one; 0 is never.
    seen: Vec<Vec<u32>>,
}

impl Recent {
    fn slot(&mut self, user: u32) -> &mut u32 {
        let (clients, user) = ((user >> USER_BITS) as usize, (user & ((1 << USER_BITS) - 1)) as usize);
        if self.seen.len() <= clients {
            self.seen.resize_with(clients + 1, Vec::new);
        }
        let seen = &mut self.seen[clients];
        if seen.len() <= user {
            seen.resize(user + 1, 0);
        }
        &mut seen[user]
    }

    /// Whether the user was seen within `span`, each time anew: an idle time.
    pub fn renew(&mut self, user: u32, now: Time, span: Time) -> bool {
        let slot = self.slot(user);
        let known = is_within(*slot, now, span);
        *slot = stamp(now);
        known
    }

    /// Whether the user was taken note of within `span`; notes it if not: a life time.
    pub fn keep(&mut self, user: u32, now: Time, span: Time) -> bool {
        let slot = self.slot(user);
        let known = is_within(*slot, now, span);
        if !known {
            *slot = stamp(now);
        }
        known
    }

    /// Forgets everybody.
    pub fn clear(&mut self) {
        self.seen.clear();
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.seen.iter().map(|seen| seen.len() * size_of::<u32>()).sum()
    }
}

fn stamp(now: Time) -> u32 {
    (now.0 / 1_000_000) as u32 + 1
}

fn is_within(seen: u32, now: Time, span: Time) -> bool {
    seen != 0 && u64::from(stamp(now) - seen) < span.0.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_time_starts_anew_with_each_use_and_a_life_time_does_not() {
        let (mut idle, mut life) = (Recent::default(), Recent::default());
        let span = Time::from_secs(10);
        let at = |seconds: u64| Time::from_secs(seconds);
        assert!(!idle.renew(5, at(1), span) && !life.keep(5, at(1), span));
        assert!(idle.renew(5, at(9), span) && life.keep(5, at(9), span));
        assert!(idle.renew(5, at(12), span) && !life.keep(5, at(12), span));
        assert!(!idle.renew(5, at(22), span) && life.keep(5, at(21), span));
        assert!(!idle.renew(5 | 1 << USER_BITS, at(22), span), "the same number at other clients is another user");
    }
}
