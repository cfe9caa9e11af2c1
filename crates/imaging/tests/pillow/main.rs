//! Our pictures against those `xtask/fixtures/imaging.py` had Pillow make.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod compare;
mod formats;
mod resampling;
