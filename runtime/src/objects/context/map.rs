//! The persistent map of contexts: a trie over the bits of a variable's address, shared between copies. Nodes are collectable
//! objects of their own, because several contexts may own one.

use core::ffi::c_int;

use crate::alloc::{Traverse, Visitor};
use crate::prelude::*;

use super::PyContextVar;

const BITS: u32 = 5;

/// What stands in a node.
pub enum Slot {
    /// A variable with its value.
    Leaf(Ref<PyContextVar>, Ref<PyObject>),
    /// More of them.
    Branch(Ref<MapNode>),
}

impl Clone for Slot {
    fn clone(&self) -> Slot {
        match self {
            Slot::Leaf(var, value) => Slot::Leaf(var.clone(), value.clone()),
            Slot::Branch(node) => Slot::Branch(node.clone()),
        }
    }
}

impl Traverse for Slot {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        match self {
            Slot::Leaf(var, value) => match var.traverse(visit) {
                0 => value.traverse(visit),
                stop => stop,
            },
            Slot::Branch(node) => node.traverse(visit),
        }
    }
}

/// A node; never changed once made.
#[pyclass(module = "_contextvars", name = "map_node", gc, disallow_instantiation)]
#[repr(C)]
pub struct MapNode {
    base: PyObject,
    /// Which of the 32 places are taken; the slots stand in their order.
    bitmap: u32,
    slots: Vec<Slot>,
}

#[pymethods(class = "_contextvars.map_node")]
impl MapNode {}

/// Bits of the trie's path. Distinct addresses give distinct hashes: there are no collisions to care for.
fn hash(var: &PyContextVar) -> u64 {
    (var.id() as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn bit(hash: u64, depth: u32) -> u32 {
    // The well-mixed bits stand at the top.
    1 << (hash.rotate_left(BITS * (depth + 1)) & 31)
}

impl MapNode {
    fn make(py: Py<'_>, bitmap: u32, slots: Vec<Slot>) -> PyResult<Ref<MapNode>> {
        MapNode { base: PyObject::HEADER, bitmap, slots }.alloc_exact(py)
    }

    /// A map with one variable.
    pub fn single(py: Py<'_>, var: &PyContextVar, value: &PyObject) -> PyResult<Ref<MapNode>> {
        MapNode::make(py, bit(hash(var), 0), vec![Slot::Leaf(var.new_ref(), value.to_ref())])
    }

    fn index(&self, bit: u32) -> usize {
        (self.bitmap & (bit - 1)).count_ones() as usize
    }

    fn slot(&self, bit: u32) -> Option<&Slot> {
        if self.bitmap & bit == 0 { None } else { self.slots.get(self.index(bit)) }
    }

    /// The value of a variable.
    pub fn find(&self, var: &PyContextVar) -> Option<Ref<PyObject>> {
        let hash = hash(var);
        let mut node = self;
        for depth in 0.. {
            match node.slot(bit(hash, depth))? {
                Slot::Leaf(key, value) => return key.is(var).then(|| value.clone()),
                Slot::Branch(next) => node = next,
            }
        }
        None
    }

    /// The map with the variable set, and whether it is new there.
    pub fn with(&self, py: Py<'_>, var: &PyContextVar, value: &PyObject) -> PyResult<(Ref<MapNode>, bool)> {
        self.with_at(py, var, value, hash(var), 0)
    }

    fn with_at(
        &self,
        py: Py<'_>,
        var: &PyContextVar,
        value: &PyObject,
        hash_of_var: u64,
        depth: u32,
    ) -> PyResult<(Ref<MapNode>, bool)> {
        let bit = bit(hash_of_var, depth);
        let index = self.index(bit);
        let mut slots = self.slots.clone();
        let added = match slots.get_mut(index).filter(|_| self.bitmap & bit != 0) {
            None => {
                slots.insert(index, Slot::Leaf(var.new_ref(), value.to_ref()));
                true
            }
            Some(slot) => {
                let (new, added) = match &*slot {
                    Slot::Leaf(key, _) if key.is(var) => (Slot::Leaf(key.clone(), value.to_ref()), false),
                    Slot::Leaf(key, other) => {
                        let branch = MapNode::pair(py, (key, other), (var, value), depth + 1)?;
                        (Slot::Branch(branch), true)
                    }
                    Slot::Branch(node) => {
                        let (node, added) = node.with_at(py, var, value, hash_of_var, depth + 1)?;
                        (Slot::Branch(node), added)
                    }
                };
                *slot = new;
                added
            }
        };
        Ok((MapNode::make(py, self.bitmap | bit, slots)?, added))
    }

    fn pair(
        py: Py<'_>,
        a: (&PyContextVar, &PyObject),
        b: (&PyContextVar, &PyObject),
        depth: u32,
    ) -> PyResult<Ref<MapNode>> {
        let leaf = |(var, value): (&PyContextVar, &PyObject)| Slot::Leaf(var.new_ref(), value.to_ref());
        let (bit_a, bit_b) = (bit(hash(a.0), depth), bit(hash(b.0), depth));
        let slots = match bit_a.cmp(&bit_b) {
            core::cmp::Ordering::Less => vec![leaf(a), leaf(b)],
            core::cmp::Ordering::Greater => vec![leaf(b), leaf(a)],
            core::cmp::Ordering::Equal => vec![Slot::Branch(MapNode::pair(py, a, b, depth + 1)?)],
        };
        MapNode::make(py, bit_a | bit_b, slots)
    }

    /// The map without the variable (no map at all when it was the last); `None` when the variable is not there.
    pub fn without(&self, py: Py<'_>, var: &PyContextVar) -> PyResult<Option<Option<Ref<MapNode>>>> {
        Ok(match self.without_at(py, var, hash(var), 0)? {
            Rest::Unchanged => None,
            Rest::Nothing => Some(None),
            Rest::Node(node) => Some(Some(node)),
            Rest::Leaf(var, value) => Some(Some(MapNode::single(py, &var, &value)?)),
        })
    }

    fn without_at(&self, py: Py<'_>, var: &PyContextVar, hash: u64, depth: u32) -> PyResult<Rest> {
        let bit = bit(hash, depth);
        let index = self.index(bit);
        let replacement = match self.slot(bit) {
            Some(Slot::Leaf(key, _)) if key.is(var) => None,
            Some(Slot::Branch(node)) => match node.without_at(py, var, hash, depth + 1)? {
                Rest::Unchanged => return Ok(Rest::Unchanged),
                Rest::Nothing => None,
                Rest::Leaf(var, value) => Some(Slot::Leaf(var, value)),
                Rest::Node(node) => Some(Slot::Branch(node)),
            },
            _ => return Ok(Rest::Unchanged),
        };
        let mut slots = self.slots.clone();
        let mut bitmap = self.bitmap;
        match (replacement, slots.get_mut(index)) {
            (Some(new), Some(slot)) => *slot = new,
            _ => {
                drop(slots.remove(index));
                bitmap &= !bit;
            }
        }
        // A node with nothing but one leaf is that leaf, one level up.
        match slots.as_slice() {
            [] => Ok(Rest::Nothing),
            [Slot::Leaf(var, value)] => Ok(Rest::Leaf(var.clone(), value.clone())),
            _ => MapNode::make(py, bitmap, slots).map(Rest::Node),
        }
    }
}

/// What a removal leaves of a node.
enum Rest {
    Unchanged,
    Nothing,
    Leaf(Ref<PyContextVar>, Ref<PyObject>),
    Node(Ref<MapNode>),
}

/// A node on the way of a [`Walk`], and the next slot in it.
pub struct Place(Ref<MapNode>, usize);

impl Traverse for Place {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.0.traverse(visit)
    }
}

/// Goes through a map.
#[derive(Default)]
pub struct Walk(Vec<Place>);

impl Traverse for Walk {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.0.traverse(visit)
    }
}

impl Walk {
    /// From the start.
    pub fn new(root: Option<Ref<MapNode>>) -> Walk {
        Walk(root.into_iter().map(|root| Place(root, 0)).collect())
    }

    /// The next variable with its value.
    pub fn next(&mut self) -> Option<(Ref<PyContextVar>, Ref<PyObject>)> {
        loop {
            let Place(node, at) = self.0.last_mut()?;
            match node.slots.get(*at) {
                Some(slot) => {
                    *at += 1;
                    match slot.clone() {
                        Slot::Leaf(var, value) => return Some((var, value)),
                        Slot::Branch(node) => self.0.push(Place(node, 0)),
                    }
                }
                None => drop(self.0.pop()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::with_runtime;

    fn ok<T>(result: PyResult<T>) -> T {
        result.unwrap_or_else(|_| unreachable!())
    }

    #[test]
    fn sets_finds_and_removes() {
        with_runtime(|py| {
            ok(PyType::ready::<MapNode>(py));
            ok(PyType::ready::<PyContextVar>(py));
            let vars: Vec<_> =
                (0..2000).map(|i| ok(PyContextVar::make(py, &format!("v{i}"), None))).collect();
            let value = |i: usize| ok(PyInt::new(py, i as i64));
            let mut root = ok(MapNode::single(py, &vars[0], &value(0)));
            let mut snapshots = vec![(1, root.clone())];
            for (i, var) in vars.iter().enumerate().skip(1) {
                let (next, added) = ok(root.with(py, var, &value(i)));
                assert!(added);
                root = next;
                if i % 500 == 0 {
                    snapshots.push((i + 1, root.clone()));
                }
            }
            let (again, added) = ok(root.with(py, &vars[7], &value(70)));
            assert!(!added);
            assert!(again.find(&vars[7]).is_some_and(|v| v.is(&value(70))));
            assert!(root.find(&vars[7]).is_some_and(|v| v.is(&value(7))));
            for (n, snapshot) in &snapshots {
                let mut walk = Walk::new(Some(snapshot.clone()));
                let mut seen = 0;
                while walk.next().is_some() {
                    seen += 1;
                }
                assert_eq!(seen, *n);
                assert!(vars.iter().take(*n).all(|v| snapshot.find(v).is_some()));
                assert!(vars.iter().skip(*n).all(|v| snapshot.find(v).is_none()));
            }
            let mut rest = Some(root);
            for (i, var) in vars.iter().enumerate() {
                let Some(map) = rest else { unreachable!() };
                assert!(map.find(var).is_some());
                rest = ok(map.without(py, var)).unwrap_or_else(|| unreachable!());
                if let Some(map) = &rest {
                    assert!(map.find(var).is_none());
                    assert!(ok(map.without(py, var)).is_none());
                    assert!(vars.iter().skip(i + 1).step_by(97).all(|v| map.find(v).is_some()));
                }
            }
            assert!(rest.is_none());
        });
    }
}
