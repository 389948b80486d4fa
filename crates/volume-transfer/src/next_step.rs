//! What a failed request means for the rest of a series.

use crate::error::{ChangeError, Fault, FaultKind, ReadError, RetryDelay, UnknownCause};

/// What to do about the remaining requests in a series after one of them has failed.
///
/// This doesn't concern the failed request itself. After [`ChangeError::Rejected`], it can be sent
/// again once the cause is gone; after [`ChangeError::OutcomeUnknown`], look up its outcome first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Send them: the error concerns one volume or transfer only.
    Continue,
    /// Send them later: the service is overloaded or can't be reached. Contains the delay that the
    /// server requests, if any.
    Wait(Option<RetryDelay>),
    /// Don't send them until the user has fixed the cause, such as an invalid token, because it
    /// affects all of them. After an unreadable response, creating more transfers would lose their
    /// keys, too.
    Stop,
}

impl Fault {
    /// Returns what to do about the remaining requests in a series.
    pub fn next_step(&self) -> NextStep {
        let delay = self.retry_delay();
        match self.kind() {
            FaultKind::Busy => NextStep::Wait(delay),
            // A timeout, or a gateway without a working service behind it.
            FaultKind::Server | FaultKind::Refused
                if delay.is_some() || matches!(self.status, 408 | 502..=504) =>
            {
                NextStep::Wait(delay)
            }
            FaultKind::Server | FaultKind::Refused | FaultKind::NotFound | FaultKind::AuthKey => {
                NextStep::Continue
            }
            FaultKind::Token
            | FaultKind::Project
            | FaultKind::Address
            | FaultKind::TokenTooLong
            | FaultKind::Permission
            | FaultKind::Blocked
            | FaultKind::Account
            | FaultKind::Quota => NextStep::Stop,
        }
    }
}

impl ReadError {
    /// Returns what to do about the remaining requests in a series.
    pub fn next_step(&self) -> NextStep {
        match self {
            ReadError::NoResponse(_) => NextStep::Wait(None),
            ReadError::Refused(fault) => fault.next_step(),
            ReadError::Unreadable(_) => NextStep::Stop,
        }
    }
}

impl ChangeError {
    /// Returns what to do about the remaining requests in a series.
    pub fn next_step(&self) -> NextStep {
        match self {
            ChangeError::Rejected(fault)
            | ChangeError::OutcomeUnknown(UnknownCause::Failed(fault)) => fault.next_step(),
            ChangeError::OutcomeUnknown(UnknownCause::NoResponse(_)) => NextStep::Wait(None),
            ChangeError::OutcomeUnknown(
                UnknownCause::Unreadable(_) | UnknownCause::OtherVolume(_),
            ) => NextStep::Stop,
        }
    }
}
