//! The page's start.

fn main() {
    web::mount();
}
