use super::*;

/// A cheap generator of repeatable numbers.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as usize
}

/// The allocator is not locked, so tests that use it must not run beside one another.
#[test]
fn blocks_keep_their_contents_and_come_back() {
    crate::testing::with_runtime(|_| exercise());
}

fn exercise() {
    let before = allocated_blocks();
    let mut state = 7;
    let mut live: Vec<(*mut u8, usize, u8)> = Vec::new();
    for round in 0..200_000 {
        let grow = live.len() < 100 || next(&mut state) % 100 < if round < 120_000 { 60 } else { 30 };
        if grow {
            let size = if next(&mut state).is_multiple_of(50) {
                next(&mut state) % 5000
            } else {
                next(&mut state) % 513
            };
            let block = alloc(size).expect("memory");
            assert_eq!(block.addr() % ALIGNMENT, 0);
            let mark = next(&mut state) as u8;
            // SAFETY: the block has `size` bytes.
            unsafe { core::ptr::write_bytes(block, mark, size) };
            live.push((block, size, mark));
        } else {
            let (block, size, mark) = live.swap_remove(next(&mut state) % live.len());
            // SAFETY: blocks in `live` are allocated, with `size` marked bytes.
            unsafe {
                assert!(core::slice::from_raw_parts(block, size).iter().all(|&b| b == mark));
                if next(&mut state).is_multiple_of(4) {
                    let wanted = next(&mut state) % 700;
                    let block = realloc(block, wanted).expect("memory");
                    let kept = core::slice::from_raw_parts(block, wanted.min(size));
                    assert!(kept.iter().all(|&b| b == mark));
                    core::ptr::write_bytes(block, mark, wanted);
                    live.push((block, wanted, mark));
                } else {
                    free(block);
                }
            }
        }
    }
    assert_eq!(allocated_blocks(), before + live.len());
    for (block, ..) in live {
        // SAFETY: allocated above.
        unsafe { free(block) };
    }
    assert_eq!(allocated_blocks(), before);
    assert!(HEAP.arenas.released.get() > 0);
    // SAFETY: null is allowed.
    unsafe { free(core::ptr::null_mut()) };
    assert!(report().contains("Small block threshold = 512, in 32 size classes."));
}
