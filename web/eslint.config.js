import { readdirSync } from 'node:fs';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Who may import whom: api and ui know nothing of screens, what features share knows none of them, features do not know one another,
// app puts them together.
const layers = {
  'src/api/**': ['@/app/*', '@/features/*', '@/ui/*'],
  'src/ui/**': ['@/app/*', '@/features/*', '@/api/*'],
  'src/graphs/**': ['@/app/*', '@/features/*', '@/ui/*'],
  'src/pickers/**': ['@/app/*', '@/features/*'],
  'src/shortcuts/**': ['@/app/*', '@/features/*'],
  'src/mock/**': ['@/app/*', '@/features/*', '@/ui/*'],
  ...Object.fromEntries(
    readdirSync('src/features').map((name) => [`src/features/${name}/**`, ['@/app/*', '@/features/*', '../*']]),
  ),
};

export default tseslint.config(
  { ignores: ['dist', 'test-results', 'playwright-report', 'src/api/schema.d.ts'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      ...tseslint.configs.stylisticTypeChecked,
      hooks.configs.flat['recommended-latest'],
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // Event handlers that start something asynchronous are the normal case in React.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      // An empty text is no text: `a || b` falls back for it, `??` would not.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
    },
  },
  ...Object.entries(layers).map(([folder, group]) => ({
    files: [`${folder}/*.{ts,tsx}`],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message: 'See the layers in eslint.config.js.' }] }] },
  })),
);
