//! Starts the page.

fn main() {
    wasm_bindgen_futures::spawn_local(async {
        if let Some(page) = web::mount().await {
            page.forget();
        }
    });
}
