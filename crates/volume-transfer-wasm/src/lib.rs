//! The rules of volume transfers for JavaScript. Converts inputs, calls the core, and converts
//! results.
//!
//! The package's entry point `./form` needs only [`buffers`], and `./light` also needs [`lists`].
//! JavaScript writes text to a buffer and reads numbers back, so nothing is allocated and no glue
//! code is needed. [`records`] evaluates individual volumes, and [`response`] decodes a service's
//! responses into JavaScript objects. `npm/src` builds the package's API on top of these modules.

pub mod buffers;

#[cfg(feature = "lists")]
pub mod lists;

#[cfg(feature = "full")]
pub mod records;

#[cfg(feature = "full")]
pub mod response;

/// Fails every allocation. Without `full`, there are none, so no real allocator is needed.
#[cfg(all(target_arch = "wasm32", not(feature = "full")))]
#[global_allocator]
static NO_ALLOCATOR: lol_alloc::FailAllocator = lol_alloc::FailAllocator;
