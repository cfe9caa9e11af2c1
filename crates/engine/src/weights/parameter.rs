//! A model's large tensor, which need not lie where it is used.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tch::{Kind, Tensor};

use super::Weight;
use crate::Result;
use crate::device::Device;

/// A tensor of a model as its file has it, and as the model computes with it: the same memory where device and precision
/// agree. Where they do not, the second is made once and kept, or made for every use where memory is short.
///
/// The first costs no memory of its own while it is a map of the file: the system gives its pages back when it needs them.
#[derive(Debug, Clone)]
pub struct Parameter(Arc<Place>);

#[derive(Debug)]
struct Place {
    stored: Weight,
    resident: OnceLock<Weight>,
    /// Made anew for every use.
    lent: AtomicBool,
    device: Device,
    kind: Kind,
}

impl Parameter {
    /// A tensor that is to be used on this device; in this precision, if it holds numbers with a fraction.
    pub(super) fn new(stored: Tensor, device: Device, kind: Kind) -> Self {
        let kind = if stored.is_floating_point() { kind } else { stored.kind() };
        let resident = OnceLock::new();
        if stored.kind() == kind && stored.device() == device.into() {
            let _ = resident.set(Weight::new(stored.shallow_clone()));
        }
        Self(Arc::new(Place { stored: Weight::new(stored), resident, lent: AtomicBool::new(false), device, kind }))
    }

    /// Bytes of it where it is used.
    pub(super) fn bytes(&self) -> u64 {
        (self.0.stored.numel() * self.0.kind.elt_size_in_bytes()) as u64
    }

    /// The tensor, to be used now.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn ready(&self) -> Result<Ready<'_>> {
        match self.0.resident.get() {
            Some(resident) => Ok(Ready::Resident(resident)),
            None if self.0.lent.load(Ordering::Relaxed) => Ok(Ready::Lent(self.made()?)),
            None => Ok(Ready::Resident(self.resident()?)),
        }
    }

    /// The tensor, kept where it is used from now on.
    pub(super) fn resident(&self) -> Result<&Weight> {
        if let Some(resident) = self.0.resident.get() {
            return Ok(resident);
        }
        let made = Weight::new(self.made()?);
        Ok(self.0.resident.get_or_init(|| made))
    }

    /// Whether it is kept where it is used.
    pub(super) fn is_resident(&self) -> bool {
        self.0.resident.get().is_some()
    }

    /// From now on it is made for every use, unless it is kept already.
    pub(super) fn lend(&self) {
        self.0.lent.store(true, Ordering::Relaxed);
    }

    fn made(&self) -> Result<Tensor> {
        Ok(self.0.stored.f_to_device(self.0.device.into())?.f_to_kind(self.0.kind)?)
    }
}

/// A parameter that is ready for use.
#[derive(Debug)]
pub enum Ready<'a> {
    /// Kept by its model.
    Resident(&'a Tensor),
    /// Made for this use.
    Lent(Tensor),
}

impl Deref for Ready<'_> {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        match self {
            Self::Resident(tensor) => tensor,
            Self::Lent(tensor) => tensor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half() -> Tensor {
        Tensor::from_slice(&[1.0f32, 2.5, -3.0]).to_kind(Kind::Half)
    }

    #[test]
    fn what_fits_as_it_is_shares_its_memory() {
        let stored = half();
        let parameter = Parameter::new(stored.shallow_clone(), Device::Cpu, Kind::Half);
        assert!(parameter.is_resident());
        assert_eq!(parameter.ready().unwrap().data_ptr(), stored.data_ptr());
    }

    #[test]
    fn what_is_lent_is_made_for_each_use_and_is_the_same() {
        let kept = Parameter::new(half(), Device::Cpu, Kind::Float);
        let lent = Parameter::new(half(), Device::Cpu, Kind::Float);
        lent.lend();
        assert_eq!((kept.bytes(), lent.bytes()), (12, 12));
        assert_eq!(*kept.ready().unwrap(), *lent.ready().unwrap());
        assert!(kept.is_resident() && !lent.is_resident());
        assert_eq!(lent.ready().unwrap().kind(), Kind::Float);
    }

    #[test]
    fn whole_numbers_keep_their_kind() {
        let parameter = Parameter::new(Tensor::from_slice(&[7i64]), Device::Cpu, Kind::Half);
        assert_eq!(parameter.ready().unwrap().kind(), Kind::Int64);
    }
}
