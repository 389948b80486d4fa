//! The rules of giving a volume to another project, on Huawei Cloud EVS and on OpenStack Cinder.
//!
//! A *volume transfer* is how a tenant hands a disk over: the owner posts a request, the answer
//! carries an `auth_key` that is never shown again, and the volume waits in `awaiting-transfer`
//! until the other side accepts. This crate holds everything about it that can be right or wrong,
//! and nothing that needs a network, a clock or a screen.
//!
//! # The way of a transfer
//!
//! Each step's output is the only key to the next, so a wrong order does not compile.
//!
//! ```
//! use volume_transfer::{CreateTransfer, Facts, ProjectId, Response, Service, TransferName};
//! use volume_transfer::{api::{self, VolumeList}, eligibility};
//!
//! let service = Service::EvsV2;
//! let project = ProjectId::parse("dd14c6ac581f40059e27f5320b60bf2f")?;
//!
//! // 1. A volume, as the service lists it.
//! let answer = Response::new(200, br#"{"volumes":[{
//!     "id":"c86b9af4-151d-4ead-b62c-5fb967af0e37","status":"available",
//!     "bootable":"false","service_type":"EVS","metadata":{}}]}"#.to_vec());
//! let mut list = VolumeList::default();
//! list.add_page(Ok(answer))?;
//! let volume = list.volumes.first().ok_or("the list is empty")?;
//!
//! // 2. Every constraint gets a verdict; only a violated one blocks.
//! let eligible = eligibility::check(volume, &Facts::default(), service)
//!     .admit()
//!     .map_err(|_| "the volume cannot be transferred")?;
//!
//! // 3. A name is trimmed and measured as the service does it.
//! let name = TransferName::parse(" first volume ", service.name_rule())?;
//!
//! // 4. The request is a value; sending it is the caller's business.
//! let create = CreateTransfer::new(eligible, name);
//! let request = api::create(service, &project, &create);
//! assert_eq!(request.path, "/v2/dd14c6ac581f40059e27f5320b60bf2f/os-volume-transfer");
//!
//! // 5. The answer is a record and a key, or an error that says what may be done next.
//! let answer = Response::new(202, br#"{"transfer":{
//!     "id":"1a7059f5-8ed7-45b7-8d05-2811e5d09f24","name":"first volume",
//!     "volume_id":"c86b9af4-151d-4ead-b62c-5fb967af0e37",
//!     "created_at":"2015-02-25T03:56:53.081642","auth_key":"9266c59563c84664","links":[]}}"#.to_vec());
//! let created = api::decode_created(Some(*create.volume_id()), Ok(answer))?;
//! let (record, handover) = created.into_handover();
//! assert_eq!(handover.transfer_id, record.id);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # What does this crate not do?
//!
//! It sends nothing, stores nothing, reads no clock and has no sentence for people: what is wrong
//! with an entry has a stable [`code`](name::NameError::code), and a failure its
//! [`kind`](error::ReadError::kind) or [`cause`](error::UnknownCause::code), which the caller puts
//! into words. What `Display` says is for logs.

#![no_std]

extern crate alloc;

pub mod api;
pub mod constraint;
pub mod eligibility;
pub mod endpoint;
pub mod error;
#[doc(hidden)]
pub mod flags;
pub mod http;
pub mod id;
pub mod list;
pub mod name;
pub mod service;
pub mod transfer;
pub mod volume;

mod document;
mod json;
mod lanes;
mod loose;
mod paste;
mod time;
mod words;

pub use constraint::{Constraint, ConstraintSet};
pub use document::read_json;
pub use eligibility::{Eligibility, EligibleVolume, Facts, Verdict};
pub use error::{ChangeError, Fault, FaultKind, ReadError, RetryDelay, UnknownCause};
pub use http::{Method, Outcome, Request, Response, TransportError};
pub use id::{IdError, ProjectId, TransferId, VolumeId};
pub use list::ListReader;
pub use name::{NameError, NameParser, NameRule, TransferName, Unit};
pub use paste::clean_pasted;
pub use service::Service;
pub use transfer::{AuthKey, CreateTransfer, CreatedTransfer, Handover, Link, Transfer};
pub use volume::{Volume, VolumeStatus};
