//! Compiles the shim and tells dependents where libtorch lies (`DEP_INVOKE_ENGINE_SHIM_LIBTORCH_LIB`).

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=shim");
    println!("cargo::rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let lib = PathBuf::from(
        std::env::var_os("DEP_TCH_LIBTORCH_LIB")
            .expect("torch-sys names the folder of libtorch's libraries; it did not: is LIBTORCH set?"),
    );
    println!("cargo::metadata=libtorch_lib={}", lib.display());
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", lib.display());

    let include = lib.parent().map(|root| root.join("include")).unwrap_or_default();
    assert!(
        include.join("ATen/ATen.h").is_file(),
        "libtorch's headers are missing, expected beside its libraries: {}",
        include.display()
    );
    compile(&include);
}

fn compile(include: &Path) {
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .flag("-isystem")
        .flag(include)
        // What is computed here is computed often, in a development build as well.
        .opt_level(3)
        .file("shim/shim.cpp")
        .file("shim/linear.cpp")
        .file("shim/winograd.cpp")
        .compile("invoke_engine_shim");
}
