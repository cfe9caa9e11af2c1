//! Noise to latents of a picture: Stable Diffusion 1 and 2.

use invoke_engine::Tensor;
use invoke_engine::models::unet::{FreeU, HiDiffusion, HiDiffusionSettings};
use invoke_engine::sampling::contribution::Contribution;
use invoke_engine::sampling::sd::{DenoiseRequest, Guidance, Inpaint, denoise};
use invoke_engine::weights::SeamlessAxes;
use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, Rule, Test, choices, node};

use crate::Context;
use crate::conditioning::{adapters, controls, image_prompts};
use crate::failure::engine_failed;
use crate::fields::{
    ConditioningField, ControlField, DenoiseMaskField, IPAdapterField, LatentsField, T2IAdapterField, UNetField,
};
use crate::latents::denoising::{Beginning, Network, check_guidance, prompts, watched};
use crate::latents::saved;
use crate::outputs::LatentsOutput;

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
    pub(crate) fn as_str(self) -> &'static str {
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
    /// Larger pictures than the network was trained for, if wanted.
    fn hidiffusion(&self, seed: u64) -> Result<Option<HiDiffusion>, NodeError> {
        let settings = HiDiffusionSettings {
            raunet: self.hidiffusion_raunet,
            windows: self.hidiffusion_window_attn,
            t1_ratio: self.hidiffusion_t1_ratio,
            t2_ratio: self.hidiffusion_t2_ratio,
        };
        self.hidiffusion.then(|| HiDiffusion::new(settings, seed).map_err(engine_failed)).transpose()
    }

    /// The mask, and the masked latents, as earlier nodes kept them.
    fn inpaint<'a>(&self, context: &'a Context) -> Result<Option<Inpaint<'a>>, NodeError> {
        let Some(field) = &self.denoise_mask else { return Ok(None) };
        let masked_latents = field.masked_latents_name.as_ref().map(|name| context.tensor(name)).transpose()?;
        Ok(Some(Inpaint { mask: context.tensor(&field.mask_name)?, masked_latents, gradient: field.gradient }))
    }

    /// The denoised latents, in memory.
    fn denoised(self, context: &Context) -> Result<Tensor, NodeError> {
        check_guidance(&self.cfg_scale)?;
        let meets = |name: &str| self.unet.seamless_axes.iter().any(|axis| axis == name);
        let Beginning { noise, latents, seed, sides } = Beginning::of(context, &self.noise, &self.latents)?;
        let mut contributions = adapters(context, self.t2i_adapter.clone(), sides)?;
        let pictures = image_prompts(context, self.ip_adapter.clone(), sides)?;
        let network = Network::load(context, &self.unet, SeamlessAxes { x: meets("x"), y: meets("y") })?;
        contributions.extend(controls(context, self.control.clone(), sides)?);
        contributions.extend(pictures);
        contributions.extend(self.hidiffusion(seed)?.map(|run| Box::new(run) as Box<dyn Contribution>));
        let inpaint = self.inpaint(context)?;
        let (positive, negative) = (self.positive_conditioning.into_vec(), self.negative_conditioning.into_vec());
        let (positive, negative) = (prompts(context, &positive, sides)?, prompts(context, &negative, sides)?);
        let request = DenoiseRequest {
            noise,
            latents,
            seed,
            positive: positive.prompt(),
            negative: negative.prompt(),
            guidance: match self.cfg_scale {
                OneOrMany::One(scale) => Guidance::Constant(scale),
                OneOrMany::Many(scales) => Guidance::PerStep(scales),
            },
            guidance_rescale: self.cfg_rescale_multiplier,
            scheduler: self.scheduler.as_str(),
            scheduler_config: &network.scheduler_config,
            steps: usize::try_from(self.steps).unwrap_or(0),
            denoising_start: self.denoising_start,
            denoising_end: self.denoising_end,
            inpaint,
            freeu: self.unet.freeu_config.map(|freeu| FreeU { s1: freeu.s1, s2: freeu.s2, b1: freeu.b1, b2: freeu.b2 }),
            contributions,
        };
        watched(context, &network, &mut |on_step| denoise(&network.unet, &request, on_step))
    }
}

impl Node<Context> for DenoiseLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let latents = self.denoised(context)?;
        saved(context, latents, None)
    }
}
