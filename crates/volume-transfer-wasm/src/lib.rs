//! The rules of volume transfers for JavaScript. Converts inputs, calls the core, and converts results.
//!
//! [`buffers`] is all that the package's entry `./light` needs. JavaScript writes text into a
//! buffer and reads numbers back, so nothing is allocated and no glue code is needed. [`response`]
//! decodes a service's responses into JavaScript objects. `npm/src` builds the package's API on top
//! of both.

pub mod buffers;

#[cfg(feature = "full")]
pub mod response;

/// Fails every allocation. The light module makes none, so it needs no real allocator.
#[cfg(all(target_arch = "wasm32", not(feature = "full")))]
#[global_allocator]
static NO_ALLOCATOR: lol_alloc::FailAllocator = lol_alloc::FailAllocator;
