import { IconArrowsMaximize, IconBox, IconList, IconSchema, IconSparkles } from '@tabler/icons-react';
import { paths } from './paths';

/** The places of the application, in the order in which they stand beside one another. */
export const TABS = [
  { id: 'generate', path: paths.generate(), icon: IconSparkles, shortcut: 'tabGenerate' },
  { id: 'upscale', path: paths.upscale(), icon: IconArrowsMaximize, shortcut: 'tabUpscale' },
  { id: 'workflows', path: paths.workflows(), icon: IconSchema, shortcut: 'tabWorkflows' },
  { id: 'models', path: paths.models(), icon: IconBox, shortcut: 'tabModels' },
  { id: 'queue', path: paths.queue(), icon: IconList, shortcut: 'tabQueue' },
] as const;
