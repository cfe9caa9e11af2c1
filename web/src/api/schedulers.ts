/** The samplers the engine has, by their name in the API, in the order in which to offer them. */
export const SCHEDULERS = [
  { value: 'euler', label: 'Euler' },
  { value: 'euler_a', label: 'Euler Ancestral' },
  { value: 'euler_k', label: 'Euler Karras' },
  { value: 'dpmpp_2m', label: 'DPM++ 2M' },
  { value: 'dpmpp_2m_k', label: 'DPM++ 2M Karras' },
  { value: 'dpmpp_2m_sde', label: 'DPM++ 2M SDE' },
  { value: 'dpmpp_2m_sde_k', label: 'DPM++ 2M SDE Karras' },
  { value: 'dpmpp_2s', label: 'DPM++ 2S' },
  { value: 'dpmpp_2s_k', label: 'DPM++ 2S Karras' },
  { value: 'dpmpp_3m', label: 'DPM++ 3M' },
  { value: 'dpmpp_3m_k', label: 'DPM++ 3M Karras' },
  { value: 'dpmpp_sde', label: 'DPM++ SDE' },
  { value: 'dpmpp_sde_k', label: 'DPM++ SDE Karras' },
  { value: 'ddim', label: 'DDIM' },
  { value: 'ddpm', label: 'DDPM' },
  { value: 'deis', label: 'DEIS' },
  { value: 'deis_k', label: 'DEIS Karras' },
  { value: 'er_sde', label: 'ER-SDE' },
  { value: 'heun', label: 'Heun' },
  { value: 'heun_k', label: 'Heun Karras' },
  { value: 'kdpm_2', label: 'KDPM 2' },
  { value: 'kdpm_2_k', label: 'KDPM 2 Karras' },
  { value: 'kdpm_2_a', label: 'KDPM 2 Ancestral' },
  { value: 'kdpm_2_a_k', label: 'KDPM 2 Ancestral Karras' },
  { value: 'lcm', label: 'LCM' },
  { value: 'lms', label: 'LMS' },
  { value: 'lms_k', label: 'LMS Karras' },
  { value: 'pndm', label: 'PNDM' },
  { value: 'tcd', label: 'TCD' },
  { value: 'unipc', label: 'UniPC' },
  { value: 'unipc_k', label: 'UniPC Karras' },
] as const;

export type Scheduler = (typeof SCHEDULERS)[number]['value'];

export function isScheduler(name: unknown): name is Scheduler {
  return SCHEDULERS.some(({ value }) => value === name);
}

/** The name people know a sampler by; one that is not known here keeps its own. */
export function schedulerLabel(name: string): string {
  return SCHEDULERS.find(({ value }) => value === name)?.label ?? name;
}
