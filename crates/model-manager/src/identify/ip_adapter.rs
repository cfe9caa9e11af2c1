//! IP-Adapters as one file. The reference's own older format, a folder, is not recognised by it any more either: its record
//! must name an encoder, which nobody gives.
//!
//! Reference: InvokeAI 6.14.2, `configs/ip_adapter.py` and `backend/flux/ip_adapter/state_dict_utils.py`.

use super::Kind;
use super::on_disk::OnDisk;

const XLABS: [&str; 8] = [
    "double_blocks.0.processor.ip_adapter_double_stream_k_proj.bias",
    "double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight",
    "double_blocks.0.processor.ip_adapter_double_stream_v_proj.bias",
    "double_blocks.0.processor.ip_adapter_double_stream_v_proj.weight",
    "ip_adapter_proj_model.norm.bias",
    "ip_adapter_proj_model.norm.weight",
    "ip_adapter_proj_model.proj.bias",
    "ip_adapter_proj_model.proj.weight",
];

fn base(width: usize) -> Option<&'static str> {
    match width {
        768 => Some("sd-1"),
        1024 => Some("sd-2"),
        2048 => Some("sdxl"),
        _ => None,
    }
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    state.any_starts(&["image_proj.", "ip_adapter.", "ip_adapter_proj_model."]).then_some(())?;
    let base = if state.has_all(&XLABS) { "flux" } else { base(state.last_length("ip_adapter.1.to_k_ip.weight")?)? };
    Some(Kind::new("ip_adapter", "checkpoint", base))
}
