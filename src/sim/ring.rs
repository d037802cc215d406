//! Consistent hashing (Karger et al. 1997): keys and nodes on a ring, each key at the next node; with bounded loads
//! (Mirrokni, Thorup & Zadimoghaddam 2018) a full node passes its keys on.

use super::random::mix;

/// Points that each node has on the ring: more points spread keys more evenly (the spread falls as 1/√points).
const POINTS: u32 = 128;

/// A ring of nodes, which are numbers that the caller knows the meaning of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ring(Vec<(u64, u32)>);

impl Ring {
    /// A ring of these nodes. A node's points depend on its `label` alone, so that other nodes can come and go.
    pub fn new(nodes: impl IntoIterator<Item = (u32, u64)>) -> Ring {
        let points = |(node, label): (u32, u64)| {
            (0..POINTS).map(move |point| (mix(mix(label) ^ u64::from(point).wrapping_mul(0x9e37_79b9_7f4a_7c15)), node))
        };
        let mut ring: Vec<(u64, u32)> = nodes.into_iter().flat_map(points).collect();
        ring.sort_unstable();
        Ring(ring)
    }

    /// The node that keeps this hash; none on an empty ring.
    pub fn node(&self, hash: u64) -> Option<u32> {
        self.from(hash).next()
    }

    /// The nodes in the order in which this hash asks them, with repetitions: the first with room takes it.
    pub fn from(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let start = self.0.partition_point(|(point, _)| *point < hash);
        self.0[start..].iter().chain(&self.0[..start]).map(|(_, node)| *node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(nodes: std::ops::Range<u32>) -> Ring {
        Ring::new(nodes.map(|node| (node, u64::from(node) + 77)))
    }

    fn homes(ring: &Ring) -> Vec<u32> {
        (0..20_000).map(|key| ring.node(mix(key)).unwrap()).collect()
    }

    #[test]
    fn nodes_share_the_keys() {
        let homes = homes(&ring(0..10));
        for node in 0..10 {
            let share = homes.iter().filter(|home| **home == node).count() as f64 / 20_000.0;
            // The standard deviation of a share is about (1/10)/√128.
            assert!((share - 0.1).abs() < 4.0 * 0.1 / 128f64.sqrt(), "node {node}: {share}");
        }
    }

    #[test]
    fn one_node_more_moves_only_its_share_and_only_to_itself() {
        let (before, after) = (homes(&ring(0..10)), homes(&ring(0..11)));
        let moved: Vec<(u32, u32)> = before.into_iter().zip(after).filter(|(before, after)| before != after).collect();
        assert!(moved.iter().all(|(_, after)| *after == 10), "keys move to the new node only");
        let share = moved.len() as f64 / 20_000.0;
        assert!((share - 1.0 / 11.0).abs() < 4.0 / 11.0 / 128f64.sqrt(), "{share}");
    }

    #[test]
    fn an_empty_ring_keeps_nothing() {
        assert_eq!(ring(0..0).node(5), None);
    }
}
