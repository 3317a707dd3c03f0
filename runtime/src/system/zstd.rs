//! zstd: compressors, decompressors and dictionaries as safe objects. They own what they refer to.

use core::ffi::{CStr, c_int, c_uint, c_void};
use core::ptr::NonNull;
use std::rc::Rc;

use zstd_sys as z;

/// What went wrong, in zstd's words.
pub type Failure = &'static str;

/// The result of a call that gives a number or an error.
fn checked(code: usize) -> Result<usize, Failure> {
    // SAFETY: a static string for any code.
    unsafe {
        if z::ZSTD_isError(code) == 0 {
            return Ok(code);
        }
        Err(CStr::from_ptr(z::ZSTD_getErrorName(code)).to_str().unwrap_or("unknown error"))
    }
}

/// The library's version: major * 10000 + minor * 100 + release.
pub fn version() -> u32 {
    // SAFETY: no arguments.
    unsafe { z::ZSTD_versionNumber() }
}

fn compression_parameter(id: i32) -> Option<z::ZSTD_cParameter> {
    use z::ZSTD_cParameter as P;
    let known = [
        P::ZSTD_c_compressionLevel,
        P::ZSTD_c_windowLog,
        P::ZSTD_c_hashLog,
        P::ZSTD_c_chainLog,
        P::ZSTD_c_searchLog,
        P::ZSTD_c_minMatch,
        P::ZSTD_c_targetLength,
        P::ZSTD_c_strategy,
        P::ZSTD_c_enableLongDistanceMatching,
        P::ZSTD_c_ldmHashLog,
        P::ZSTD_c_ldmMinMatch,
        P::ZSTD_c_ldmBucketSizeLog,
        P::ZSTD_c_ldmHashRateLog,
        P::ZSTD_c_contentSizeFlag,
        P::ZSTD_c_checksumFlag,
        P::ZSTD_c_dictIDFlag,
        P::ZSTD_c_nbWorkers,
        P::ZSTD_c_jobSize,
        P::ZSTD_c_overlapLog,
    ];
    known.into_iter().find(|parameter| *parameter as i32 == id)
}

fn decompression_parameter(id: i32) -> Option<z::ZSTD_dParameter> {
    let known = z::ZSTD_dParameter::ZSTD_d_windowLogMax;
    (known as i32 == id).then_some(known)
}

const UNKNOWN: Failure = "Unsupported parameter";

fn bounds(found: z::ZSTD_bounds) -> Result<(i32, i32), Failure> {
    checked(found.error).map(|_| (found.lowerBound, found.upperBound))
}

/// The least and the greatest value of a parameter.
pub fn parameter_bounds(id: i32, is_compress: bool) -> Result<(i32, i32), Failure> {
    // SAFETY: known parameters.
    unsafe {
        if is_compress {
            bounds(z::ZSTD_cParam_getBounds(compression_parameter(id).ok_or(UNKNOWN)?))
        } else {
            bounds(z::ZSTD_dParam_getBounds(decompression_parameter(id).ok_or(UNKNOWN)?))
        }
    }
}

/// How much a call of a stream did.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes of the input that were used.
    pub used: usize,
    /// What zstd says is left to do; zero at the end of a frame.
    pub left: usize,
}

/// A dictionary prepared for one level.
pub struct CompressionDictionary(NonNull<z::ZSTD_CDict>);

impl CompressionDictionary {
    /// Prepares a dictionary; nothing when it is none.
    pub fn new(content: &[u8], level: i32) -> Option<CompressionDictionary> {
        // SAFETY: that many bytes, which are copied.
        let raw = unsafe { z::ZSTD_createCDict(content.as_ptr().cast(), content.len(), level) };
        NonNull::new(raw).map(CompressionDictionary)
    }
}

impl Drop for CompressionDictionary {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { z::ZSTD_freeCDict(self.0.as_ptr()) };
    }
}

/// A dictionary prepared for decompression.
pub struct DecompressionDictionary(NonNull<z::ZSTD_DDict>);

impl DecompressionDictionary {
    /// Prepares a dictionary; nothing when it is none.
    pub fn new(content: &[u8]) -> Option<DecompressionDictionary> {
        // SAFETY: that many bytes, which are copied.
        let raw = unsafe { z::ZSTD_createDDict(content.as_ptr().cast(), content.len()) };
        NonNull::new(raw).map(DecompressionDictionary)
    }
}

impl Drop for DecompressionDictionary {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { z::ZSTD_freeDDict(self.0.as_ptr()) };
    }
}

/// What a compressor is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Collect.
    Continue,
    /// Give out a whole block.
    FlushBlock,
    /// End the frame.
    FlushFrame,
}

/// A compressor.
pub struct Compressor {
    raw: NonNull<z::ZSTD_CCtx>,
    dictionary: Option<Rc<CompressionDictionary>>,
    prefix: Vec<u8>,
    /// It has worker threads.
    has_workers: bool,
    /// The context has its own copy of a dictionary.
    has_copy: bool,
}

impl Compressor {
    /// A new one; nothing when there is no memory.
    pub fn new() -> Option<Compressor> {
        // SAFETY: no arguments.
        let raw = NonNull::new(unsafe { z::ZSTD_createCCtx() })?;
        Some(Compressor { raw, dictionary: None, prefix: Vec::new(), has_workers: false, has_copy: false })
    }

    /// Sets a parameter.
    pub fn set(&mut self, id: i32, value: i32) -> Result<(), Failure> {
        let parameter = compression_parameter(id).ok_or(UNKNOWN)?;
        if parameter == z::ZSTD_cParameter::ZSTD_c_nbWorkers {
            self.has_workers = value > 0;
        }
        // SAFETY: a live context.
        checked(unsafe { z::ZSTD_CCtx_setParameter(self.raw.as_ptr(), parameter, value as c_int) }).map(drop)
    }

    /// Uses a dictionary, which is copied.
    pub fn load(&mut self, content: &[u8]) -> Result<(), Failure> {
        let (data, len) = (content.as_ptr().cast(), content.len());
        // SAFETY: a live context; the bytes are copied.
        checked(unsafe { z::ZSTD_CCtx_loadDictionary(self.raw.as_ptr(), data, len) })?;
        self.has_copy = true;
        Ok(())
    }

    /// Uses a prepared dictionary.
    pub fn refer(&mut self, dictionary: Rc<CompressionDictionary>) -> Result<(), Failure> {
        // SAFETY: live, and kept alive below.
        checked(unsafe { z::ZSTD_CCtx_refCDict(self.raw.as_ptr(), dictionary.0.as_ptr()) })?;
        self.dictionary = Some(dictionary);
        Ok(())
    }

    /// Uses bytes as what stood before the next frame.
    pub fn prefix(&mut self, content: &[u8]) -> Result<(), Failure> {
        let content = content.to_vec();
        // SAFETY: the bytes are kept as long as the context; the vector's buffer does not move with it.
        checked(unsafe {
            z::ZSTD_CCtx_refPrefix(self.raw.as_ptr(), content.as_ptr().cast(), content.len())
        })?;
        self.prefix = content;
        Ok(())
    }

    /// How long the next frame's content will be; nothing takes it back.
    pub fn set_pledged_size(&mut self, size: Option<u64>) -> Result<(), Failure> {
        let size = size.unwrap_or(u64::MAX);
        // SAFETY: a live context.
        checked(unsafe { z::ZSTD_CCtx_setPledgedSrcSize(self.raw.as_ptr(), size) }).map(drop)
    }

    /// Forgets the frame that was begun.
    pub fn reset(&mut self) {
        let what = z::ZSTD_ResetDirective::ZSTD_reset_session_only;
        // SAFETY: a live context.
        unsafe { z::ZSTD_CCtx_reset(self.raw.as_ptr(), what) };
    }

    /// Compresses into the spare room of `out`.
    pub fn step(&mut self, input: &[u8], out: &mut Vec<u8>, mode: Mode) -> Result<Progress, Failure> {
        let mode = match mode {
            Mode::Continue => z::ZSTD_EndDirective::ZSTD_e_continue,
            Mode::FlushBlock => z::ZSTD_EndDirective::ZSTD_e_flush,
            Mode::FlushFrame => z::ZSTD_EndDirective::ZSTD_e_end,
        };
        let mut source = z::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let room = out.spare_capacity_mut();
        let mut target =
            z::ZSTD_outBuffer { dst: room.as_mut_ptr().cast::<c_void>(), size: room.len(), pos: 0 };
        // SAFETY: a live context and two buffers of these sizes.
        let code =
            unsafe { z::ZSTD_compressStream2(self.raw.as_ptr(), &raw mut target, &raw mut source, mode) };
        // SAFETY: zstd has written that much.
        unsafe { out.set_len(out.len() + target.pos) };
        Ok(Progress { used: source.pos, left: checked(code)? })
    }
}

impl Compressor {
    /// Waits for the worker threads, which zstd does when a new frame begins.
    fn wait_for_workers(&mut self) {
        self.reset();
        let mut out = Vec::with_capacity(64);
        let _ = self.step(&[], &mut out, Mode::Continue);
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        if self.has_workers && self.has_copy {
            // zstd frees its copy of a dictionary before it stops the threads that read it.
            self.wait_for_workers();
        }
        // SAFETY: freed once.
        unsafe { z::ZSTD_freeCCtx(self.raw.as_ptr()) };
    }
}

/// A decompressor.
pub struct Decompressor {
    raw: NonNull<z::ZSTD_DCtx>,
    dictionary: Option<Rc<DecompressionDictionary>>,
    prefix: Vec<u8>,
}

impl Decompressor {
    /// A new one; nothing when there is no memory.
    pub fn new() -> Option<Decompressor> {
        // SAFETY: no arguments.
        let raw = NonNull::new(unsafe { z::ZSTD_createDCtx() })?;
        Some(Decompressor { raw, dictionary: None, prefix: Vec::new() })
    }

    /// Sets a parameter.
    pub fn set(&mut self, id: i32, value: i32) -> Result<(), Failure> {
        let parameter = decompression_parameter(id).ok_or(UNKNOWN)?;
        // SAFETY: a live context.
        checked(unsafe { z::ZSTD_DCtx_setParameter(self.raw.as_ptr(), parameter, value as c_int) }).map(drop)
    }

    /// Uses a dictionary, which is copied.
    pub fn load(&mut self, content: &[u8]) -> Result<(), Failure> {
        let (data, len) = (content.as_ptr().cast(), content.len());
        // SAFETY: a live context; the bytes are copied.
        checked(unsafe { z::ZSTD_DCtx_loadDictionary(self.raw.as_ptr(), data, len) }).map(drop)
    }

    /// Uses a prepared dictionary.
    pub fn refer(&mut self, dictionary: Rc<DecompressionDictionary>) -> Result<(), Failure> {
        // SAFETY: live, and kept alive below.
        checked(unsafe { z::ZSTD_DCtx_refDDict(self.raw.as_ptr(), dictionary.0.as_ptr()) })?;
        self.dictionary = Some(dictionary);
        Ok(())
    }

    /// Uses bytes as what stood before the next frame.
    pub fn prefix(&mut self, content: &[u8]) -> Result<(), Failure> {
        let content = content.to_vec();
        // SAFETY: the bytes are kept as long as the context; the vector's buffer does not move with it.
        checked(unsafe {
            z::ZSTD_DCtx_refPrefix(self.raw.as_ptr(), content.as_ptr().cast(), content.len())
        })?;
        self.prefix = content;
        Ok(())
    }

    /// Forgets the frame that was begun.
    pub fn reset(&mut self) {
        let what = z::ZSTD_ResetDirective::ZSTD_reset_session_only;
        // SAFETY: a live context.
        unsafe { z::ZSTD_DCtx_reset(self.raw.as_ptr(), what) };
    }

    /// Decompresses into the spare room of `out`, at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<Progress, Failure> {
        let mut source = z::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let room = out.spare_capacity_mut();
        let size = room.len().min(limit);
        let mut target = z::ZSTD_outBuffer { dst: room.as_mut_ptr().cast::<c_void>(), size, pos: 0 };
        // SAFETY: a live context and two buffers of these sizes.
        let code = unsafe { z::ZSTD_decompressStream(self.raw.as_ptr(), &raw mut target, &raw mut source) };
        // SAFETY: zstd has written that much.
        unsafe { out.set_len(out.len() + target.pos) };
        Ok(Progress { used: source.pos, left: checked(code)? })
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { z::ZSTD_freeDCtx(self.raw.as_ptr()) };
    }
}

/// The bytes of the first frame.
pub fn frame_size(frame: &[u8]) -> Result<usize, Failure> {
    // SAFETY: that many bytes.
    checked(unsafe { z::ZSTD_findFrameCompressedSize(frame.as_ptr().cast(), frame.len()) })
}

/// The content's size of a frame, if its head tells it, and the number of its dictionary; nothing for what is no frame.
pub fn frame_info(frame: &[u8]) -> Option<(Option<u64>, u32)> {
    let (data, len) = (frame.as_ptr().cast(), frame.len());
    // SAFETY: that many bytes.
    unsafe {
        match z::ZSTD_getFrameContentSize(data, len) {
            u64::MAX => Some((None, z::ZSTD_getDictID_fromFrame(data, len))),
            size if size == u64::MAX - 1 => None,
            size => Some((Some(size), z::ZSTD_getDictID_fromFrame(data, len))),
        }
    }
}

/// The number of a dictionary; zero for raw content.
pub fn dictionary_id(content: &[u8]) -> u32 {
    // SAFETY: that many bytes.
    unsafe { z::ZDICT_getDictID(content.as_ptr().cast(), content.len()) }
}

/// What zstd wrote into the room of a dictionary.
///
/// # Safety
/// Unless `code` is an error that many bytes of the room are written.
unsafe fn dictionary_result(mut room: Vec<u8>, code: usize) -> Result<Vec<u8>, Failure> {
    // SAFETY: a static string for any code; the bytes are written by contract.
    unsafe {
        if z::ZDICT_isError(code) != 0 {
            return Err(CStr::from_ptr(z::ZDICT_getErrorName(code)).to_str().unwrap_or("unknown error"));
        }
        room.set_len(code.min(room.capacity()));
    }
    Ok(room)
}

/// The sizes add up to the samples.
fn fits(samples: &[u8], sizes: &[usize]) -> bool {
    sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size)) == Some(samples.len())
        && u32::try_from(sizes.len()).is_ok()
}

/// A dictionary made from samples that stand one behind the other, as long as the empty vector `out` has room for.
pub fn train(samples: &[u8], sizes: &[usize], mut out: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if !fits(samples, sizes) {
        return Err("Src size is incorrect");
    }
    let room = out.capacity();
    out.clear();
    // SAFETY: buffers of these sizes; the samples' sizes add up.
    let code = unsafe {
        z::ZDICT_trainFromBuffer(
            out.as_mut_ptr().cast(),
            room,
            samples.as_ptr().cast(),
            sizes.as_ptr(),
            sizes.len() as c_uint,
        )
    };
    // SAFETY: zstd tells how much of the room it has written.
    unsafe { dictionary_result(out, code) }
}

/// A dictionary made from content and samples, as long as the empty vector `out` has room for.
pub fn finalize(
    content: &[u8],
    samples: &[u8],
    sizes: &[usize],
    mut out: Vec<u8>,
    level: i32,
) -> Result<Vec<u8>, Failure> {
    if !fits(samples, sizes) {
        return Err("Src size is incorrect");
    }
    let room = out.capacity();
    out.clear();
    let parameters = z::ZDICT_params_t { compressionLevel: level, notificationLevel: 0, dictID: 0 };
    // SAFETY: buffers of these sizes; the samples' sizes add up.
    let code = unsafe {
        z::ZDICT_finalizeDictionary(
            out.as_mut_ptr().cast(),
            room,
            content.as_ptr().cast(),
            content.len(),
            samples.as_ptr().cast(),
            sizes.as_ptr(),
            sizes.len() as c_uint,
            parameters,
        )
    };
    // SAFETY: zstd tells how much of the room it has written.
    unsafe { dictionary_result(out, code) }
}
