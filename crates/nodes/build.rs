//! The run path to libtorch, so that this crate's tests start without an environment variable.

fn main() {
    println!("cargo::rerun-if-env-changed=DEP_INVOKE_ENGINE_LIBTORCH_LIB");
    let lib = std::env::var("DEP_INVOKE_ENGINE_LIBTORCH_LIB")
        .expect("the engine names the folder of libtorch's libraries in its build metadata");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
}
