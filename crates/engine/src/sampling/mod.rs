//! The order in which models and schedulers are called, one file per family, and the way from tensors to pictures.
//!
//! [`sd`] is a run of Stable Diffusion from noise to latents; [`contribution`] is where other networks join in.

pub mod contribution;
pub mod controlnet;
mod guidance;
pub mod image;
mod inpaint;
pub mod ip_adapter;
pub mod latents;
mod predict;
pub mod preview;
mod progress;
pub mod prompt;
mod regions;
pub mod sd;
pub mod t2i_adapter;
pub mod tiles;
pub mod upscale;
mod window;

pub use image::RgbImage;
