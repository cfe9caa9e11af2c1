// What the next picture is made from. Kept per account in the browser, so that a reload loses no prompt.
import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import { persist } from 'zustand/middleware';
import { MAX_SEED } from '@/api/rules';
import { isSide } from './aspect';
import type { Scheduler } from '@/api/schedulers';

export type Settings = {
  modelKey: string | null;
  prompt: string;
  negativePrompt: string;
  width: number;
  height: number;
  steps: number;
  cfgScale: number;
  scheduler: Scheduler;
  seed: number;
  randomSeed: boolean;
  count: number;
};

export const INITIAL: Settings = {
  modelKey: null,
  prompt: '',
  negativePrompt: '',
  width: 512,
  height: 512,
  steps: 30,
  cfgScale: 7.5,
  scheduler: 'dpmpp_3m_k',
  seed: 0,
  randomSeed: true,
  count: 1,
};

export const STEPS = { min: 1, max: 100 } as const;
export const CFG_SCALE = { min: 1, max: 20, step: 0.5 } as const;
export const COUNT = { min: 1, max: 8 } as const;

export function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEED;
}

export function areValid(settings: Settings): boolean {
  return isSide(settings.width) && isSide(settings.height) && isSeed(settings.seed);
}

type SettingsStore = StoreApi<Settings>;

function storageName(accountId: string): string {
  return `invokeai-rs.generate.${accountId}`;
}

export function createSettings(accountId: string): SettingsStore {
  return createStore<Settings>()(
    persist(() => INITIAL, {
      name: storageName(accountId),
      version: 1,
      merge: (saved, initial) => ({ ...initial, ...(typeof saved === 'object' ? saved : {}) }),
    }),
  );
}

/** Leaves no prompt behind on a shared computer. */
export function forgetSettings(accountId: string) {
  localStorage.removeItem(storageName(accountId));
}

export const SettingsContext = createContext<SettingsStore | null>(null);

function useSettingsStore(): SettingsStore {
  const store = useContext(SettingsContext);
  if (store === null) throw new Error('settings are read outside of their provider');
  return store;
}

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const store = useSettingsStore();
  return [
    useStore(store),
    (change) => {
      store.setState(change);
    },
  ];
}
