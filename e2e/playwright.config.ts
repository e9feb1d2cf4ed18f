import { existsSync } from 'node:fs'
import { defineConfig, devices } from '@playwright/test'

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))

// One real Berth for the whole run (support/start-berth.ts), so one worker: its host is what the tests share.
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.e2e.ts',
  globalSetup: './support/start-berth.ts',
  globalTeardown: './support/stop-berth.ts',
  outputDir: 'results/traces',
  reporter: [['list']],
  workers: 1,
  fullyParallel: false,
  // Told in the sum of the rings: docs/decisions/0020-a-second-try.md
  retries: 1,
  forbidOnly: true,
  timeout: 300_000,
  expect: { timeout: 15_000 },
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    },
  },
  projects: [
    { name: 'panel', testIgnore: 'faults/**' },
    // Last: they kill what the others work with.
    { name: 'faults', testMatch: 'faults/*.e2e.ts' },
  ],
})
