//! What takes its time: how long it has taken, and a way to end it where that is safe.

use crate::client::Session;
use crate::parts::{Button, When, effect};
use crate::text::{Key, key, language};
use futures_util::future::{AbortHandle, abortable};
use js_sys::Date;
use leptos::prelude::*;
use std::time::Duration;
use volume_transfer::ReadError;
use volume_transfer::api::VolumeList;

/// Says what is under way, and from the first second on for how long.
#[component]
pub(crate) fn Progress(
    #[prop(into)] busy: Signal<bool>,
    /// What is under way.
    label: Key,
    /// What is said when nothing is.
    #[prop(optional, into)]
    otherwise: Signal<String>,
    /// The list that it reads, which can be stopped.
    #[prop(optional)]
    reading: Option<Reading>,
) -> impl IntoView {
    let language = language();
    let seconds = RwSignal::new(0_usize);
    effect(move || {
        seconds.set(0);
        if !busy.get() {
            return;
        }
        // Counted by the clock: a tab in the background is called late.
        let start = Date::now();
        let count = move || seconds.set(((Date::now() - start) / 1000.0) as usize);
        if let Ok(timer) = set_interval_with_handle(count, Duration::from_millis(250)) {
            on_cleanup(move || timer.clear());
        }
    });
    let elapsed = Signal::derive(move || {
        let values = [("seconds", &*seconds.get().to_string())];
        language.get().say(key::PROGRESS_SECONDS, &values)
    });
    let read = Signal::derive(move || {
        let count = reading.map_or(0, |reading| reading.count.get());
        let say = || language.get().say(key::PROGRESS_COUNT, &[("count", &count.to_string())]);
        (count > 0).then(say).unwrap_or_default()
    });
    view! {
        <div class="progress">
            <p role="status" prop:textContent=Signal::derive(move || {
                if busy.get() { language.get().say(label, &[]) } else { otherwise.get() }
            }) />
            <When holds=move || busy.get() && (seconds.get() > 0)>
                // To be seen: read out, it would interrupt every second.
                <span aria-hidden="true">
                    <span prop:textContent=elapsed /> " " <span prop:textContent=read />
                </span>
                {reading.map(|reading| view! {
                    <Button label=key::PROGRESS_STOP press=move || reading.stop() />
                })}
            </When>
        </div>
    }
}

/// The reading of a project's volumes, which may be long. Handles only: a copy is the same reading.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Whether it is under way.
    pub(crate) busy: RwSignal<bool>,
    /// How many volumes it has read so far.
    count: RwSignal<usize>,
    handle: RwSignal<Option<AbortHandle>>,
}

impl Reading {
    /// Reads the volumes, and says what is missing if there are some; `None` if it was stopped. It
    /// is busy from this call on, so that a second press finds it so.
    pub(crate) fn volumes(
        self,
        session: Session,
    ) -> impl Future<Output = Option<Result<(VolumeList, Option<ReadError>), ReadError>>> {
        self.count.set(0);
        self.busy.set(true);
        let count = move |read| {
            self.count.try_set(read);
        };
        let (list, handle) = abortable(async move { session.volumes(count).await });
        self.handle.set(Some(handle));
        async move {
            let list = list.await;
            self.busy.try_set(false);
            Some(match list.ok()? {
                Ok(list) => Ok((list, None)),
                Err((list, error)) if list == VolumeList::default() => Err(error),
                Err((list, error)) => Ok((list, Some(error))),
            })
        }
    }

    /// Ends it: a list that is only read leaves nothing half done.
    pub(crate) fn stop(self) {
        if let Some(handle) = self.handle.get_untracked() {
            handle.abort();
        }
    }
}
