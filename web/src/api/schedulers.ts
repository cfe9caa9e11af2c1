/** The samplers the engine has, by their name in the API, in the order in which to offer them. */
export const SCHEDULERS = [
  { value: 'euler', label: 'Euler' },
  { value: 'euler_k', label: 'Euler Karras' },
  { value: 'ddim', label: 'DDIM' },
  { value: 'dpmpp_2m', label: 'DPM++ 2M' },
  { value: 'dpmpp_2m_k', label: 'DPM++ 2M Karras' },
  { value: 'dpmpp_3m', label: 'DPM++ 3M' },
  { value: 'dpmpp_3m_k', label: 'DPM++ 3M Karras' },
] as const;

export type Scheduler = (typeof SCHEDULERS)[number]['value'];

export function isScheduler(name: unknown): name is Scheduler {
  return SCHEDULERS.some(({ value }) => value === name);
}

/** The name people know a sampler by; one that is not known here keeps its own. */
export function schedulerLabel(name: string): string {
  return SCHEDULERS.find(({ value }) => value === name)?.label ?? name;
}
