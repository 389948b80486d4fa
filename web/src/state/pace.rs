//! Paces a series of requests: errors delay or pause it, and the user can stop it.

use js_sys::{Date, Promise};
use leptos::prelude::*;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use volume_transfer::{ChangeError, NextStep};
use wasm_bindgen_futures::JsFuture;

/// The delay after "too many requests" if the response doesn't specify one, in seconds.
const DEFAULT_DELAY: u32 = 5;

/// The longest delay to wait out without asking the user, in seconds.
const MAX_DELAY: u32 = 300;

/// How many delays in a row are allowed before the user is asked.
const MAX_DELAYS: usize = 5;

/// How often to check, during a delay, whether the user has stopped the series, in milliseconds.
const CHECK_INTERVAL_MS: i32 = 250;

/// Decides when the next request of a series may be sent.
#[derive(Default)]
pub(crate) struct Pace {
    /// Whether the user stopped the series.
    pub(crate) stopped: ArcRwSignal<bool>,
    /// Why the series is on hold until the user continues.
    pub(crate) paused: ArcRwSignal<Option<ChangeError>>,
    /// The time before which nothing may be sent, in milliseconds since the epoch, or 0.
    pub(crate) resume_at: ArcRwSignal<f64>,
    /// How many delays there have been in a row.
    delays: AtomicUsize,
    /// How many loops are sending requests.
    loops: AtomicUsize,
}

impl Pace {
    /// Returns whether the series is on hold until the user continues.
    pub(crate) fn is_held(&self) -> bool {
        self.stopped.get() || self.paused.with(Option::is_some)
    }

    /// Stops the series. Requests in progress still finish.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
        self.paused.set(None);
        self.resume_at.set(0.0);
    }

    /// Continues after a stop or a pause.
    pub(crate) fn resume(&self) {
        self.stopped.set(false);
        self.paused.set(None);
        self.delays.store(0, Relaxed);
    }

    /// Registers a loop that sends requests. Returns `false` if there are already `max` of them.
    /// The loop calls [`leave`](Pace::leave) when it ends.
    pub(crate) fn enter(&self, max: usize) -> bool {
        let one_more = |loops| (loops < max).then_some(loops + 1);
        self.loops.fetch_update(Relaxed, Relaxed, one_more).is_ok()
    }

    pub(crate) fn leave(&self) {
        self.loops.fetch_sub(1, Relaxed);
    }

    /// Waits until the next request may be sent. Returns `false` if the series is stopped or paused.
    pub(crate) async fn ready(&self) -> bool {
        while !untrack(|| self.is_held()) {
            let resume_at = self.resume_at.get_untracked();
            let wait = resume_at - Date::now();
            if wait <= 0.0 {
                if resume_at != 0.0 {
                    self.resume_at.set(0.0);
                }
                return true;
            }
            // The cast saturates.
            sleep((wait as i32).min(CHECK_INTERVAL_MS)).await;
        }
        false
    }

    /// Records that a request succeeded.
    pub(crate) fn record_success(&self) {
        self.delays.store(0, Relaxed);
    }

    /// Records that a request failed. If its error affects the remaining requests too, delays or pauses
    /// the series and returns `true`.
    pub(crate) fn record_failure(&self, error: &ChangeError) -> bool {
        let delay = match error.next_step() {
            NextStep::Continue => return false,
            NextStep::Stop => None,
            NextStep::Wait(delay) => {
                let now = (Date::now() / 1000.0) as i64;
                let seconds = delay.and_then(|delay| delay.seconds(now)).unwrap_or(DEFAULT_DELAY);
                let in_a_row = self.delays.fetch_add(1, Relaxed);
                (seconds <= MAX_DELAY && in_a_row < MAX_DELAYS).then_some(seconds)
            }
        };
        match delay {
            Some(seconds) => self.resume_at.set(Date::now() + 1000.0 * f64::from(seconds)),
            None => self.paused.set(Some(error.clone())),
        }
        true
    }
}

pub(crate) async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Fails only for a window that is closing.
        let _ =
            window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}
