//! Memory for models and results.

use crate::section::section;
use crate::value::{Amount, Int};

section! {
    /// Caches.
    Cache {
        /// Memory for models in GB; measured from the machine when absent.
        max_cache_ram_gb: Option<Amount> = None,
        /// Graphics memory for models in GB; measured when absent.
        max_cache_vram_gb: Option<Amount> = None,
        /// Minutes after which unused models leave the memory; 0 for never.
        model_cache_keep_alive_min: Amount = Amount(0.0),
        /// Graphics memory kept free for computing, in GB.
        device_working_mem_gb: Amount = Amount(3.0),
        /// Keep part of a model in main memory where it does not fit the device.
        enable_partial_loading: bool = true,
        /// Keep a copy in main memory of what is on the device.
        keep_ram_copy_of_weights: bool = true,
        /// Results of nodes kept for reuse.
        node_cache_size: Int<0, { i64::MAX }> = Int(512),
        /// No longer used; see `max_cache_ram_gb`.
        ram: Option<Amount> = None,
        /// No longer used; see `max_cache_vram_gb`.
        vram: Option<Amount> = None,
        /// No longer used.
        lazy_offload: bool = true,
        /// Accepted for the reference's files: options of its memory allocator.
        pytorch_cuda_alloc_conf: Option<String> = None,
    }
}
