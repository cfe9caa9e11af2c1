// `npm run bench`: no test, so it has a configuration of its own; browser and patience are those of the tests.
import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

export default defineConfig(tests, { testDir: '.', outputDir: '../test-results', timeout: 600_000, use: { trace: 'off' } });
