//! The buffer: the keys that a database's memory holds, the least recently used dropped first.

use crate::sim::attempt::NONE;

use super::fit;

/// Keys in memory, in order of use.
#[derive(Clone, Debug)]
pub struct Buffer {
    room: usize,
    /// Where each key of each class is, or NONE.
    places: Vec<Vec<u32>>,
    pages: Vec<Page>,
    /// The ends of the list in order of use: the first is dropped next.
    first: u32,
    last: u32,
}

#[derive(Clone, Debug)]
struct Page {
    key: u32,
    class: u16,
    before: u32,
    after: u32,
}

impl Buffer {
    /// An empty buffer.
    pub fn new() -> Buffer {
        Buffer { room: 0, places: Vec::new(), pages: Vec::new(), first: NONE, last: NONE }
    }

    /// Gives it room for this many keys; one that was larger is emptied.
    pub fn configure(&mut self, room: u32, counts: &[u32]) {
        self.room = room as usize;
        fit(&mut self.places, counts, NONE);
        if self.pages.len() > self.room {
            self.clear();
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.pages.clear();
        self.places.iter_mut().for_each(|places| places.fill(NONE));
        (self.first, self.last) = (NONE, NONE);
    }

    /// Uses a key; whether it is in memory.
    pub fn touch(&mut self, class: u16, key: u32) -> bool {
        let place = self.places[usize::from(class)][key as usize];
        if place == NONE {
            return false;
        }
        self.unlink(place);
        self.link_last(place);
        true
    }

    /// Keeps a key that was read from the disk.
    pub fn put(&mut self, class: u16, key: u32) {
        if self.touch(class, key) {
            return;
        }
        let page = Page { key, class, before: NONE, after: NONE };
        let place = if self.pages.len() < self.room {
            self.pages.push(page);
            self.pages.len() as u32 - 1
        } else {
            let place = self.first;
            self.unlink(place);
            let old = std::mem::replace(&mut self.pages[place as usize], page);
            self.places[usize::from(old.class)][old.key as usize] = NONE;
            place
        };
        self.places[usize::from(class)][key as usize] = place;
        self.link_last(place);
    }

    fn unlink(&mut self, place: u32) {
        let (before, after) = (self.pages[place as usize].before, self.pages[place as usize].after);
        match before {
            NONE => self.first = after,
            before => self.pages[before as usize].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self.pages[after as usize].before = before,
        }
    }

    fn link_last(&mut self, place: u32) {
        let last = self.last;
        let page = &mut self.pages[place as usize];
        (page.before, page.after) = (last, NONE);
        match last {
            NONE => self.first = place,
            last => self.pages[last as usize].after = place,
        }
        self.last = place;
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.places.iter().map(Vec::len).sum::<usize>() * size_of::<u32>() + self.pages.len() * size_of::<Page>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_key_goes_first() {
        let mut buffer = Buffer::new();
        buffer.configure(3, &[10]);
        (0..3).for_each(|key| buffer.put(0, key));
        assert!(buffer.touch(0, 0));
        buffer.put(0, 3);
        buffer.put(0, 0);
        let held: Vec<u32> = (0..10).filter(|key| buffer.places[0][*key as usize] != NONE).collect();
        assert_eq!(held, [0, 2, 3]);
        buffer.configure(2, &[10]);
        assert!(!buffer.touch(0, 0));
        buffer.put(0, 7);
        assert!(buffer.touch(0, 7));
    }
}
