//! The names a pickle may use, and what becomes of them. Whatever is not here is refused.

use crate::Dtype;

/// A function or class that is known. None is ever called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Global {
    /// Makes a dictionary.
    Dict,
    /// Makes a list of its one argument.
    Size,
    /// Makes a tensor of storage, offset, shape, strides.
    Tensor,
    /// The same with the element type as seventh argument.
    TypedTensor,
    /// Passes its first argument on.
    Parameter,
    /// A storage of elements of this type.
    Storage(Dtype),
    /// A storage of bytes.
    Bytes,
    /// An element type.
    Dtype(Dtype),
    /// Makes something nobody asks for: a device, a set, a byte string.
    Other,
}

/// What `module name` stands for, if it is allowed.
pub(crate) fn allowed(module: &str, name: &str) -> Option<Global> {
    Some(match (module, name) {
        ("collections", "OrderedDict" | "Counter") => Global::Dict,
        ("torch", "Size") => Global::Size,
        ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Global::Tensor,
        ("torch._utils", "_rebuild_tensor_v3") => Global::TypedTensor,
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Global::Parameter,
        ("torch.nn.parameter", "Parameter") => Global::Parameter,
        ("torch.storage", "UntypedStorage") => Global::Bytes,
        ("torch", name) => return element_type(name),
        ("_codecs", "encode")
        | ("builtins" | "__builtin__", "set" | "complex" | "bytearray")
        | ("torch.serialization", "_get_layout") => Global::Other,
        _ => return None,
    })
}

fn element_type(name: &str) -> Option<Global> {
    if name == "device" {
        return Some(Global::Other);
    }
    let dtype = match name {
        "FloatStorage" | "float32" => Dtype::F32,
        "DoubleStorage" | "float64" => Dtype::F64,
        "HalfStorage" | "float16" => Dtype::F16,
        "BFloat16Storage" | "bfloat16" => Dtype::Bf16,
        "ByteStorage" | "uint8" => Dtype::U8,
        "CharStorage" | "int8" => Dtype::I8,
        "ShortStorage" | "int16" => Dtype::I16,
        "IntStorage" | "int32" => Dtype::I32,
        "LongStorage" | "int64" => Dtype::I64,
        "BoolStorage" | "bool" => Dtype::Bool,
        "uint16" => Dtype::U16,
        "uint32" => Dtype::U32,
        "uint64" => Dtype::U64,
        "float8_e4m3fn" => Dtype::F8E4M3,
        "float8_e5m2" => Dtype::F8E5M2,
        _ => return None,
    };
    Some(if name.ends_with("Storage") { Global::Storage(dtype) } else { Global::Dtype(dtype) })
}
