//! Reactive functions that box their closures. Leptos's own are compiled again for every closure.

use leptos::prelude::*;

/// A function to box. Unlike that of `dyn Fn`, its vtable has only one method.
trait Compute<T>: Send + Sync {
    fn compute(&self) -> T;
}

impl<T, F: Fn() -> T + Send + Sync> Compute<T> for F {
    fn compute(&self) -> T {
        self()
    }
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
/// screen readers announce a text again when it is set again.
pub(crate) fn status_text(compute: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    memo(compute).into()
}
