//! The kinds of layers a LoRA file may hold, and what each adds to a weight.
//!
//! Papers: LoRA <https://arxiv.org/abs/2106.09685>, DoRA <https://arxiv.org/abs/2402.09353>, LoHa
//! <https://arxiv.org/abs/2108.06098>, IA3 <https://arxiv.org/abs/2205.05638>; LoCon and LoKr are LyCORIS'
//! (<https://arxiv.org/abs/2309.14859>). Reference: InvokeAI 6.14.2, `backend/patches/layers/`.

use std::collections::HashMap;

use tch::{Kind, Tensor};

use crate::weights::Weight;
use crate::{EngineError, Result};

/// The tensors of one layer by what they are, in float32.
pub(super) type Values = HashMap<String, Weight>;

/// One layer of a patch.
#[derive(Debug)]
pub(super) struct Layer {
    kind: LayerKind,
    /// Counts against the rank; without it a layer works as it is.
    alpha: Option<f64>,
    /// Added to the bias.
    bias: Option<Weight>,
}

#[derive(Debug)]
enum LayerKind {
    /// `up (o, r, ..)`, `down (r, i, ..)`, and between them, for convolutions, `mid (r, r, h, w)`.
    Lora { up: Weight, down: Weight, mid: Option<Weight> },
    /// A LoRA of the direction, with the lengths of the sum's columns (LyCORIS) or rows (PEFT).
    Dora { up: Weight, down: Weight, magnitude: Weight, by_row: bool },
    /// The product, number by number, of two LoRAs.
    Loha { first: Factors, second: Factors },
    /// The Kronecker product of two matrices, each whole or as a LoRA.
    Lokr { first: Matrix, second: Matrix },
    /// The difference itself, of a weight or of a norm's scale.
    Full { difference: Weight },
    /// The weight times one number per input or output.
    Ia3 { factors: Weight, on_input: bool },
}

/// Two matrices to multiply, and for convolutions a core between them.
#[derive(Debug)]
struct Factors {
    a: Weight,
    b: Weight,
    core: Option<Weight>,
}

#[derive(Debug)]
enum Matrix {
    Whole(Weight),
    Product(Factors),
}

impl Layer {
    /// The layer these tensors make up, told by their names; none if they make up no layer that is known.
    pub(super) fn new(mut values: Values) -> Result<Option<Self>> {
        let alpha = match values.remove("alpha") {
            Some(alpha) => Some(alpha.f_double_value(&[])?),
            None => None,
        };
        let mut bias = sparse_bias(&mut values)?;
        let Some(kind) = LayerKind::new(&mut values)? else { return Ok(None) };
        if matches!(kind, LayerKind::Full { .. }) {
            bias = values.remove("diff_b").or_else(|| values.remove("b_norm"));
        }
        Ok(Some(Self { kind, alpha, bias }))
    }

    /// The alpha of a file that has none of its own for the layer.
    pub(super) fn set_default_alpha(&mut self, alpha: f64) {
        self.alpha.get_or_insert(alpha);
    }

    /// What is added to this parameter (`weight` or `bias`) at this strength, in its shape; none where the layer has nothing
    /// for it or is made for another shape.
    pub(super) fn residual(&self, parameter: &str, original: &Tensor, strength: f64) -> Result<Option<Tensor>> {
        let strength = match (parameter, &self.kind) {
            // It has its scale inside.
            ("weight", LayerKind::Dora { .. }) => strength,
            _ => strength * self.scale(),
        };
        let added = match (parameter, &self.bias) {
            ("weight", _) => self.kind.weight(original, self.scale())?,
            ("bias", Some(bias)) => Some(bias.shallow_clone()),
            _ => None,
        };
        let Some(added) = added.filter(|added| added.numel() == original.numel()) else { return Ok(None) };
        let added = added.f_to_device(original.device())?;
        Ok(Some(added.f_mul_scalar(strength)?.f_reshape(original.size())?))
    }

    fn scale(&self) -> f64 {
        match (self.alpha, self.kind.rank()) {
            (Some(alpha), Some(rank)) => alpha / rank as f64,
            _ => 1.0,
        }
    }

    /// Bytes of its tensors.
    pub(super) fn bytes(&self) -> usize {
        let own: usize = self.kind.tensors().into_iter().map(|tensor| tensor.numel()).sum();
        (own + self.bias.as_ref().map_or(0, |bias| bias.numel())) * Kind::Float.elt_size_in_bytes()
    }
}

impl LayerKind {
    /// In the order LyCORIS asks (`weight_list_det` of its modules).
    fn new(values: &mut Values) -> Result<Option<Self>> {
        let by_row = values.contains_key("dora_magnitude");
        if let Some(magnitude) = values.remove("dora_magnitude").or_else(|| values.remove("dora_scale")) {
            let (up, down) = (take(values, "lora_up.weight")?, take(values, "lora_down.weight")?);
            return Ok(Some(Self::Dora { up, down, magnitude, by_row }));
        }
        if let Some(up) = values.remove("lora_up.weight") {
            let (down, mid) = (take(values, "lora_down.weight")?, values.remove("lora_mid.weight"));
            return Ok(Some(Self::Lora { up, down, mid }));
        }
        if values.contains_key("hada_w1_a") {
            let mut factors = |n: usize| -> Result<Factors> {
                let (a, b) = (take(values, &format!("hada_w{n}_a"))?, take(values, &format!("hada_w{n}_b"))?);
                Ok(Factors { a, b, core: values.remove(&format!("hada_t{n}")) })
            };
            return Ok(Some(Self::Loha { first: factors(1)?, second: factors(2)? }));
        }
        if values.contains_key("lokr_w1") || values.contains_key("lokr_w1_a") {
            let mut matrix = |n: usize| -> Result<Matrix> {
                if let Some(whole) = values.remove(&format!("lokr_w{n}")) {
                    return Ok(Matrix::Whole(whole));
                }
                let (a, b) = (take(values, &format!("lokr_w{n}_a"))?, take(values, &format!("lokr_w{n}_b"))?);
                let core = if n == 2 { values.remove("lokr_t2") } else { None };
                Ok(Matrix::Product(Factors { a, b, core }))
            };
            return Ok(Some(Self::Lokr { first: matrix(1)?, second: matrix(2)? }));
        }
        if let Some(difference) = values.remove("diff") {
            return Ok(Some(Self::Full { difference }));
        }
        if let Some(on_input) = values.remove("on_input") {
            let on_input = on_input.f_double_value(&[])? != 0.0;
            return Ok(Some(Self::Ia3 { factors: take(values, "weight")?, on_input }));
        }
        Ok(values.remove("w_norm").map(|difference| Self::Full { difference }))
    }

    /// What alpha is counted against.
    fn rank(&self) -> Option<i64> {
        match self {
            Self::Lora { down, .. } | Self::Dora { down, .. } => down.size().first().copied(),
            Self::Loha { first, .. } => first.b.size().first().copied(),
            Self::Lokr { first: Matrix::Product(factors), .. }
            | Self::Lokr { second: Matrix::Product(factors), .. } => factors.b.size().first().copied(),
            Self::Lokr { .. } | Self::Full { .. } | Self::Ia3 { .. } => None,
        }
    }

    /// What it adds to a weight, of as many numbers but not always in its shape.
    fn weight(&self, original: &Tensor, scale: f64) -> Result<Option<Tensor>> {
        Ok(Some(match self {
            Self::Lora { up, down, mid: Some(mid) } => tucker(mid, &flat(up)?, &flat(down)?)?,
            Self::Lora { up, down, mid: None } => product(up, down)?,
            Self::Dora { up, down, magnitude, by_row } => {
                let delta = product(up, down)?;
                if delta.numel() != original.numel() {
                    return Ok(None);
                }
                let delta = delta.f_to_device(original.device())?.f_reshape(original.size())?.f_mul_scalar(scale)?;
                let magnitude = magnitude.f_to_device(original.device())?;
                redirected(original, &delta, &magnitude, *by_row)?.f_sub(original)?
            }
            Self::Loha { first, second } => first.product()?.f_mul(&second.product()?)?,
            Self::Lokr { first, second } => {
                let (mut first, second) = (first.matrix()?, second.matrix()?);
                if second.dim() == 4 {
                    first = first.f_unsqueeze(2)?.f_unsqueeze(2)?;
                }
                first.f_kron(&second.f_contiguous()?)?
            }
            Self::Full { difference } => difference.shallow_clone(),
            Self::Ia3 { factors, on_input } => {
                let factors = factors.f_to_device(original.device())?;
                let factors = if *on_input { factors } else { factors.f_reshape([-1, 1])? };
                original.f_mul(&factors)?
            }
        }))
    }

    fn tensors(&self) -> Vec<&Weight> {
        match self {
            Self::Lora { up, down, mid } => [Some(up), Some(down), mid.as_ref()].into_iter().flatten().collect(),
            Self::Dora { up, down, magnitude, .. } => vec![up, down, magnitude],
            Self::Loha { first, second } => first.tensors().chain(second.tensors()).collect(),
            Self::Lokr { first, second } => first.tensors().into_iter().chain(second.tensors()).collect(),
            Self::Full { difference } => vec![difference],
            Self::Ia3 { factors, .. } => vec![factors],
        }
    }
}

impl Factors {
    /// `a (o, r) b (r, i)`, or with a core `(r, s, h, w)` between `a (r, o)` and `b (s, i)`.
    fn product(&self) -> Result<Tensor> {
        match &self.core {
            None => Ok(self.a.f_matmul(&self.b)?),
            Some(core) => tucker(core, &self.a.f_transpose(0, 1)?, &self.b),
        }
    }

    fn tensors(&self) -> impl Iterator<Item = &Weight> {
        [Some(&self.a), Some(&self.b), self.core.as_ref()].into_iter().flatten()
    }
}

impl Matrix {
    fn matrix(&self) -> Result<Tensor> {
        match self {
            Self::Whole(whole) => Ok(whole.shallow_clone()),
            Self::Product(factors) => factors.product(),
        }
    }

    fn tensors(&self) -> Vec<&Weight> {
        match self {
            Self::Whole(whole) => vec![whole],
            Self::Product(factors) => factors.tensors().collect(),
        }
    }
}

fn take(values: &mut Values, name: &str) -> Result<Weight> {
    values.remove(name).ok_or_else(|| EngineError::Setting(format!("a layer of the LoRA lacks its `{name}`")))
}

/// LyCORIS' bias: places, values and size.
fn sparse_bias(values: &mut Values) -> Result<Option<Weight>> {
    let Some(places) = values.remove("bias_indices") else { return Ok(None) };
    let (numbers, size) = (take(values, "bias_values")?, take(values, "bias_size")?);
    let size = Vec::<i64>::try_from(size.f_to_kind(Kind::Int64)?.f_reshape([-1])?)?;
    let bias = Tensor::f_zeros(size.as_slice(), (Kind::Float, numbers.device()))?;
    let places = places.f_to_kind(Kind::Int64)?;
    let places: Vec<Option<Tensor>> = (0..places.size()[0]).map(|dim| Some(places.get(dim))).collect();
    Ok(Some(Weight::new(bias.f_index_put(&places, &numbers, true)?)))
}

/// `(a, b, 1, 1)` to `(a, b)`.
fn flat(matrix: &Tensor) -> Result<Tensor> {
    let size = matrix.size();
    match size[..] {
        [rows, columns, ..] => Ok(matrix.f_reshape([rows, columns])?),
        _ => Err(EngineError::Input { what: "LoRA matrix", expected: "(a, b)".to_owned(), got: size }),
    }
}

/// `up (o, r, ..) down (r, i, ..)` to `(o, i ..)`. Where several projections share one of the two, the ranks differ and the
/// longer one is taken apart and summed up.
fn product(up: &Tensor, down: &Tensor) -> Result<Tensor> {
    let matrix = |tensor: &Tensor| tensor.f_reshape([tensor.size().first().copied().unwrap_or_default(), -1]);
    let ([_, inner, ..], [rank, ..]) = (&up.size()[..], &down.size()[..]) else {
        return Err(EngineError::Input { what: "LoRA matrix", expected: "(a, b)".to_owned(), got: up.size() });
    };
    let (inner, rank) = (*inner, *rank);
    if inner == rank {
        return Ok(matrix(up)?.f_matmul(&matrix(down)?)?);
    }
    if inner < 1 || rank < 1 {
        return Err(EngineError::Input { what: "LoRA matrix", expected: "(a, b)".to_owned(), got: up.size() });
    }
    let mut sum: Option<Tensor> = None;
    let mut add = |part: Tensor| -> Result<()> {
        sum = Some(match sum.take() {
            Some(sum) => sum.f_add(&part)?,
            None => part,
        });
        Ok(())
    };
    if rank > inner {
        for down in down.f_chunk(rank / inner, 0)? {
            add(up.f_mm(&down)?)?;
        }
    } else {
        // differs: the reference takes the rows apart here, whose products do not fit; columns are what is meant.
        for up in up.f_chunk(inner / rank, 1)? {
            add(up.f_mm(down)?)?;
        }
    }
    sum.ok_or_else(|| EngineError::Input { what: "LoRA matrix", expected: "(a, b)".to_owned(), got: up.size() })
}

/// `core (m, n, h, w)` between `up (o, m)` and `down (n, i)`: `(o, i, h, w)`.
fn tucker(core: &Tensor, up: &Tensor, down: &Tensor) -> Result<Tensor> {
    let (m, n, height, width) = core.size4()?;
    let left = up.f_matmul(&core.f_reshape([m, n * height * width])?)?.f_reshape([-1, n, height, width])?;
    Ok(left.f_permute([0, 2, 3, 1])?.f_matmul(down)?.f_permute([0, 3, 1, 2])?)
}

/// The sum of a weight and its change, with its columns (or rows) made as long as `magnitude` says.
fn redirected(original: &Tensor, delta: &Tensor, magnitude: &Tensor, by_row: bool) -> Result<Tensor> {
    let sum = original.f_add(delta)?;
    let kept = if by_row { 0 } else { 1 };
    let all = (0..sum.dim() as i64).filter(|dim| *dim != kept).collect::<Vec<_>>();
    let length = sum.f_norm_scalaropt_dim(2, all.as_slice(), true)?;
    let magnitude = if by_row { magnitude.f_reshape(length.size())? } else { magnitude.shallow_clone() };
    Ok(sum.f_mul(&magnitude.f_div(&length)?)?)
}
