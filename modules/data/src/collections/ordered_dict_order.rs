//! The order of an `OrderedDict`'s keys: a list in a slab, and for each entry of the dict's table the node of its key.
//! Nothing here runs Python code; what leaves the list is handed to the caller to be released.

use core::cell::RefCell;

use krait_runtime::prelude::*;

/// A place in the slab; 0 is the head, whose neighbours are the first and the last node.
pub type NodeId = u32;

#[derive(Default)]
struct Node {
    key: Option<Ref<PyObject>>,
    hash: isize,
    previous: NodeId,
    next: NodeId,
}

/// The list.
struct List {
    nodes: Vec<Node>,
    free: Vec<NodeId>,
    /// Node of each entry of the table that `table` names; 0: none.
    by_entry: Vec<NodeId>,
    table: (usize, usize),
}

/// The order; empty until the first key comes.
#[repr(C)]
pub struct Order(RefCell<Option<Box<List>>>);

impl Traverse for Order {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        let Ok(list) = self.0.try_borrow() else { return 0 };
        let keys = list.iter().flat_map(|list| &list.nodes).filter_map(|node| node.key.as_ref());
        keys.map(|key| key.traverse(visit)).find(|stop| *stop != 0).unwrap_or(0)
    }

    fn clear_references(&self) {
        drop(self.take());
    }
}

impl List {
    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    fn connect(&mut self, before: NodeId, after: NodeId) {
        if let Some(node) = self.nodes.get_mut(before as usize) {
            node.next = after;
        }
        if let Some(node) = self.nodes.get_mut(after as usize) {
            node.previous = before;
        }
    }

    fn detach(&mut self, id: NodeId) {
        if let Some((previous, next)) = self.node(id).map(|node| (node.previous, node.next)) {
            self.connect(previous, next);
        }
    }

    fn attach(&mut self, id: NodeId, last: bool) {
        let (first_node, last_node) = self.node(0).map_or((0, 0), |head| (head.next, head.previous));
        let (before, after) = if last { (last_node, 0) } else { (0, first_node) };
        self.connect(before, id);
        self.connect(id, after);
    }
}

impl Order {
    /// Whether the entries' nodes are known for this table.
    pub fn knows(&self, table: (usize, usize)) -> bool {
        self.0.borrow().as_ref().is_some_and(|list| list.table == table)
    }

    /// Starts to learn the entries' nodes of another table.
    pub fn forget_entries(&self, py: Py<'_>, table: (usize, usize)) -> PyResult<()> {
        let mut list = self.0.borrow_mut();
        let list = list.get_or_insert_with(|| {
            let nodes = vec![Node::default()];
            Box::new(List { nodes, free: Vec::new(), by_entry: Vec::new(), table: (0, 0) })
        });
        list.by_entry.clear();
        if list.by_entry.try_reserve(table.1).is_err() {
            return Err(py.no_memory());
        }
        list.by_entry.resize(table.1, 0);
        list.table = table;
        Ok(())
    }

    /// Says which node entry `entry` has.
    pub fn learn_entry(&self, entry: usize, id: NodeId) {
        if let Some(list) = &mut *self.0.borrow_mut()
            && let Some(slot) = list.by_entry.get_mut(entry)
        {
            *slot = id;
        }
    }

    /// The node of entry `entry`.
    pub fn of_entry(&self, entry: usize) -> Option<NodeId> {
        self.0.borrow().as_ref()?.by_entry.get(entry).copied().filter(|id| *id != 0)
    }

    /// How many places `of_entry` looks in: what CPython's `__sizeof__` counts.
    pub fn entries(&self) -> usize {
        self.0.borrow().as_ref().map_or(0, |list| list.by_entry.len())
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.borrow().as_ref().map_or(0, |list| list.nodes.len() - 1 - list.free.len())
    }

    /// Adds a key at the end.
    pub fn push(&self, py: Py<'_>, key: Ref<PyObject>, hash: isize) -> PyResult<NodeId> {
        let mut list = self.0.borrow_mut();
        let Some(list) = &mut *list else { bail!(py, SystemError, "no table of nodes") };
        let node = Node { key: Some(key), hash, previous: 0, next: 0 };
        let id = match list.free.pop() {
            Some(id) => {
                if let Some(slot) = list.nodes.get_mut(id as usize) {
                    *slot = node;
                }
                id
            }
            None => match NodeId::try_from(list.nodes.len()) {
                Ok(id) if list.nodes.try_reserve(1).is_ok() => {
                    list.nodes.push(node);
                    id
                }
                _ => return Err(py.no_memory()),
            },
        };
        list.attach(id, true);
        Ok(id)
    }

    /// Takes a node out.
    pub fn remove(&self, id: NodeId) -> Option<Ref<PyObject>> {
        let mut list = self.0.borrow_mut();
        let list = list.as_mut()?;
        let key = list.nodes.get_mut(id as usize)?.key.take()?;
        list.detach(id);
        list.free.push(id);
        Some(key)
    }

    /// Moves a node to one end.
    pub fn move_to_end(&self, id: NodeId, last: bool) {
        if let Some(list) = &mut *self.0.borrow_mut() {
            list.detach(id);
            list.attach(id, last);
        }
    }

    /// The node after `id` (of 0: the first one), or the one before it when going `backwards` (of 0: the last one).
    #[inline]
    pub fn after(&self, id: NodeId, backwards: bool) -> Option<NodeId> {
        let list = self.0.borrow();
        let node = list.as_ref()?.node(id)?;
        Some(if backwards { node.previous } else { node.next }).filter(|id| *id != 0)
    }

    /// Key and hash of a node.
    #[inline]
    pub fn key(&self, id: NodeId) -> Option<(Ref<PyObject>, isize)> {
        let list = self.0.borrow();
        let node = list.as_ref()?.node(id)?;
        node.key.clone().map(|key| (key, node.hash))
    }

    /// Empties it; the result is to be dropped.
    pub fn take(&self) -> Option<impl Drop> {
        struct Rest(Option<Box<List>>);
        impl Drop for Rest {
            fn drop(&mut self) {
                drop(self.0.take());
            }
        }
        self.0.try_borrow_mut().ok().map(|mut list| Rest(list.take()))
    }
}
