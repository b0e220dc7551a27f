//! Whole numbers in a table of which only some sums are known, as a flow through a network: what leaves the source enters the
//! sink, every edge carries at least and at most what is known of it.
//!
//! The sums of our tables nest (a month within the period, an origin within phishing), once along each side of the table; such a
//! table is a network, and a network with whole bounds has a whole flow whenever it has any (Hoffman, 1960).

use std::collections::VecDeque;

/// More than anything that is counted.
pub(super) const ENDLESS: u64 = 1 << 40;

/// How much an edge may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: u64,
    pub(super) most: u64,
}

impl Bounds {
    /// Anything.
    pub(super) const FREE: Self = Self { least: 0, most: ENDLESS };

    /// Exactly the named figure, or anything.
    pub(super) fn named(count: Option<u64>) -> Self {
        count.map_or(Self::FREE, |count| Self { least: count, most: count })
    }

    /// The same, but at least this. Bounds that nothing fits make the network impossible.
    pub(super) const fn at_least(self, least: u64) -> Self {
        Self { least: if self.least > least { self.least } else { least }, most: self.most }
    }

    /// The same, but at most this.
    pub(super) const fn at_most(self, most: u64) -> Self {
        Self { least: self.least, most: if self.most < most { self.most } else { most } }
    }
}

struct Edge {
    to: usize,
    room: u64,
}

/// A node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node(usize);

/// An edge, to ask what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked(usize);

/// A network under construction. An edge and its way back stand side by side (`2n`, `2n + 1`).
pub(super) struct Network {
    edges: Vec<Edge>,
    from: Vec<Vec<usize>>,
    /// What each edge carries at least, and what it may carry beyond its wish.
    least: Vec<u64>,
    beyond: Vec<u64>,
    /// What flows into a node by the least of its edges, less what flows out.
    surplus: Vec<i128>,
    possible: bool,
}

impl Network {
    pub(super) const SOURCE: Node = Node(0);
    pub(super) const SINK: Node = Node(1);

    pub(super) fn new() -> Self {
        let mut network = Self { edges: Vec::new(), from: vec![Vec::new(); 2], least: Vec::new(), beyond: Vec::new(), surplus: vec![0; 2], possible: true };
        network.edge(Self::SINK, Self::SOURCE, Bounds::FREE, ENDLESS);
        network
    }

    pub(super) fn node(&mut self) -> Node {
        self.from.push(Vec::new());
        self.surplus.push(0);
        Node(self.from.len() - 1)
    }

    /// Lays an edge. It carries no more than `wish` unless the bounds of others ask for it.
    pub(super) fn edge(&mut self, from: Node, to: Node, bounds: Bounds, wish: u64) -> Asked {
        self.possible &= bounds.least <= bounds.most;
        let room = bounds.most.saturating_sub(bounds.least);
        let wished = wish.saturating_sub(bounds.least).min(room);
        let asked = Asked(self.least.len());
        self.lay(from.0, to.0, wished);
        self.least.push(bounds.least);
        self.beyond.push(room - wished);
        for (node, sign) in [(to, 1), (from, -1)] {
            if let Some(surplus) = self.surplus.get_mut(node.0) {
                *surplus += sign * i128::from(bounds.least);
            }
        }
        asked
    }

    fn lay(&mut self, from: usize, to: usize, room: u64) {
        for (at, to, room) in [(from, to, room), (to, from, 0)] {
            if let Some(edges) = self.from.get_mut(at) {
                edges.push(self.edges.len());
            }
            self.edges.push(Edge { to, room });
        }
    }

    /// What every edge carries, or `None` when nothing obeys all bounds.
    pub(super) fn solve(mut self) -> Option<Flow> {
        if !self.possible {
            return None;
        }
        let (giver, taker) = (self.node().0, self.node().0);
        let own = self.edges.len();
        let mut wanted = 0;
        for (node, surplus) in self.surplus.clone().into_iter().enumerate() {
            let size = u64::try_from(surplus.unsigned_abs()).unwrap_or(ENDLESS);
            if surplus > 0 {
                self.lay(giver, node, size);
                wanted += size;
            } else if surplus < 0 {
                self.lay(node, taker, size);
            }
        }
        let mut pushed = self.push_all(giver, taker);
        for (index, beyond) in self.beyond.clone().into_iter().enumerate() {
            if let Some(edge) = self.edges.get_mut(index * 2) {
                edge.room += beyond;
            }
        }
        pushed += self.push_all(giver, taker);
        if pushed < wanted {
            return None;
        }
        // What an edge carries beyond its least is the room of its way back.
        let back = self.edges.iter().take(own).skip(1).step_by(2).map(|edge| edge.room);
        Some(Flow(self.least.iter().zip(back).map(|(least, more)| least + more).collect()))
    }

    /// Pushes as much as fits along shortest ways (Dinic, 1970).
    fn push_all(&mut self, giver: usize, taker: usize) -> u64 {
        let mut pushed = 0;
        while let Some(levels) = self.levels(giver, taker) {
            let mut next = vec![0; self.from.len()];
            loop {
                let part = self.push(giver, taker, ENDLESS, &levels, &mut next);
                if part == 0 {
                    break;
                }
                pushed += part;
            }
        }
        pushed
    }

    fn levels(&self, giver: usize, taker: usize) -> Option<Vec<usize>> {
        let mut levels = vec![usize::MAX; self.from.len()];
        *levels.get_mut(giver)? = 0;
        let mut queue = VecDeque::from([giver]);
        while let Some(node) = queue.pop_front() {
            let level = *levels.get(node)?;
            for edge in self.from.get(node)?.iter().filter_map(|edge| self.edges.get(*edge)).filter(|edge| edge.room > 0) {
                if let Some(unseen) = levels.get_mut(edge.to).filter(|level| **level == usize::MAX) {
                    *unseen = level + 1;
                    queue.push_back(edge.to);
                }
            }
        }
        levels.get(taker).is_some_and(|level| *level != usize::MAX).then_some(levels)
    }

    fn push(&mut self, at: usize, taker: usize, most: u64, levels: &[usize], next: &mut [usize]) -> u64 {
        if at == taker {
            return most;
        }
        while let Some((turn, number)) = next.get(at).copied().and_then(|turn| Some((turn, *self.from.get(at)?.get(turn)?))) {
            let Some((to, room)) = self.edges.get(number).map(|edge| (edge.to, edge.room)) else { return 0 };
            if room > 0 && levels.get(to).zip(levels.get(at)).is_some_and(|(to, at)| *to == at + 1) {
                let part = self.push(to, taker, most.min(room), levels, next);
                if part > 0 {
                    if let Some(edge) = self.edges.get_mut(number) {
                        edge.room -= part;
                    }
                    if let Some(back) = self.edges.get_mut(number ^ 1) {
                        back.room += part;
                    }
                    return part;
                }
            }
            if let Some(own) = next.get_mut(at) {
                *own = turn + 1;
            }
        }
        0
    }
}

/// What every edge carries.
pub(super) struct Flow(Vec<u64>);

impl Flow {
    pub(super) fn of(&self, edge: Asked) -> u64 {
        self.0.get(edge.0).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A table with known sums of rows and columns and some known cells.
    fn table(cells: &[Vec<Option<u64>>], rows: &[u64], columns: &[u64]) -> Option<Vec<Vec<u64>>> {
        let mut network = Network::new();
        let ends: Vec<_> = columns
            .iter()
            .map(|sum| {
                let node = network.node();
                network.edge(node, Network::SINK, Bounds::named(Some(*sum)), ENDLESS);
                node
            })
            .collect();
        let mut asked = Vec::new();
        for (row, sum) in cells.iter().zip(rows) {
            let node = network.node();
            network.edge(Network::SOURCE, node, Bounds::named(Some(*sum)), ENDLESS);
            asked.push(row.iter().zip(&ends).map(|(cell, end)| network.edge(node, *end, Bounds::named(*cell), 1)).collect::<Vec<_>>());
        }
        let flow = network.solve()?;
        Some(asked.into_iter().map(|row| row.into_iter().map(|edge| flow.of(edge)).collect()).collect())
    }

    proptest! {
        #[test]
        fn a_table_that_exists_is_found(full in prop::collection::vec(prop::collection::vec((0..30_u64, any::<bool>()), 4), 1..6)) {
            let rows: Vec<u64> = full.iter().map(|row| row.iter().map(|cell| cell.0).sum()).collect();
            let columns: Vec<u64> = (0..4).map(|column| full.iter().map(|row| row[column].0).sum()).collect();
            let known: Vec<Vec<_>> = full.iter().map(|row| row.iter().map(|(count, known)| known.then_some(*count)).collect()).collect();
            let found = table(&known, &rows, &columns).expect("there is one");
            for (row, (sum, cells)) in found.iter().zip(rows.iter().zip(&known)) {
                prop_assert_eq!(row.iter().sum::<u64>(), *sum);
                for (count, cell) in row.iter().zip(cells) {
                    prop_assert!(cell.is_none_or(|cell| cell == *count));
                }
            }
            for (column, sum) in columns.iter().enumerate() {
                prop_assert_eq!(found.iter().map(|row| row[column]).sum::<u64>(), *sum);
            }
        }
    }

    #[test]
    fn a_table_that_does_not_exist_is_not_found() {
        assert!(table(&[vec![Some(3), None]], &[2], &[2, 0]).is_none());
        assert!(table(&[vec![Some(0), None], vec![None, Some(0)]], &[1, 2], &[1, 2]).is_none());
    }
}
