//! Networks that enlarge pictures: ESRGAN and its kin, in every layout of keys their files have.
//!
//! Reference: spandrel 0.4.2, which InvokeAI 6.14.2 reads them with.

mod compact;
mod rrdb;

use std::path::Path;

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use crate::device::Device;
use crate::weights::Weights;
use crate::{EngineError, Result};

use compact::Compact;
use rrdb::Rrdb;

/// The part of a file its weights lie in, where it is not the file itself; the smoothed weights first.
const WRAPPED_IN: [&str; 8] =
    ["", "params_ema", "params-ema", "params", "model_state_dict", "state_dict", "model", "net"];
/// What training on several devices, or beside another network, puts before all names.
const PREFIXES: [&str; 3] = ["", "module", "netG"];

/// Sides of the smallest picture the networks take.
const LEAST_SIDE: i64 = 2;

/// A loaded network.
#[derive(Debug)]
pub struct Upscaler {
    network: Network,
    weights: Weights,
    bytes: u64,
}

#[derive(Debug)]
enum Network {
    Rrdb(Rrdb),
    Compact(Compact),
}

impl Upscaler {
    /// Loads a file of weights.
    pub fn load(file: &Path, device: Device, kind: Kind) -> Result<Self> {
        let weights = Weights::open(file, device, kind)?;
        let network = parts(&weights)
            .find_map(|part| {
                let rrdb = Rrdb::find(&part).map(|rrdb| rrdb.map(Network::Rrdb));
                rrdb.or_else(|| Compact::find(&part).map(|compact| compact.map(Network::Compact)))
            })
            .unwrap_or_else(|| {
                let reason =
                    "it is no upscaler that is known: ESRGAN (RRDB) and Real-ESRGAN Compact (SRVGG) are".to_owned();
                Err(EngineError::Config { file: file.to_owned(), reason })
            })?;
        Ok(Self { network, bytes: weights.loaded_bytes(), weights })
    }

    /// How many times as wide and high pictures become.
    pub fn scale(&self) -> i64 {
        match &self.network {
            Network::Rrdb(rrdb) => rrdb.scale(),
            Network::Compact(compact) => compact.scale(),
        }
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        self.weights.device()
    }

    /// Bytes of its weights.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was built from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// `(b, c, h, w)` between 0 and 1 to `(b, c', h * scale, w * scale)` between 0 and 1.
    pub fn forward(&self, picture: &Tensor) -> Result<Tensor> {
        let _inference = InferenceMode::enter()?;
        let picture = picture.f_to_device(self.device().into())?.f_to_kind(self.weights.kind())?;
        let (_, _, height, width) = picture.size4()?;
        let multiple = match &self.network {
            Network::Rrdb(rrdb) => rrdb.multiple(),
            Network::Compact(_) => 1,
        };
        let side = |side: i64| (side.max(LEAST_SIDE) as u64).next_multiple_of(multiple as u64) as i64 - side;
        let padded = padded(&picture, side(width), side(height))?;
        let enlarged = match &self.network {
            Network::Rrdb(rrdb) => rrdb.forward(&padded)?,
            Network::Compact(compact) => compact.forward(&padded)?,
        };
        let cut = enlarged.f_narrow(2, 0, height * self.scale())?.f_narrow(3, 0, width * self.scale())?;
        Ok(cut.f_clamp(0.0, 1.0)?)
    }
}

/// The places in a file where a network may lie.
fn parts(weights: &Weights) -> impl Iterator<Item = Weights> {
    WRAPPED_IN.into_iter().flat_map(move |wrapper| {
        PREFIXES.into_iter().map(move |prefix| {
            [wrapper, prefix]
                .into_iter()
                .filter(|name| !name.is_empty())
                .fold(weights.clone(), |part, name| part / name)
        })
    })
}

/// That many more columns and rows, mirrored at the edge; what a mirror cannot fill repeats the edge.
fn padded(x: &Tensor, columns: i64, rows: i64) -> Result<Tensor> {
    if (columns, rows) == (0, 0) {
        return Ok(x.shallow_clone());
    }
    let (_, _, height, width) = x.size4()?;
    let (mirrored_columns, mirrored_rows) = (columns.min(width - 1), rows.min(height - 1));
    let mirrored = x.f_reflection_pad2d([0, mirrored_columns, 0, mirrored_rows])?;
    Ok(mirrored.f_replication_pad2d([0, columns - mirrored_columns, 0, rows - mirrored_rows])?)
}

/// `torch.nn.LeakyReLU(slope)` for a slope below 1.
fn leaky(x: &Tensor, slope: f64) -> Result<Tensor> {
    Ok(x.f_maximum(&x.f_mul_scalar(slope)?)?)
}
