import { defineConfig } from 'vitest/config'

const ignored = ['**/node_modules/**', '**/.next/**', '**/.toolchain/**', 'var/**', 'prisma/src/generated/**']

// Two rings by file name. `unit` is pure and runs in seconds; `component` opens real sockets, a real PostgreSQL and a
// real QEMU, so its files run one at a time: two at once on two cores turn honest timeouts into noise.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...ignored, '**/*.component.test.{ts,tsx}', 'e2e/tests/**'],
          testTimeout: 15_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'component',
          include: ['**/*.component.test.{ts,tsx}'],
          exclude: ignored,
          testTimeout: 120_000,
          // Told in the sum of the rings: docs/decisions/0020-a-second-try.md
          retry: 1,
          hookTimeout: 120_000,
          teardownTimeout: 30_000,
          fileParallelism: false,
          pool: 'forks',
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
