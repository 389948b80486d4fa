//! Starts the page.

fn main() {
    web::mount();
}
