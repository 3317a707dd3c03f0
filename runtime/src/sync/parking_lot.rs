//! Queues of threads that wait for a lock, kept outside of the locks: a lock is one byte and knows only whether somebody waits.
//! Not here: what the bits of a lock mean (`lock.rs`).

use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::parker::{Parker, Wake};

/// Who has waited longer than this gets the lock handed over; before, whoever comes first takes it.
const FAIRNESS: Duration = Duration::from_millis(1);
const BUCKETS: usize = 61;

/// A thread that waits.
pub struct Waiter {
    parker: Parker,
    /// The lock stayed locked and is now this thread's.
    handed_over: AtomicBool,
    fair_from: Instant,
}

impl Waiter {
    /// For a wait that begins now.
    pub fn new() -> Arc<Waiter> {
        let fair_from = Instant::now() + FAIRNESS;
        Arc::new(Waiter { parker: Parker::new(), handed_over: AtomicBool::new(false), fair_from })
    }

    /// Sleeps until woken, interrupted, or the deadline has passed.
    pub fn wait(&self, deadline: Option<Instant>) -> Wake {
        self.parker.park(deadline)
    }

    /// Sleeps until woken, whatever else happens: the waker has taken this thread from the queue already.
    pub fn wait_for_waker(&self) {
        while self.parker.park(None) != Wake::Notified {}
    }

    /// Whether the waker left the lock locked for this thread; asked after being woken.
    pub fn owns_lock(&self) -> bool {
        self.handed_over.swap(false, Ordering::Acquire)
    }
}

type Queue = VecDeque<(usize, Arc<Waiter>)>;

static LOT: [Mutex<Queue>; BUCKETS] = [const { Mutex::new(VecDeque::new()) }; BUCKETS];

fn bucket(address: usize) -> MutexGuard<'static, Queue> {
    // The lowest bits of addresses are alike.
    let index = (address >> 3) % BUCKETS;
    let bucket = LOT.get(index).unwrap_or(&LOT[0]);
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Queues up for the lock at `address` if `still_needed` says so under the queue's lock.
pub fn enqueue(address: usize, waiter: &Arc<Waiter>, still_needed: impl FnOnce() -> bool) -> bool {
    let mut queue = bucket(address);
    if !still_needed() {
        return false;
    }
    queue.push_back((address, Arc::clone(waiter)));
    true
}

/// Leaves the queue; false when a waker has taken the thread out already and is about to wake it.
pub fn dequeue(address: usize, waiter: &Arc<Waiter>) -> bool {
    let mut queue = bucket(address);
    match queue.iter().position(|(_, other)| Arc::ptr_eq(other, waiter)) {
        Some(at) => queue.remove(at).is_some(),
        None => false,
    }
}

/// Takes the first waiter for `address`; `decide` learns whether there is one and wants the lock handed over, and whether more
/// wait, and sets the lock's bits while nobody can join the queue. Then wakes it.
pub fn wake_one(address: usize, decide: impl FnOnce(Option<bool>, bool)) {
    let mut queue = bucket(address);
    let first = queue.iter().position(|(at, _)| *at == address).and_then(|at| queue.remove(at));
    let more = queue.iter().any(|(at, _)| *at == address);
    match first {
        None => decide(None, false),
        Some((_, waiter)) => {
            let fair = Instant::now() >= waiter.fair_from;
            decide(Some(fair), more);
            if fair {
                waiter.handed_over.store(true, Ordering::Release);
            }
            drop(queue);
            waiter.parker.unpark();
        }
    }
}

/// Wakes all waiters for `address`.
pub fn wake_all(address: usize) {
    let mut queue = bucket(address);
    let mut woken = Vec::new();
    queue.retain(|(at, waiter)| {
        if *at == address {
            woken.push(Arc::clone(waiter));
        }
        *at != address
    });
    drop(queue);
    woken.iter().for_each(|waiter| waiter.parker.unpark());
}

/// In the child of a fork: nobody waits any more, and no queue is locked.
///
/// # Safety
/// Only one thread exists.
pub unsafe fn reset_after_fork() {
    for bucket in &LOT {
        let bucket = core::ptr::from_ref(bucket).cast_mut();
        // SAFETY: nobody else looks at the bucket. What the parent's threads queued is forgotten, not dropped: it may be half done.
        unsafe { bucket.write(Mutex::new(VecDeque::new())) };
    }
}
