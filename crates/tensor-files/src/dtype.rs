//! The element types a tensor file may name.

macro_rules! dtypes {
    ($($variant:ident $name:literal $size:literal)*) => {
        /// Element type of a stored tensor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Dtype {
            $(#[doc = concat!("`", $name, "` in a safetensors header.")] $variant,)*
        }

        impl Dtype {
            /// The type of this name in a safetensors header.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The name in a safetensors header.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Bytes of one element.
            pub fn size(self) -> usize {
                match self {
                    $(Self::$variant => $size,)*
                }
            }
        }
    };
}

dtypes! {
    Bool "BOOL" 1
    U8 "U8" 1
    I8 "I8" 1
    U16 "U16" 2
    I16 "I16" 2
    U32 "U32" 4
    I32 "I32" 4
    U64 "U64" 8
    I64 "I64" 8
    F8E4M3 "F8_E4M3" 1
    F8E5M2 "F8_E5M2" 1
    F16 "F16" 2
    Bf16 "BF16" 2
    F32 "F32" 4
    F64 "F64" 8
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
