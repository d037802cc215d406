//! Puts short lists in order.

/// Puts the items in order; those of which neither is before the other stay as they stand. For short lists, or such as
/// are nearly in order already: the standard library's sorts are made anew for every type, 4 kB of the page each.
pub fn put_in_order<T>(items: &mut [T], mut before: impl FnMut(&T, &T) -> bool) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && before(&items[at], &items[at - 1]) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::put_in_order;

    #[test]
    fn equals_stay_as_they_stand() {
        let mut items: Vec<(u64, usize)> = (0..200).map(|n| (n * 7919 % 31, n as usize)).collect();
        let mut expected = items.clone();
        expected.sort_by_key(|(key, _)| *key);
        put_in_order(&mut items, |a, b| a.0 < b.0);
        assert_eq!(items, expected);
    }
}
