// Errors of C++ for Rust: every function that can fail returns a null pointer or false and leaves the reason in the thread's
// last error; no exception crosses over.

#pragma once

#include <exception>
#include <string>

extern thread_local std::string invoke_error;

template <typename F>
auto guarded(F body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception &error) {
    invoke_error = error.what();
  } catch (...) {
    invoke_error = "an unknown C++ exception";
  }
  return nullptr;
}
