//! Volume transfers on Huawei Cloud EVS and OpenStack Cinder: validation, requests and responses.
//!
//! A *volume transfer* hands a cloud disk over to another project, usually in another account. The
//! owner creates a transfer, and the response contains an `auth_key` that the service never shows
//! again. The volume stays in `awaiting-transfer` until the recipient accepts the transfer with that
//! key, or the owner cancels it.
//!
//! This crate implements the rules of both services. It is `no_std` (with `alloc`), does no I/O and
//! has no feature flags.
//!
//! # Creating a transfer
//!
//! Each step returns the type that the next step requires, so steps in the wrong order don't
//! compile.
//!
//! ```
//! use volume_transfer::{CreateTransfer, Facts, ProjectId, Response, Service, TransferName};
//! use volume_transfer::{api::{self, VolumeList}, eligibility};
//!
//! let service = Service::EvsV2;
//! let project = ProjectId::parse("dd14c6ac581f40059e27f5320b60bf2f")?;
//!
//! // 1. Read the list of volumes.
//! let response = Response::new(200, br#"{"volumes":[{
//!     "id":"c86b9af4-151d-4ead-b62c-5fb967af0e37","status":"available",
//!     "bootable":"false","service_type":"EVS","metadata":{}}]}"#.to_vec());
//! let mut list = VolumeList::default();
//! list.add_page(Ok(response))?;
//! let volume = list.volumes.first().ok_or("the list is empty")?;
//!
//! // 2. Check every constraint. Only a violated one blocks the transfer.
//! let eligible = eligibility::check(volume, &Facts::default(), service)
//!     .admit()
//!     .map_err(|_| "the volume cannot be transferred")?;
//!
//! // 3. Parse the name according to the service's own rule: trimmed, and at most 255 bytes.
//! let name = TransferName::parse(" first volume ", service.name_rule())?;
//!
//! // 4. Build the request. Sending it is up to the caller.
//! let create = CreateTransfer::new(eligible, name);
//! let request = api::create(service, &project, &create);
//! assert_eq!(request.path, "/v2/dd14c6ac581f40059e27f5320b60bf2f/os-volume-transfer");
//!
//! // 5. Decode the response: the record and the key, or an error that says what to do next.
//! let response = Response::new(202, br#"{"transfer":{
//!     "id":"1a7059f5-8ed7-45b7-8d05-2811e5d09f24","name":"first volume",
//!     "volume_id":"c86b9af4-151d-4ead-b62c-5fb967af0e37",
//!     "created_at":"2015-02-25T03:56:53.081642","auth_key":"9266c59563c84664","links":[]}}"#.to_vec());
//! let created = api::decode_created(Some(*create.volume_id()), Ok(response))?;
//! let (record, handover) = created.into_handover();
//! assert_eq!(handover.transfer_id, record.id);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Signing in
//!
//! [`identity`] builds the requests that get a token from OpenStack's Keystone or Huawei Cloud's IAM,
//! list a user's projects and revoke a token. It also decodes the responses.
//!
//! # What this crate does not do
//!
//! - It sends nothing. A [`Request`] is a plain value.
//! - It stores nothing, and never reads the clock.
//! - It has no messages for users. Errors have stable codes instead, such as [`NameError::code`],
//!   [`FaultKind::code`], [`UnknownCause::code`] and [`identity::Rejection::code`], for the caller to
//!   translate. `Display` is for logs.
//!
//! # Secrets
//!
//! [`AuthKey`], the secrets in [`identity`], and the bodies and header values of [`Request`] and
//! [`Response`] are wiped when dropped and never appear in `Debug` output.

#![no_std]

extern crate alloc;

pub mod api;
pub mod constraint;
pub mod eligibility;
pub mod endpoint;
pub mod error;
#[doc(hidden)]
pub mod flags;
pub mod handover;
pub mod http;
pub mod id;
pub mod identity;
pub mod list;
pub mod name;
pub mod service;
pub mod transfer;
pub mod volume;

mod decode;
mod document;
mod error_body;
mod json;
mod lanes;
mod loose;
mod next_step;
mod paste;
mod time;

pub use constraint::{Constraint, ConstraintSet};
pub use document::read_json;
pub use eligibility::{Eligibility, EligibleVolume, Facts, Verdict};
pub use error::{ChangeError, Fault, FaultKind, ReadError, RetryDelay, UnknownCause};
pub use handover::{CredentialsError, CredentialsFile, TransferCredentials, TransferSource};
pub use http::{Method, Outcome, Request, Response, TransportError};
pub use id::{IdError, ProjectId, TransferId, VolumeId};
pub use list::ListReader;
pub use name::{NameError, NameParser, NamePattern, NameRule, TransferName, Unit};
pub use next_step::NextStep;
pub use paste::clean_pasted;
pub use service::Service;
pub use transfer::{AuthKey, CreateTransfer, CreatedTransfer, Handover, Link, Transfer};
pub use volume::{Volume, VolumeStatus};
