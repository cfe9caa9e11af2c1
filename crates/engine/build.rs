//! Passes on where libtorch lies: to this crate's own tests as run path, to dependents as
//! `DEP_INVOKE_ENGINE_LIBTORCH_LIB` for theirs.

fn main() {
    println!("cargo::rerun-if-env-changed=DEP_INVOKE_ENGINE_SHIM_LIBTORCH_LIB");
    let lib = std::env::var("DEP_INVOKE_ENGINE_SHIM_LIBTORCH_LIB")
        .expect("engine-sys names the folder of libtorch's libraries in its build metadata");
    println!("cargo::metadata=libtorch_lib={lib}");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
}
