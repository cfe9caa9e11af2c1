//! The run path to libtorch, so that the worker starts without an environment variable.

fn main() {
    println!("cargo::rerun-if-env-changed=DEP_INVOKE_ENGINE_LIBTORCH_LIB");
    let lib = std::env::var("DEP_INVOKE_ENGINE_LIBTORCH_LIB")
        .expect("the engine names the folder of libtorch's libraries in its build metadata");
    // First beside an installed worker (`cargo xtask dist`), then where it was built.
    println!("cargo::rustc-link-arg=-Wl,-rpath,$ORIGIN/../lib");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
}
