//! Native modules _thread, _queue, _asyncio, _contextvars and kin.
