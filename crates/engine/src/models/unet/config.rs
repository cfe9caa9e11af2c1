//! `config.json` of a UNet folder.

use serde::Deserialize;

/// A number for all blocks, or one for each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PerBlock {
    /// The same for all.
    All(i64),
    /// One for each, from the widest image to the narrowest.
    Each(Vec<i64>),
}

impl PerBlock {
    /// The number for a block; a short list repeats its last.
    pub fn at(&self, block: usize) -> i64 {
        match self {
            Self::All(number) => *number,
            Self::Each(numbers) => numbers.get(block).or(numbers.last()).copied().unwrap_or_default(),
        }
    }

    fn fits(&self, blocks: usize) -> bool {
        match self {
            Self::All(number) => *number > 0,
            Self::Each(numbers) => numbers.len() == blocks && numbers.iter().all(|number| *number > 0),
        }
    }
}

/// How many transformer blocks follow one another in each layer of a block.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum TransformerLayers {
    /// The same everywhere.
    All(i64),
    /// For each block, in the order of the list it is given in: one number, or one for each of its layers.
    Each(Vec<PerBlock>),
}

impl TransformerLayers {
    /// The number for a layer of a block; short lists repeat their last.
    pub fn at(&self, block: usize, layer: usize) -> i64 {
        match self {
            Self::All(number) => *number,
            Self::Each(blocks) => blocks.get(block).or(blocks.last()).map(|block| block.at(layer)).unwrap_or_default(),
        }
    }
}

/// Yes or no for all blocks, or for each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum FlagPerBlock {
    /// The same for all.
    All(bool),
    /// One for each, from the widest image to the narrowest.
    Each(Vec<bool>),
}

impl FlagPerBlock {
    /// The answer for a block.
    pub fn at(&self, block: usize) -> bool {
        match self {
            Self::All(flag) => *flag,
            Self::Each(flags) => flags.get(block).copied().unwrap_or_default(),
        }
    }
}

/// The settings that decide a UNet's layers, with the reference's defaults. Settings that have only one known meaning are
/// read to be refused when they ask for another.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names and meanings are those of the file's format")]
pub struct UnetConfig {
    pub in_channels: i64,
    pub out_channels: i64,
    pub block_out_channels: Vec<i64>,
    pub down_block_types: Vec<String>,
    pub mid_block_type: Option<String>,
    pub up_block_types: Vec<String>,
    pub layers_per_block: PerBlock,
    pub transformer_layers_per_block: TransformerLayers,
    /// On the way up, where it is not the way down backwards: from the narrowest image to the widest.
    pub reverse_transformer_layers_per_block: Option<TransformerLayers>,
    pub cross_attention_dim: PerBlock,
    /// The number of heads: the name is an old mistake of the format.
    pub attention_head_dim: PerBlock,
    pub norm_num_groups: i64,
    pub norm_eps: f64,
    pub flip_sin_to_cos: bool,
    pub freq_shift: f64,
    pub use_linear_projection: bool,
    pub act_fn: String,
    pub center_input_sample: bool,
    pub downsample_padding: i64,
    pub dual_cross_attention: bool,
    /// Whether transformers attend to the prompt twice, never to the picture itself.
    pub only_cross_attention: FlagPerBlock,
    pub resnet_time_scale_shift: String,
    pub time_embedding_type: String,
    pub class_embed_type: Option<String>,
    pub addition_embed_type: Option<String>,
    pub addition_time_embed_dim: Option<i64>,
    pub projection_class_embeddings_input_dim: Option<i64>,
    pub encoder_hid_dim_type: Option<String>,
    pub num_class_embeds: Option<i64>,
    pub time_embedding_dim: Option<i64>,
    pub mid_block_scale_factor: f64,
    pub resnet_out_scale_factor: f64,
    pub attention_type: String,
    pub cross_attention_norm: Option<String>,
    pub time_embedding_act_fn: Option<String>,
    pub timestep_post_act: Option<String>,
    pub encoder_hid_dim: Option<i64>,
    pub resnet_skip_time_act: bool,
    pub class_embeddings_concat: bool,
    pub conv_in_kernel: i64,
    pub conv_out_kernel: i64,
}

impl Default for UnetConfig {
    fn default() -> Self {
        let names = |names: [&str; 4]| names.map(str::to_owned).to_vec();
        Self {
            in_channels: 4,
            out_channels: 4,
            block_out_channels: vec![320, 640, 1280, 1280],
            down_block_types: names([CROSS_DOWN, CROSS_DOWN, CROSS_DOWN, DOWN]),
            mid_block_type: Some(CROSS_MID.to_owned()),
            up_block_types: names([UP, CROSS_UP, CROSS_UP, CROSS_UP]),
            layers_per_block: PerBlock::All(2),
            transformer_layers_per_block: TransformerLayers::All(1),
            reverse_transformer_layers_per_block: None,
            cross_attention_dim: PerBlock::All(1280),
            attention_head_dim: PerBlock::All(8),
            norm_num_groups: 32,
            norm_eps: 1e-5,
            flip_sin_to_cos: true,
            freq_shift: 0.0,
            use_linear_projection: false,
            act_fn: "silu".to_owned(),
            center_input_sample: false,
            downsample_padding: 1,
            dual_cross_attention: false,
            only_cross_attention: FlagPerBlock::All(false),
            resnet_time_scale_shift: "default".to_owned(),
            time_embedding_type: "positional".to_owned(),
            class_embed_type: None,
            addition_embed_type: None,
            addition_time_embed_dim: None,
            projection_class_embeddings_input_dim: None,
            encoder_hid_dim_type: None,
            num_class_embeds: None,
            time_embedding_dim: None,
            mid_block_scale_factor: 1.0,
            resnet_out_scale_factor: 1.0,
            attention_type: "default".to_owned(),
            cross_attention_norm: None,
            time_embedding_act_fn: None,
            timestep_post_act: None,
            encoder_hid_dim: None,
            resnet_skip_time_act: false,
            class_embeddings_concat: false,
            conv_in_kernel: 3,
            conv_out_kernel: 3,
        }
    }
}

const DOWN: &str = "DownBlock2D";
const CROSS_DOWN: &str = "CrossAttnDownBlock2D";
const CROSS_MID: &str = "UNetMidBlock2DCrossAttn";
const UP: &str = "UpBlock2D";
const CROSS_UP: &str = "CrossAttnUpBlock2D";
const TEXT_TIME: &str = "text_time";

impl UnetConfig {
    /// Width of the time embedding.
    pub fn time_embed_dim(&self) -> i64 {
        self.time_embedding_dim.unwrap_or(self.block_out_channels[0] * 4)
    }

    /// Of a network that is told about the whole prompt and the picture: width of the sines of each number, and of all of it.
    pub fn text_time(&self) -> Option<(i64, i64)> {
        if self.addition_embed_type.as_deref() != Some(TEXT_TIME) {
            return None;
        }
        self.addition_time_embed_dim.zip(self.projection_class_embeddings_input_dim)
    }

    /// Transformer blocks of a layer on the way up, counted from the narrowest image.
    pub(super) fn up_transformer_layers(&self, block: usize, layer: usize) -> i64 {
        match &self.reverse_transformer_layers_per_block {
            Some(layers) => layers.at(block, layer),
            None => self.transformer_layers_per_block.at(self.block_out_channels.len() - 1 - block, layer),
        }
    }

    /// Whether every layer that attends to the prompt has a transformer block.
    fn transformers_have_layers(&self) -> bool {
        let blocks = self.block_out_channels.len();
        let down = (0..blocks).filter(|block| self.down_has_attention(*block));
        let up = (0..blocks).filter(|block| self.up_has_attention(*block));
        down.map(|block| self.transformer_layers_per_block.at(block, 0)).all(|layers| layers > 0)
            && up.map(|block| self.up_transformer_layers(block, 0)).all(|layers| layers > 0)
            && self.transformer_layers_per_block.at(blocks - 1, 0) > 0
    }

    pub(super) fn down_has_attention(&self, block: usize) -> bool {
        self.down_block_types[block] == CROSS_DOWN
    }

    pub(super) fn up_has_attention(&self, block: usize) -> bool {
        self.up_block_types[block] == CROSS_UP
    }

    /// The reason why a network of this configuration cannot be built, if there is one.
    pub fn check(&self) -> Result<(), String> {
        let blocks = self.block_out_channels.len();
        let known = |types: &[String], names: [&str; 2]| types.iter().all(|name| names.contains(&name.as_str()));
        let requirements = [
            (
                blocks > 0 && self.down_block_types.len() == blocks && self.up_block_types.len() == blocks,
                "`block_out_channels`, `down_block_types` and `up_block_types` must have the same number of blocks",
            ),
            (
                known(&self.down_block_types, [DOWN, CROSS_DOWN]),
                "`down_block_types` may name `DownBlock2D` and `CrossAttnDownBlock2D`",
            ),
            (
                known(&self.up_block_types, [UP, CROSS_UP]),
                "`up_block_types` may name `UpBlock2D` and `CrossAttnUpBlock2D`",
            ),
            (self.mid_block_type.as_deref() == Some(CROSS_MID), "`mid_block_type` must be `UNetMidBlock2DCrossAttn`"),
            (self.layers_per_block.fits(blocks), "`layers_per_block` must be positive, one number or one per block"),
            (
                self.transformers_have_layers(),
                "`transformer_layers_per_block` must be positive wherever a block attends to the prompt",
            ),
            (
                self.cross_attention_dim.fits(blocks),
                "`cross_attention_dim` must be positive, one number or one per block",
            ),
            (
                self.attention_head_dim.fits(blocks),
                "`attention_head_dim` must be positive, one number or one per block",
            ),
            (self.in_channels > 0 && self.out_channels > 0, "`in_channels` and `out_channels` must be positive"),
            (
                self.norm_num_groups > 0
                    && self.block_out_channels.iter().all(|n| *n > 0 && n % self.norm_num_groups == 0),
                "`block_out_channels` must be positive multiples of `norm_num_groups`",
            ),
            (
                (0..blocks).all(|i| self.block_out_channels[i] % self.attention_head_dim.at(i).max(1) == 0),
                "`block_out_channels` must be multiples of `attention_head_dim`, the number of heads",
            ),
            (matches!(self.act_fn.as_str(), "silu" | "swish"), "`act_fn` must be `silu`"),
            (!self.center_input_sample, "`center_input_sample` is not supported"),
            (self.downsample_padding == 1, "`downsample_padding` must be 1"),
            (!self.dual_cross_attention, "`dual_cross_attention` is not supported"),
            (self.attention_type == "default", "`attention_type` must be `default`"),
            (self.cross_attention_norm.is_none(), "`cross_attention_norm` is not supported"),
            (self.resnet_time_scale_shift == "default", "`resnet_time_scale_shift` must be `default`"),
            (self.time_embedding_type == "positional", "`time_embedding_type` must be `positional`"),
            (self.class_embed_type.is_none() && self.num_class_embeds.is_none(), "class embeddings are not supported"),
            (
                self.addition_embed_type.is_none() || self.text_time().is_some_and(|(dim, all)| dim > 0 && all > 0),
                "`addition_embed_type` must be `text_time`, with its dimensions",
            ),
            (
                self.mid_block_scale_factor == 1.0 && self.resnet_out_scale_factor == 1.0,
                "`mid_block_scale_factor` and `resnet_out_scale_factor` must be 1",
            ),
            (self.time_embedding_dim.is_none_or(|dim| dim > 0), "`time_embedding_dim` must be positive"),
            (
                self.encoder_hid_dim_type.is_none() && self.encoder_hid_dim.is_none(),
                "`encoder_hid_dim` and `encoder_hid_dim_type` are not supported",
            ),
            (
                self.time_embedding_act_fn.is_none() && self.timestep_post_act.is_none() && !self.resnet_skip_time_act,
                "`time_embedding_act_fn`, `timestep_post_act` and `resnet_skip_time_act` are not supported",
            ),
            (!self.class_embeddings_concat, "`class_embeddings_concat` is not supported"),
            (self.conv_in_kernel == 3 && self.conv_out_kernel == 3, "`conv_in_kernel` and `conv_out_kernel` must be 3"),
        ];
        match requirements.iter().find(|(met, _)| !met) {
            Some((_, reason)) => Err((*reason).to_owned()),
            None => Ok(()),
        }
    }
}
