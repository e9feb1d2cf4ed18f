import { expect, it } from 'vitest'
import { curlOf } from './show-code.ts'

it('writes the call for a shell, quotes safe and secrets out', () => {
  const line = curlOf('https://panel.example', 'vm.create', { name: "it's", cloudInit: { password: 'hunter2' } })
  expect(line).toContain('https://panel.example/api/trpc/vm.create')
  expect(line).toContain(`"name": "it'\\''s"`)
  expect(line).not.toContain('hunter2')
})
