//! Makes short texts shorter: each bit is predicted from what came before it, and only the surprise is written.
//!
//! Both ends first read the same *primer*, a text of the same sort, so that even the first line is no surprise. Several
//! predictors (the last one to six bytes, the words of the line, the longest repetition) vote; votes are weighed by how
//! well each did lately. All arithmetic is in integers: a text packed on one machine is unpacked on every other.

/// Bits of the index of a predictor's table.
const TABLE_BITS: u32 = 16;
/// Predictors by context, and the one by repetition.
const CONTEXTS: usize = 8;
const VOTES: usize = CONTEXTS + 1;
/// Bytes that must be equal before a repetition is looked for.
const REPEAT_MIN: usize = 5;
const REPEAT_BITS: u32 = 14;
const REPEAT_MAX: usize = 31;
/// After so many bits a predictor changes its mind only slowly.
const CERTAIN: u8 = 120;
/// Certainty is measured in 256ths of a natural logit, and goes no further than this.
const LOGIT_MAX: i32 = 12 * 256 - 1;
/// 65,536 / (1 + e^-x) for x = 0, 0.5, 1 … 12.
const LOGISTIC: [i32; 25] = [
    32768, 40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500,
    65514, 65523, 65528, 65531, 65533, 65534, 65535, 65535, 65536,
];

/// Packs a text.
pub fn squeeze(primer: &[u8], text: &[u8]) -> Vec<u8> {
    let mut model = Model::primed(primer);
    let mut out = Vec::new();
    let (mut low, mut high) = (0u32, u32::MAX);
    for byte in text {
        for place in (0..8).rev() {
            let bit = byte >> place & 1 == 1;
            let middle = split(low, high, model.predict());
            if bit {
                high = middle
            } else {
                low = middle + 1
            }
            model.learn(bit);
            while (low ^ high) >> 24 == 0 {
                out.push((high >> 24) as u8);
                (low, high) = (low << 8, high << 8 | 255);
            }
        }
    }
    // One or two bytes that lie between both ends, however the rest is filled up with zeros.
    match low {
        0 => {}
        low if (low | 0x00ff_ffff) < high => out.push((low >> 24) as u8 + 1),
        low => out.extend(&(low.saturating_add(0xffff) >> 16).to_be_bytes()[2..]),
    }
    out
}

/// Unpacks a text of so many bytes. Anything can be unpacked; whether it is what was packed, a checksum must tell.
pub fn expand(primer: &[u8], packed: &[u8], length: usize) -> Vec<u8> {
    let mut model = Model::primed(primer);
    let mut bytes = packed.iter().copied().chain(std::iter::repeat(0));
    let mut next = move || u32::from(bytes.next().unwrap_or(0));
    let mut code = (0..4).fold(0, |code, _| code << 8 | next());
    let (mut low, mut high) = (0u32, u32::MAX);
    let mut text = Vec::with_capacity(length);
    while text.len() < length {
        let mut byte = 0;
        for _ in 0..8 {
            let middle = split(low, high, model.predict());
            let bit = code <= middle;
            if bit {
                high = middle
            } else {
                low = middle + 1
            }
            model.learn(bit);
            byte = byte << 1 | u8::from(bit);
            while (low ^ high) >> 24 == 0 {
                (low, high, code) = (low << 8, high << 8 | 255, code << 8 | next());
            }
        }
        text.push(byte);
    }
    text
}

/// The end of the part of `low..=high` that stands for a set bit, whose chance is so many 65,536ths.
fn split(low: u32, high: u32, chance: u32) -> u32 {
    low + ((u64::from(high - low) * u64::from(chance)) >> 16) as u32
}

/// How likely a set bit is in one context, in 65,536ths, and how often it was seen.
#[derive(Clone, Copy)]
struct Cell {
    chance: u16,
    seen: u8,
}

impl Cell {
    const NEW: Cell = Cell { chance: 32768, seen: 0 };

    fn learn(&mut self, bit: bool) {
        let target = if bit { 65535 } else { 0 };
        let chance = i32::from(self.chance);
        let moved = chance + (target - chance) * 2 / (2 * i32::from(self.seen) + 3);
        self.chance = moved.clamp(16, 65519) as u16;
        self.seen = (self.seen + 1).min(CERTAIN);
    }
}

struct Model {
    text: Vec<u8>,
    /// The bits of the byte under way, after a leading 1.
    partial: u32,
    /// A hash of each context at the last whole byte.
    contexts: [u32; CONTEXTS],
    word: u32,
    word_before: u32,
    line: u32,
    tables: Vec<Cell>,
    /// Where each context's cell of the next bit is.
    places: [usize; CONTEXTS],
    /// Where the text stood when the last bytes were last seen, and for how many bytes it went on the same.
    repeat_at: usize,
    repeat_length: usize,
    repeats: Vec<u32>,
    repeat_cells: [Cell; 2 * (REPEAT_MAX + 1)],
    repeat_place: Option<usize>,
    votes: [i32; VOTES],
    /// Weights in 65,536ths, one set for each state of the repetition.
    weights: [[i32; VOTES]; 3 * 256],
    weight_set: usize,
    chance: i32,
    logits: Vec<i16>,
}

impl Model {
    fn primed(primer: &[u8]) -> Model {
        let mut model = Model {
            text: Vec::with_capacity(primer.len()),
            partial: 1,
            contexts: [0; CONTEXTS],
            word: 0,
            word_before: 0,
            line: 0,
            tables: vec![Cell::NEW; CONTEXTS << TABLE_BITS],
            places: [0; CONTEXTS],
            repeat_at: 0,
            repeat_length: 0,
            repeats: vec![0; 1 << REPEAT_BITS],
            repeat_cells: [Cell::NEW; 2 * (REPEAT_MAX + 1)],
            repeat_place: None,
            votes: [0; VOTES],
            weights: [[65536 * 3 / 10; VOTES]; 3 * 256],
            weight_set: 0,
            chance: 32768,
            logits: logits(),
        };
        for byte in primer {
            for place in (0..8).rev() {
                model.predict();
                model.learn(byte >> place & 1 == 1);
            }
        }
        model
    }

    /// The chance that the next bit is set, in 65,536ths.
    fn predict(&mut self) -> u32 {
        for (index, context) in self.contexts.iter().enumerate() {
            let hash = context.wrapping_add(self.partial.wrapping_mul(0x9e37_79b1)).wrapping_mul(0x85eb_ca6b);
            let place = (index << TABLE_BITS) + ((hash ^ hash >> 15) >> (32 - TABLE_BITS)) as usize;
            self.places[index] = place;
            self.votes[index] = self.logit(self.tables[place]);
        }
        self.repeat_place = self.repeated();
        self.votes[CONTEXTS] = self.repeat_place.map_or(0, |place| self.logit(self.repeat_cells[place]));
        let certain = match self.repeat_place {
            None => 0,
            Some(_) if self.repeat_length < 16 => 1,
            Some(_) => 2,
        };
        self.weight_set = certain * 256 + self.partial as usize;
        let weights = &self.weights[self.weight_set];
        let sum: i64 = self.votes.iter().zip(weights).map(|(vote, weight)| i64::from(*vote) * i64::from(*weight)).sum();
        self.chance = logistic((sum >> 16).clamp(-i64::from(LOGIT_MAX), i64::from(LOGIT_MAX)) as i32);
        self.chance.clamp(24, 65536 - 24) as u32
    }

    /// What the repetition says of the next bit, as the place of its cell.
    fn repeated(&self) -> Option<usize> {
        if self.repeat_length == 0 {
            return None;
        }
        let byte = u32::from(self.text[self.repeat_at]) | 256;
        let known = 31 - self.partial.leading_zeros();
        let expected = byte >> (7 - known) & 1;
        (byte >> (8 - known) == self.partial).then_some(2 * self.repeat_length.min(REPEAT_MAX) + expected as usize)
    }

    fn logit(&self, cell: Cell) -> i32 {
        if cell.seen == 0 { 0 } else { i32::from(self.logits[usize::from(cell.chance >> 4)]) }
    }

    fn learn(&mut self, bit: bool) {
        let missed = (if bit { 65536 } else { 0 }) - self.chance;
        for (weight, vote) in self.weights[self.weight_set].iter_mut().zip(self.votes) {
            *weight = (*weight + ((vote * missed) >> 14)).clamp(-(1 << 20), 1 << 20);
        }
        self.places.iter().for_each(|place| self.tables[*place].learn(bit));
        if let Some(place) = self.repeat_place {
            self.repeat_cells[place].learn(bit);
        }
        self.partial = self.partial << 1 | u32::from(bit);
        if self.partial > 255 {
            self.take(self.partial as u8);
            self.partial = 1;
        }
    }

    /// A byte is whole.
    fn take(&mut self, byte: u8) {
        self.text.push(byte);
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            self.word = (self.word ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        } else if self.word != 0 {
            (self.word_before, self.word) = (self.word, 0);
        }
        match byte {
            b'\n' => self.line = 0,
            b'=' if self.line == 0 => self.line = self.word_before,
            _ => {}
        }
        let end = self.text.len();
        let last = |count: usize| {
            let bytes = &self.text[end.saturating_sub(count)..];
            bytes.iter().fold(count as u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
        };
        let spot = u32::from(byte);
        self.contexts = [
            last(1),
            last(2),
            last(3),
            last(4),
            last(6),
            self.word.wrapping_mul(31).wrapping_add(spot),
            self.word.wrapping_add(self.word_before.wrapping_mul(0x2c1b_3c6d)).wrapping_add(spot << 8),
            self.line.wrapping_add(self.word.wrapping_mul(0x297a_2d39)).wrapping_add(spot << 16),
        ];
        self.look_for_repetition(byte);
    }

    fn look_for_repetition(&mut self, byte: u8) {
        let end = self.text.len();
        if self.repeat_length > 0 && self.text[self.repeat_at] == byte {
            self.repeat_at += 1;
            self.repeat_length += 1;
        } else {
            self.repeat_length = 0;
        }
        if end < REPEAT_MIN {
            return;
        }
        let recent = &self.text[end - REPEAT_MIN..];
        let hash =
            recent.iter().fold(0u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193) ^ hash >> 9);
        let slot = &mut self.repeats[(hash.wrapping_mul(0x9e37_79b1) >> (32 - REPEAT_BITS)) as usize];
        let before = std::mem::replace(slot, end as u32) as usize;
        if self.repeat_length == 0 && before > 0 {
            self.repeat_at = before;
            let same = |back: &usize| self.text[before - back] == self.text[end - back];
            self.repeat_length = (1..=before.min(REPEAT_MAX + 1)).take_while(same).count();
        }
    }
}

/// 65,536 / (1 + e^-x), x in 256ths.
fn logistic(x: i32) -> i32 {
    let (size, step) = (x.abs(), 128);
    let (at, rest) = ((size / step) as usize, size % step);
    let value = LOGISTIC[at] + (LOGISTIC[at + 1] - LOGISTIC[at]) * rest / step;
    if x < 0 { 65536 - value } else { value }
}

/// The inverse of [`logistic`], by the upper 12 bits of a chance.
fn logits() -> Vec<i16> {
    let mut x = -LOGIT_MAX;
    let logit = |chance: i32| {
        while x < LOGIT_MAX && logistic(x) < chance {
            x += 1;
        }
        x as i16
    };
    (0..4096).map(|step| step * 16 + 8).map(logit).collect()
}
