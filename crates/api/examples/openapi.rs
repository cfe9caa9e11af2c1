//! Prints the OpenAPI document; `cargo xtask openapi` keeps it in `docs/openapi.json`.

#[expect(clippy::print_stdout, reason = "its product is text")]
fn main() {
    println!("{:#}", invoke_api::openapi());
}
