//! Reactive functions that box their closures. Leptos's own are compiled again for every closure.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// A function to box. Its vtable has only one method, unlike that of `dyn Fn`.
trait Compute<T>: Send + Sync {
    fn compute(&self) -> T;
}

impl<T, F: Fn() -> T + Send + Sync> Compute<T> for F {
    fn compute(&self) -> T {
        self()
    }
}

/// Runs a future in the background until it completes or the signal is disposed of. An embedding page
/// can remove the form at any time, and reading its signals after that would panic.
pub(crate) fn spawn_while<T: Send + Sync + 'static>(
    signal: RwSignal<T>,
    future: impl Future<Output = ()> + 'static,
) {
    fn boxed(gone: Box<dyn Fn() -> bool>, mut future: Pin<Box<dyn Future<Output = ()>>>) {
        spawn_local(poll_fn(
            move |context| {
                if gone() { Poll::Ready(()) } else { future.as_mut().poll(context) }
            },
        ));
    }
    boxed(Box::new(move || signal.is_disposed()), Box::pin(future));
}

/// Derives a value from signals. Computes it whenever it is read.
pub(crate) fn derive<T: Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    fn boxed<T: Send + Sync + 'static>(compute: Box<dyn Compute<T>>) -> Signal<T> {
        Signal::derive(move || compute.compute())
    }
    boxed(Box::new(compute))
}

/// Derives a value from signals. Computes it once whenever they change, and notifies its readers
/// only if the value differs.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    fn boxed<T: PartialEq + Send + Sync + 'static>(compute: Box<dyn Compute<T>>) -> Memo<T> {
        Memo::new(move |_| compute.compute())
    }
    boxed(Box::new(compute))
}

/// Derives the text of a live region, and notifies its element only if the text differs, because
/// screen readers announce text again when it is set again.
pub(crate) fn status_text(compute: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    memo(compute).into()
}
