import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.INVOKEAI_SERVER ?? 'http://127.0.0.1:9090';

export default defineConfig({
  // Every address in the built page is relative to its <base> element, so the server can host it below any path.
  base: './',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true } } },
  // Browsers that know CSS nesting and light-dark(), so that neither is rewritten.
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    css: false,
    restoreMocks: true,
    // Patience, not expectation: the machine may be busy with other things.
    testTimeout: 30_000,
  },
});
