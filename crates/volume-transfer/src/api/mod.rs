//! The API's operations. Each has a function that builds the request and one that decodes the
//! response.

mod facts;
mod transfers;
mod volumes;

pub use facts::FactQuery;
pub use transfers::{
    TransferList, TransferLookup, accept, create, decode_accepted, decode_created, decode_deleted,
    delete,
};
pub use volumes::{TransferProgress, VolumeList, decode_progress, decode_volume, show_volume};

use crate::http::{Method, Request};
use alloc::string::String;

/// The page size of lists: the maximum that the services allow.
const PAGE: usize = 1_000;

fn get(path: String) -> Request {
    Request::new(Method::Get, path)
}
