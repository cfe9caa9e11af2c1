//! Noise to latents of a picture: Stable Diffusion 1 and 2.

use invoke_domain::ModelRecord;
use invoke_engine::device::Device;
use invoke_engine::models::unet::{Added, Unet};
use invoke_engine::patches::Part;
use invoke_engine::sampling::sd::{Cancelled, DenoiseRequest, Guidance, LATENT_SCALE, Progress, Prompt, denoise};
use invoke_engine::schedulers::{Prediction, SchedulerConfig};
use invoke_engine::{EngineError, Tensor};
use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, Preview, Rule, Test, choices, node};
use invoke_imaging::jpeg;

use crate::failure::{engine_failed, not_yet};
use crate::fields::{
    ConditioningField, ControlField, DenoiseMaskField, IPAdapterField, LatentsField, T2IAdapterField, UNetField,
};
use crate::image::pixels;
use crate::outputs::LatentsOutput;
use crate::{Conditioning, Context};

choices! {
    /// Ways to take the noise away.
    pub enum SchedulerName {
        Ddim = "ddim",
        Ddpm = "ddpm",
        Deis = "deis",
        DeisK = "deis_k",
        Lms = "lms",
        LmsK = "lms_k",
        Pndm = "pndm",
        Heun = "heun",
        HeunK = "heun_k",
        Euler = "euler",
        EulerK = "euler_k",
        EulerA = "euler_a",
        Kdpm2 = "kdpm_2",
        Kdpm2K = "kdpm_2_k",
        Kdpm2A = "kdpm_2_a",
        Kdpm2AK = "kdpm_2_a_k",
        Dpmpp2s = "dpmpp_2s",
        Dpmpp2sK = "dpmpp_2s_k",
        Dpmpp2m = "dpmpp_2m",
        Dpmpp2mK = "dpmpp_2m_k",
        Dpmpp2mSde = "dpmpp_2m_sde",
        Dpmpp2mSdeK = "dpmpp_2m_sde_k",
        Dpmpp3m = "dpmpp_3m",
        Dpmpp3mK = "dpmpp_3m_k",
        DpmppSde = "dpmpp_sde",
        DpmppSdeK = "dpmpp_sde_k",
        ErSde = "er_sde",
        Unipc = "unipc",
        UnipcK = "unipc_k",
        Lcm = "lcm",
        Tcd = "tcd",
    }
}

impl SchedulerName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ddim => "ddim",
            Self::Ddpm => "ddpm",
            Self::Deis => "deis",
            Self::DeisK => "deis_k",
            Self::Lms => "lms",
            Self::LmsK => "lms_k",
            Self::Pndm => "pndm",
            Self::Heun => "heun",
            Self::HeunK => "heun_k",
            Self::Euler => "euler",
            Self::EulerK => "euler_k",
            Self::EulerA => "euler_a",
            Self::Kdpm2 => "kdpm_2",
            Self::Kdpm2K => "kdpm_2_k",
            Self::Kdpm2A => "kdpm_2_a",
            Self::Kdpm2AK => "kdpm_2_a_k",
            Self::Dpmpp2s => "dpmpp_2s",
            Self::Dpmpp2sK => "dpmpp_2s_k",
            Self::Dpmpp2m => "dpmpp_2m",
            Self::Dpmpp2mK => "dpmpp_2m_k",
            Self::Dpmpp2mSde => "dpmpp_2m_sde",
            Self::Dpmpp2mSdeK => "dpmpp_2m_sde_k",
            Self::Dpmpp3m => "dpmpp_3m",
            Self::Dpmpp3mK => "dpmpp_3m_k",
            Self::DpmppSde => "dpmpp_sde",
            Self::DpmppSdeK => "dpmpp_sde_k",
            Self::ErSde => "er_sde",
            Self::Unipc => "unipc",
            Self::UnipcK => "unipc_k",
            Self::Lcm => "lcm",
            Self::Tcd => "tcd",
        }
    }
}

node! {
    /// Denoises noisy latents to decodable images
    #[node(
        kind = "denoise_latents", class = "DenoiseLatentsInvocation", title = "Denoise - SD1.5, SDXL",
        tags = ["latents", "denoise", "txt2img", "t2i", "t2l", "img2img", "i2i", "l2l"], category = "latents",
        version = "1.6.0",
        rules = [Rule::at("cfg_scale", [("cfg_scale", Test::Below(1.0))], "cfg_scale must be greater than 1")]
    )]
    pub struct DenoiseLatents -> LatentsOutput {
        /// Positive conditioning tensor
        #[field(input = InputKind::Connection, ui_order = 0)]
        pub positive_conditioning: OneOrMany<ConditioningField>,
        /// Negative conditioning tensor
        #[field(input = InputKind::Connection, ui_order = 1)]
        pub negative_conditioning: OneOrMany<ConditioningField>,
        /// Noise tensor
        #[field(default = NULL, input = InputKind::Connection, ui_order = 3)]
        pub noise: Option<LatentsField>,
        /// Number of steps to run
        #[field(default = 10, gt = 0)]
        pub steps: i64,
        /// Classifier-Free Guidance scale
        #[field(default = 7.5, title = "CFG Scale")]
        pub cfg_scale: OneOrMany<f64>,
        /// When to start denoising, expressed a percentage of total steps
        #[field(default = 0.0, ge = 0, le = 1)]
        pub denoising_start: f64,
        /// When to stop denoising, expressed a percentage of total steps
        #[field(default = 1.0, ge = 0, le = 1)]
        pub denoising_end: f64,
        /// Scheduler to use during inference
        #[field(default = "euler", ui_type = "SchedulerField")]
        pub scheduler: SchedulerName,
        /// UNet (scheduler, LoRAs)
        #[field(title = "UNet", input = InputKind::Connection, ui_order = 2)]
        pub unet: UNetField,
        /// ControlNet(s) to apply
        #[field(default = NULL, input = InputKind::Connection, ui_order = 5)]
        pub control: Option<OneOrMany<ControlField>>,
        /// IP-Adapter to apply
        #[field(default = NULL, title = "IP-Adapter", input = InputKind::Connection, ui_order = 6)]
        pub ip_adapter: Option<OneOrMany<IPAdapterField>>,
        /// T2I-Adapter(s) to apply
        #[field(default = NULL, title = "T2I-Adapter", input = InputKind::Connection, ui_order = 7)]
        pub t2i_adapter: Option<OneOrMany<T2IAdapterField>>,
        /// Rescale multiplier for CFG guidance, used for models trained with zero-terminal SNR
        #[field(default = 0, ge = 0, lt = 1, title = "CFG Rescale Multiplier")]
        pub cfg_rescale_multiplier: f64,
        /// Apply HiDiffusion (RAU-Net + MSW-MSA) for higher-resolution denoising
        #[field(default = false, title = "HiDiffusion")]
        pub hidiffusion: bool,
        /// Apply HiDiffusion RAU-Net blocks
        #[field(default = true, title = "HiDiffusion: RAU-Net")]
        pub hidiffusion_raunet: bool,
        /// Apply HiDiffusion window attention blocks
        #[field(default = true, title = "HiDiffusion: Window Attention")]
        pub hidiffusion_window_attn: bool,
        /// Override HiDiffusion early switch threshold (T1 ratio)
        #[field(default = 0.4, ge = 0, le = 1, title = "HiDiffusion: T1 Ratio")]
        pub hidiffusion_t1_ratio: f64,
        /// Override HiDiffusion late switch threshold (T2 ratio)
        #[field(default = 0.0, ge = 0, le = 1, title = "HiDiffusion: T2 Ratio")]
        pub hidiffusion_t2_ratio: f64,
        /// Latents tensor
        #[field(default = NULL, input = InputKind::Connection, ui_order = 4)]
        pub latents: Option<LatentsField>,
        /// A mask of the region to apply the denoising process to. Values of 0.0 represent the regions to be fully denoised, and 1.0 represent the regions to be preserved.
        #[field(default = NULL, input = InputKind::Connection, ui_order = 8)]
        pub denoise_mask: Option<DenoiseMaskField>,
    }
}

impl DenoiseLatents {
    /// What the schema has and this program does not.
    fn check(&self) -> Result<(), NodeError> {
        let wanted = [
            (self.control.is_some(), "ControlNets (`control`)"),
            (self.ip_adapter.is_some(), "IP-Adapters (`ip_adapter`)"),
            (self.t2i_adapter.is_some(), "T2I-Adapters (`t2i_adapter`)"),
            (self.denoise_mask.is_some(), "inpainting (`denoise_mask`)"),
            (self.hidiffusion, "HiDiffusion (`hidiffusion`)"),
            (!self.unet.seamless_axes.is_empty(), "seamless tiling (`unet.seamless_axes`)"),
            (self.unet.freeu_config.is_some(), "FreeU (`unet.freeu_config`)"),
        ];
        if let Some((_, what)) = wanted.into_iter().find(|(wanted, _)| *wanted) {
            return Err(not_yet(what));
        }
        let weak = match &self.cfg_scale {
            OneOrMany::One(scale) => *scale < 1.0,
            OneOrMany::Many(scales) => scales.iter().any(|scale| *scale < 1.0),
        };
        if weak { Err(NodeError::value("cfg_scale must be greater than 1")) } else { Ok(()) }
    }
}

impl Node<Context> for DenoiseLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        self.check()?;
        let tensor =
            |field: &Option<LatentsField>| field.as_ref().map(|field| context.tensor(&field.latents_name)).transpose();
        let (noise, latents) = (tensor(&self.noise)?, tensor(&self.latents)?);
        let seed = [&self.noise, &self.latents].into_iter().flatten().find_map(|field| field.seed).unwrap_or(0);

        let device = context.services().device;
        let UNetField { unet, loras, .. } = &self.unet;
        let plain = context.load_model(unet, |folder| Unet::load(folder, device, context.kind()))?;
        let unet = context.with_loras(plain, unet, "", Part::Unet, loras)?;
        let scheduler_config = context.load_model(&self.unet.scheduler, SchedulerConfig::load)?;
        let record = context.host().model(&self.unet.unet.key)?.record;
        if record.config["variant"] == "inpaint" {
            return Err(not_yet("models made for inpainting"));
        }
        let mut scheduler_config = (*scheduler_config).clone();
        if let Some(prediction) = prediction(&record)? {
            scheduler_config = scheduler_config.with_prediction(prediction);
        }

        let positive = embeds(context, self.positive_conditioning)?;
        let negative = embeds(context, self.negative_conditioning)?;
        let request = DenoiseRequest {
            noise,
            latents,
            seed: seed as u64,
            positive: prompt(&positive),
            negative: prompt(&negative),
            guidance: match self.cfg_scale {
                OneOrMany::One(scale) => Guidance::Constant(scale),
                OneOrMany::Many(scales) => Guidance::PerStep(scales),
            },
            guidance_rescale: self.cfg_rescale_multiplier,
            scheduler: self.scheduler.as_str(),
            scheduler_config: &scheduler_config,
            steps: usize::try_from(self.steps).unwrap_or(0),
            denoising_start: self.denoising_start,
            denoising_end: self.denoising_end,
        };
        let mut failed = None;
        let denoised = denoise(&unet, &request, &mut |progress| {
            if context.host().is_cancelled() {
                return Err(Cancelled);
            }
            report(context, progress).map_err(|error| {
                failed = Some(error);
                Cancelled
            })
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let latents = denoised.and_then(on_cpu).map_err(engine_failed)?;
        let [.., height, width] = latents.size()[..] else {
            return Err(NodeError::value("the latents are no picture's"));
        };
        let latents = LatentsField { latents_name: context.save_tensor(latents), seed: None };
        Ok(LatentsOutput { latents, width: width * LATENT_SCALE, height: height * LATENT_SCALE })
    }
}

fn on_cpu(latents: Tensor) -> Result<Tensor, EngineError> {
    Ok(latents.f_to_device(Device::Cpu.into())?)
}

/// The prompts one after the other. Of what SDXL is told besides, the last one counts.
fn embeds(context: &Context, fields: OneOrMany<ConditioningField>) -> Result<Conditioning, NodeError> {
    let fields = fields.into_vec();
    if fields.iter().any(|field| field.mask.is_some()) {
        return Err(not_yet("prompts for a part of the picture (`conditioning.mask`)"));
    }
    let all = fields.iter().map(|field| context.conditioning(&field.conditioning_name));
    let all = all.collect::<Result<Vec<_>, NodeError>>()?;
    let Some(last) = all.last() else {
        return Err(NodeError::value("a conditioning must be given"));
    };
    let embeds: Vec<_> = all.iter().map(|one| &one.embeds).collect();
    let embeds = Tensor::f_cat(&embeds, 1).map_err(|error| engine_failed(error.into()))?;
    Ok(Conditioning { embeds, ..last.share() })
}

fn prompt(conditioning: &Conditioning) -> Prompt<'_> {
    let added = conditioning.added.as_ref();
    let added = added.map(|added| Added { text_embeds: &added.pooled, time_ids: &added.time_ids });
    Prompt { embeddings: &conditioning.embeds, added }
}

/// What the model's record says it predicts.
fn prediction(record: &ModelRecord) -> Result<Option<Prediction>, NodeError> {
    match record.config["prediction_type"].as_str() {
        None => Ok(None),
        Some("epsilon") => Ok(Some(Prediction::Epsilon)),
        Some("v_prediction") => Ok(Some(Prediction::VPrediction)),
        Some("sample") => Ok(Some(Prediction::Sample)),
        Some(other) => Err(NodeError::value(format!("unknown prediction type of model `{}`: {other}", record.name()))),
    }
}

fn report(context: &Context, progress: &Progress<'_>) -> Result<(), NodeError> {
    let small = pixels(progress.preview().map_err(engine_failed)?)?;
    let (width, height) = (small.width() * LATENT_SCALE as u32, small.height() * LATENT_SCALE as u32);
    let jpeg = jpeg::encode(&small, jpeg::DEFAULT_QUALITY).map_err(crate::image::failed)?;
    context.progress_with_preview("Denoising", progress.percentage(), Preview { width, height, jpeg });
    Ok(())
}
