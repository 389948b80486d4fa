//! The rules of volume transfers for JavaScript: converts, calls the core, converts back.
//!
//! [`door`] is all that the package's entry `./light` has: texts are written into a buffer here and
//! numbers come back, so that nothing is allocated and no glue is needed. [`answer`] reads what a
//! service answers, where JavaScript objects are worth their weight. `npm/src` makes the package's
//! API of both.

pub mod door;

#[cfg(feature = "full")]
pub mod answer;

/// Light allocates nothing. This holds it to it, and spares it an allocator.
#[cfg(all(target_arch = "wasm32", not(feature = "full")))]
#[global_allocator]
static NO_ALLOCATOR: lol_alloc::FailAllocator = lol_alloc::FailAllocator;
