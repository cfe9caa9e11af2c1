// Colours, type and shape: warm paper and stone, one green-blue accent.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple, mergeThemeOverrides } from '@mantine/core';
import type { MouseEvent } from 'react';

const verdigris: MantineColorsTuple = [
  '#e9f8f6',
  '#d3efeb',
  '#a6dfd8',
  '#75cec4',
  '#4dbfb3',
  '#2aa69b',
  '#117c76',
  '#0c6b66',
  '#085b57',
  '#044441',
];

const stone: MantineColorsTuple = [
  '#faf8f5',
  '#f3f0eb',
  '#e8e3dc',
  '#dad3ca',
  '#bfb6ab',
  '#9c9287',
  '#756c62',
  '#5a524a',
  '#3d3731',
  '#26221e',
];

const night: MantineColorsTuple = [
  '#e9e5df',
  '#c9c3bb',
  '#a59e95',
  '#7d766e',
  '#57514a',
  '#3a3530',
  '#2b2723',
  '#201d1a',
  '#181513',
  '#110f0d',
];

function forgetFile({ currentTarget }: MouseEvent<HTMLInputElement>) {
  currentTarget.value = '';
}

const theme = createTheme({
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 6 },
  colors: { verdigris, gray: stone, dark: night },
  white: '#ffffff',
  black: '#26221e',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, 'DejaVu Sans Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '650' },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    // The same file may be chosen once more, for example after it could not be sent.
    FileButton: { defaultProps: { inputProps: { onClick: forgetFile } } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.6, blur: 3 } },
      styles: { title: { fontWeight: 620 } },
    },
    InputWrapper: { styles: { label: { fontWeight: 550 } } },
  },
});

/** The theme with the texts that Mantine cannot know. */
export function themeWith({ close }: { close: string }) {
  // The cross alone has no name for who cannot see it.
  const Notification = { defaultProps: { closeButtonProps: { 'aria-label': close } } };
  return mergeThemeOverrides(theme, { components: { Notification } });
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--page': '#f6f3ee',
    '--surface': '#ffffff',
    '--surface-sunken': '#efebe4',
    '--line': '#e3ddd4',
    '--ink-soft': '#685f56',
    '--accent-ink': '#0c6b66',
    '--accent-wash': '#e3f4f1',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': '#685f56',
    '--mantine-color-placeholder': '#8a8076',
    '--mantine-color-error': '#b3261e',
    '--error-ink': '#8c1d18',
    '--error-wash': '#fdecea',
    '--warning-ink': '#7a4a06',
    '--warning-wash': '#fbe9d0',
  },
  dark: {
    '--page': '#13110f',
    '--surface': '#1c1917',
    '--surface-sunken': '#0e0c0b',
    '--line': '#332e29',
    '--ink-soft': '#aaa298',
    '--accent-ink': '#6fd3c8',
    '--accent-wash': '#16302d',
    '--mantine-color-body': '#1c1917',
    '--mantine-color-dimmed': '#aaa298',
    '--mantine-color-placeholder': '#867e75',
    '--mantine-color-error': '#ff8a7e',
    '--error-ink': '#ffb4ab',
    '--error-wash': '#34191a',
    // Mantine's own tints are too dark on this background.
    '--mantine-color-verdigris-light': '#16302d',
    '--mantine-color-verdigris-light-hover': '#1c3d39',
    '--mantine-color-verdigris-light-color': '#8fdcd3',
    '--mantine-color-red-light': '#4a2022',
    '--mantine-color-red-light-hover': '#5a2729',
    '--mantine-color-red-light-color': '#ffb4ab',
    '--warning-ink': '#ffc98a',
    '--warning-wash': '#3b2a12',
  },
});
