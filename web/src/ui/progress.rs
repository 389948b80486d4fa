//! The progress of an operation.

use super::text::span;
use super::{Button, ShowIf, effect};
use crate::i18n::{Key, key, language};
use crate::reactive::{derive, status_text};
use js_sys::Date;
use leptos::prelude::*;
use std::time::Duration;

/// A status line that names the operation in progress and, after one second, shows the elapsed time.
#[component]
pub(crate) fn Progress(
    #[prop(into)] busy: Signal<bool>,
    /// The text during the operation.
    label: Key,
    /// The text at all other times.
    #[prop(optional, into)]
    idle_text: Signal<String>,
    /// How many items have been loaded so far.
    #[prop(optional)]
    loaded: Option<RwSignal<usize>>,
    /// Stops the operation. Without it, there is no button.
    #[prop(optional, into)]
    on_stop: Option<Callback<()>>,
) -> impl IntoView {
    let language = language();
    let seconds = RwSignal::new(0_usize);
    effect(move || {
        seconds.set(0);
        if !busy.get() {
            return;
        }
        // Reads the clock instead of counting calls, which are less frequent in background tabs.
        let start = Date::now();
        let update = move || seconds.set(((Date::now() - start) / 1000.0) as usize);
        if let Ok(timer) = set_interval_with_handle(update, Duration::from_millis(250)) {
            on_cleanup(move || timer.clear());
        }
    });
    let elapsed = derive(move || {
        let values = [("seconds", &*seconds.get().to_string())];
        language.get().format(key::PROGRESS_SECONDS, &values)
    });
    let loaded = derive(move || {
        let count = loaded.map_or(0, |loaded| loaded.get());
        let text = || language.get().format(key::PROGRESS_COUNT, &[("count", &count.to_string())]);
        (count > 0).then(text).unwrap_or_default()
    });
    let text =
        status_text(
            move || {
                if busy.get() { language.get().format(label, &[]) } else { idle_text.get() }
            },
        );
    view! {
        <div class="progress">
            <p role="status" prop:textContent=text />
            <ShowIf condition=derive(move || busy.get() && (seconds.get() > 0))>
                // Hidden from screen readers, which would announce it every second.
                <span aria-hidden="true">
                    {span(elapsed)} " " {span(loaded)}
                </span>
                {on_stop.map(|on_press| view! { <Button label=key::PROGRESS_STOP on_press /> })}
            </ShowIf>
        </div>
    }
}
