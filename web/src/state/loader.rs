//! Loads a project's volumes.

use crate::client::Session;
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;
use volume_transfer::ReadError;
use volume_transfer::api::VolumeList;

/// Loads a project's volumes. Contains only handles: a copy refers to the same loader.
#[derive(Clone, Copy, Default)]
pub(crate) struct VolumeLoader {
    /// Whether it is loading.
    pub(crate) busy: RwSignal<bool>,
    /// How many volumes have been loaded so far.
    pub(crate) loaded: RwSignal<usize>,
    handle: StoredValue<Option<AbortHandle>>,
}

impl VolumeLoader {
    /// Loads the volumes. If only the first pages could be loaded, returns them with the error.
    /// Returns `None` if loading was stopped. The loader is busy as soon as this is called, not only
    /// once the future is polled, so that a second press has no effect.
    pub(crate) fn load(
        self,
        session: Session,
    ) -> impl Future<Output = Option<Result<(VolumeList, Option<ReadError>), ReadError>>> {
        self.loaded.set(0);
        self.busy.set(true);
        let progress = move |loaded| {
            self.loaded.try_set(loaded);
        };
        let (list, handle) = abortable(async move { session.volumes(progress).await });
        self.handle.set_value(Some(handle));
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

    /// Stops loading. This is safe, because reading changes nothing.
    pub(crate) fn stop(self) {
        if let Some(handle) = self.handle.get_value() {
            handle.abort();
        }
    }
}
