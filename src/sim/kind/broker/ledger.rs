//! The books of a queue: what came, and how it left.

/// How many messages came and how they left. Messages are conserved: published = processed + dead + dropped + expired +
/// lost + waiting + in hand, counted for each group of consumers, since every group gets every message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are those of the sentence above, and of the figures")]
pub struct Ledger {
    pub published: u64,
    pub processed: u64,
    pub dead: u64,
    pub dropped: u64,
    pub expired: u64,
    pub lost: u64,
    pub waiting: u64,
    pub in_hand: u64,
    pub redelivered: u64,
    pub duplicates: u64,
    pub out_of_order: u64,
}

impl Ledger {
    /// Adds another group's.
    pub fn add(&mut self, other: &Ledger) {
        self.published += other.published;
        self.processed += other.processed;
        self.dead += other.dead;
        self.dropped += other.dropped;
        self.expired += other.expired;
        self.lost += other.lost;
        self.waiting += other.waiting;
        self.in_hand += other.in_hand;
        self.redelivered += other.redelivered;
        self.duplicates += other.duplicates;
        self.out_of_order += other.out_of_order;
    }

    /// Messages that left the queue, however.
    pub fn left(&self) -> u64 {
        self.processed + self.dead + self.dropped + self.expired + self.lost
    }
}
