import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { errorCodeNames } from './error-codes.ts'

const root = join(import.meta.dirname, '../../../..')

it('each code is provoked by a test', () => {
  const tests = globSync(
    ['{apps,packages}/*/{src,server}/**/*.test.{ts,tsx}', 'prisma/src/**/*.test.ts', 'e2e/**/*.e2e.ts'],
    {
      cwd: root,
      exclude: (name) => name === 'node_modules',
    },
  )
  const text = tests.map((name) => readFileSync(join(root, name), 'utf8')).join('\n')
  expect(errorCodeNames.filter((code) => !text.includes(`'${code}'`))).toEqual([])
})
