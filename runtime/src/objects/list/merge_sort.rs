//! Timsort with powersort's merge order, as CPython's `listsort.txt` describes it: natural runs, short ones filled up by binary
//! insertion, merges that gallop where one side wins for long. Knows nothing of lists; the order of comparisons is CPython's.

#![allow(
    clippy::indexing_slicing,
    reason = "runs lie within the items, whatever comparisons say; see `Low::run` and `High::run`"
)]

/// The first length of a winning streak at which a merge begins to gallop.
const MIN_GALLOP: usize = 7;
/// Runs are filled up to between half of this and this.
const MAX_MIN_RUN: usize = 64;

/// A sorted stretch that waits to be merged.
struct Run {
    start: usize,
    len: usize,
    /// Depth, in the tree of merges, of the boundary to the run behind it.
    power: u32,
}

/// A sort in progress.
struct Sorter<'a, T, L> {
    items: &'a mut [T],
    less: L,
    runs: Vec<Run>,
    /// Holds the shorter side of a merge.
    room: Vec<T>,
    min_gallop: usize,
}

/// Sorts stably by `less`. After an error all items are still there, in some order.
pub(super) fn merge_sort<T: Copy, E>(
    items: &mut [T],
    less: impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    let n = items.len();
    if n < 2 {
        return Ok(());
    }
    let mut sorter = Sorter { items, less, runs: Vec::new(), room: Vec::new(), min_gallop: MIN_GALLOP };
    let min_run = min_run(n);
    let mut start = 0;
    while start < n {
        let mut len = sorter.count_run(start)?;
        if len < min_run {
            let sorted = len;
            len = min_run.min(n - start);
            sorter.insertion(start, len, sorted)?;
        }
        sorter.found_run(start, len)?;
        start += len;
    }
    sorter.collapse()
}

/// Such a length that `n` divided by it is a power of two, or a little less.
fn min_run(mut n: usize) -> usize {
    let mut odd = 0;
    while n >= MAX_MIN_RUN {
        odd |= n & 1;
        n >>= 1;
    }
    n + odd
}

/// How deep the boundary between two neighbouring runs lies in the tree of merges of `n` items: the first binary digit in which
/// the two runs' midpoints, as fractions of `n`, differ.
fn power(start: usize, first: usize, second: usize, n: usize) -> u32 {
    // Twice the midpoints.
    let mut a = 2 * start + first;
    let mut b = a + first + second;
    let mut result = 0;
    loop {
        result += 1;
        if a >= n {
            a -= n;
            b -= n;
        } else if b >= n {
            return result;
        }
        a <<= 1;
        b <<= 1;
    }
}

impl<T: Copy, E, L: FnMut(&T, &T) -> Result<bool, E>> Sorter<'_, T, L> {
    #[inline(always)]
    fn is_less(&mut self, a: usize, b: usize) -> Result<bool, E> {
        (self.less)(&self.items[a], &self.items[b])
    }

    /// Length of the run at `start`. A descending one is turned round; equal items in it keep their order.
    fn count_run(&mut self, start: usize) -> Result<usize, E> {
        let n = self.items.len();
        let mut end = start + 1;
        while end < n && !self.is_less(end, end - 1)? {
            end += 1;
        }
        if end == n {
            return Ok(end - start);
        }
        if end - start > 1 {
            if self.is_less(start, end - 1)? {
                return Ok(end - start);
            }
            // All equal so far: reversed now and once more with the whole run.
            self.items[start..end].reverse();
        }
        end += 1;
        let mut equal = 0;
        while end < n {
            if self.is_less(end, end - 1)? {
                self.items[end - 1 - equal..end].reverse();
                equal = 0;
            } else if self.is_less(end - 1, end)? {
                break;
            } else {
                equal += 1;
            }
            end += 1;
        }
        self.items[end - 1 - equal..end].reverse();
        self.items[start..end].reverse();
        // What follows the turned run may go on from its end.
        while end < n && !self.is_less(end, end - 1)? {
            end += 1;
        }
        Ok(end - start)
    }

    /// Sorts `len` items, of which the first `sorted` are so already.
    fn insertion(&mut self, start: usize, len: usize, sorted: usize) -> Result<(), E> {
        let items = &mut self.items[start..start + len];
        for i in sorted..len {
            let item = items[i];
            let (mut low, mut high) = (0, i);
            while low < high {
                let middle = (low + high) / 2;
                if (self.less)(&item, &items[middle])? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            items.copy_within(low..i, low + 1);
            items[low] = item;
        }
        Ok(())
    }

    /// Takes a run on, after the merges that must come before it.
    fn found_run(&mut self, start: usize, len: usize) -> Result<(), E> {
        if let Some(last) = self.runs.last() {
            let power = power(last.start, last.len, len, self.items.len());
            while let [.., before, _] = self.runs.as_slice()
                && before.power > power
            {
                self.merge_at(self.runs.len() - 2)?;
            }
            if let Some(last) = self.runs.last_mut() {
                last.power = power;
            }
        }
        self.runs.push(Run { start, len, power: 0 });
        Ok(())
    }

    /// Merges all that waits.
    fn collapse(&mut self) -> Result<(), E> {
        while self.runs.len() > 1 {
            let mut at = self.runs.len() - 2;
            if at > 0 && self.runs[at - 1].len < self.runs[at + 1].len {
                at -= 1;
            }
            self.merge_at(at)?;
        }
        Ok(())
    }

    /// Merges two waiting runs.
    fn merge_at(&mut self, at: usize) -> Result<(), E> {
        let second = self.runs.remove(at + 1);
        let first = &mut self.runs[at];
        let (mut a, mut na, b) = (first.start, first.len, second.start);
        first.len += second.len;
        // What is in place already stays.
        let pivot = self.items[b];
        let skip = gallop_right(&self.items[a..a + na], &pivot, 0, &mut self.less)?;
        a += skip;
        na -= skip;
        if na == 0 {
            return Ok(());
        }
        let pivot = self.items[a + na - 1];
        let nb = gallop_left(&self.items[b..b + second.len], &pivot, second.len - 1, &mut self.less)?;
        if nb == 0 {
            return Ok(());
        }
        if na <= nb { self.merge_low(a, na, nb) } else { self.merge_high(a, na, nb) }
    }

    /// Merges the `na` items at `a` and the `nb` behind them from the left, with the first ones moved aside. The first of the second
    /// run comes first of all, the last of the first run last.
    fn merge_low(&mut self, a: usize, na: usize, nb: usize) -> Result<(), E> {
        let mut room = core::mem::take(&mut self.room);
        room.clear();
        room.extend_from_slice(&self.items[a..a + na]);
        let items = &mut self.items[a..a + na + nb];
        let mut merge = Low { i: 0, j: na, to: 0 };
        let outcome = merge.run(&room, items, &mut self.less, &mut self.min_gallop);
        // The rest of the first run fills the gap before the rest of the second.
        let rest = &room[merge.i..];
        items[merge.to..merge.to + rest.len()].copy_from_slice(rest);
        self.room = room;
        outcome
    }

    /// As `merge_low` from the right, with the second run moved aside.
    fn merge_high(&mut self, a: usize, na: usize, nb: usize) -> Result<(), E> {
        let mut room = core::mem::take(&mut self.room);
        room.clear();
        room.extend_from_slice(&self.items[a + na..a + na + nb]);
        let items = &mut self.items[a..a + na + nb];
        let mut merge = High { i: na, j: nb, to: na + nb };
        let outcome = merge.run(&room, items, &mut self.less, &mut self.min_gallop);
        let rest = &room[..merge.j];
        items[merge.to - rest.len()..merge.to].copy_from_slice(rest);
        self.room = room;
        outcome
    }
}

/// Where a merge from the left stands: next of the first run (in the room), next of the second and next to be written (in place).
struct Low {
    i: usize,
    j: usize,
    to: usize,
}

impl Low {
    fn run<T: Copy, E>(
        &mut self,
        first: &[T],
        items: &mut [T],
        less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
        min_gallop: &mut usize,
    ) -> Result<(), E> {
        let (na, end) = (first.len(), items.len());
        self.take_second(items, 1);
        if self.j == end || na - self.i == 1 {
            return self.finish(first, items);
        }
        loop {
            // One by one, until one side wins again and again.
            let (mut wins_a, mut wins_b) = (0, 0);
            while wins_a < *min_gallop && wins_b < *min_gallop {
                if less(&items[self.j], &first[self.i])? {
                    items[self.to] = items[self.j];
                    self.to += 1;
                    self.j += 1;
                    (wins_a, wins_b) = (0, wins_b + 1);
                    if self.j == end {
                        return Ok(());
                    }
                } else {
                    items[self.to] = first[self.i];
                    self.to += 1;
                    self.i += 1;
                    (wins_a, wins_b) = (wins_a + 1, 0);
                    if na - self.i == 1 {
                        return self.finish(first, items);
                    }
                }
            }
            // Galloping, as long as it pays.
            *min_gallop += 1;
            loop {
                *min_gallop -= usize::from(*min_gallop > 1);
                let won_a = gallop_right(&first[self.i..], &items[self.j], 0, less)?;
                self.take_first(first, items, won_a);
                if na - self.i == 1 {
                    return self.finish(first, items);
                }
                // Only an inconsistent comparison leads here with nothing left.
                if self.i == na {
                    return Ok(());
                }
                self.take_second(items, 1);
                if self.j == end {
                    return Ok(());
                }
                let won_b = gallop_left(&items[self.j..], &first[self.i], 0, less)?;
                self.take_second(items, won_b);
                if self.j == end {
                    return Ok(());
                }
                self.take_first(first, items, 1);
                if na - self.i == 1 {
                    return self.finish(first, items);
                }
                if won_a < MIN_GALLOP && won_b < MIN_GALLOP {
                    break;
                }
            }
            *min_gallop += 1;
        }
    }

    fn take_first<T: Copy>(&mut self, first: &[T], items: &mut [T], n: usize) {
        items[self.to..self.to + n].copy_from_slice(&first[self.i..self.i + n]);
        self.to += n;
        self.i += n;
    }

    fn take_second<T: Copy>(&mut self, items: &mut [T], n: usize) {
        items.copy_within(self.j..self.j + n, self.to);
        self.to += n;
        self.j += n;
    }

    /// The last of the first run belongs at the very end: the rest of the second goes before it.
    fn finish<T: Copy, E>(&mut self, first: &[T], items: &mut [T]) -> Result<(), E> {
        if first.len() - self.i == 1 {
            let rest = items.len() - self.j;
            self.take_second(items, rest);
        }
        Ok(())
    }
}

/// Where a merge from the right stands: how many are left of the first run (in place), of the second (in the room), and how many
/// places are still to be written.
struct High {
    i: usize,
    j: usize,
    to: usize,
}

impl High {
    fn run<T: Copy, E>(
        &mut self,
        second: &[T],
        items: &mut [T],
        less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
        min_gallop: &mut usize,
    ) -> Result<(), E> {
        self.take_first(items, 1);
        if self.i == 0 || self.j == 1 {
            return self.finish(items);
        }
        loop {
            let (mut wins_a, mut wins_b) = (0, 0);
            while wins_a < *min_gallop && wins_b < *min_gallop {
                if less(&second[self.j - 1], &items[self.i - 1])? {
                    self.to -= 1;
                    self.i -= 1;
                    items[self.to] = items[self.i];
                    (wins_a, wins_b) = (wins_a + 1, 0);
                    if self.i == 0 {
                        return Ok(());
                    }
                } else {
                    self.to -= 1;
                    self.j -= 1;
                    items[self.to] = second[self.j];
                    (wins_a, wins_b) = (0, wins_b + 1);
                    if self.j == 1 {
                        return self.finish(items);
                    }
                }
            }
            *min_gallop += 1;
            loop {
                *min_gallop -= usize::from(*min_gallop > 1);
                let stay = gallop_right(&items[..self.i], &second[self.j - 1], self.i - 1, less)?;
                let won_a = self.i - stay;
                self.take_first(items, won_a);
                if self.i == 0 {
                    return Ok(());
                }
                self.take_second(second, items, 1);
                if self.j == 1 {
                    return self.finish(items);
                }
                let stay = gallop_left(&second[..self.j], &items[self.i - 1], self.j - 1, less)?;
                let won_b = self.j - stay;
                self.take_second(second, items, won_b);
                if self.j == 1 {
                    return self.finish(items);
                }
                // As above: a comparison that contradicts itself.
                if self.j == 0 {
                    return Ok(());
                }
                self.take_first(items, 1);
                if self.i == 0 {
                    return Ok(());
                }
                if won_a < MIN_GALLOP && won_b < MIN_GALLOP {
                    break;
                }
            }
            *min_gallop += 1;
        }
    }

    fn take_first<T: Copy>(&mut self, items: &mut [T], n: usize) {
        self.i -= n;
        self.to -= n;
        items.copy_within(self.i..self.i + n, self.to);
    }

    fn take_second<T: Copy>(&mut self, second: &[T], items: &mut [T], n: usize) {
        self.j -= n;
        self.to -= n;
        items[self.to..self.to + n].copy_from_slice(&second[self.j..self.j + n]);
    }

    /// The first of the second run belongs at the very start: the rest of the first goes behind it.
    fn finish<T: Copy, E>(&mut self, items: &mut [T]) -> Result<(), E> {
        if self.j == 1 {
            self.take_first(items, self.i);
        }
        Ok(())
    }
}

/// How many of the sorted `items` are less than `key`: where it goes before its equals. Looked for from `hint` on in growing steps.
fn gallop_left<T, E>(
    items: &[T],
    key: &T,
    hint: usize,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    gallop(items, hint, &mut |item| less(item, key))
}

/// How many of the sorted `items` are not greater than `key`: where it goes behind its equals.
fn gallop_right<T, E>(
    items: &[T],
    key: &T,
    hint: usize,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    gallop(items, hint, &mut |item| Ok(!less(key, item)?))
}

/// The number of items at the start for which `before` holds.
fn gallop<T, E>(
    items: &[T],
    hint: usize,
    before: &mut impl FnMut(&T) -> Result<bool, E>,
) -> Result<usize, E> {
    let n = items.len();
    let (mut last, mut step) = (0, 1);
    // `low` is known to belong before, `high` not to; both may lie outside.
    let (mut low, mut high);
    if before(&items[hint])? {
        let most = n - hint;
        while step < most && before(&items[hint + step])? {
            last = step;
            step = 2 * step + 1;
        }
        (low, high) = (hint + last + 1, hint + step.min(most));
    } else {
        let most = hint + 1;
        while step < most && !before(&items[hint - step])? {
            last = step;
            step = 2 * step + 1;
        }
        (low, high) = ((hint + 1).saturating_sub(step.min(most)), hint - last);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if before(&items[middle])? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(high)
}
