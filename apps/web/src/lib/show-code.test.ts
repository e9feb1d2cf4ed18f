import { expect, it } from 'vitest'
import { curlForEach, curlOf } from './show-code.ts'

it('writes the call for a shell, quotes safe and secrets out', () => {
  const line = curlOf('https://panel.example', 'vm.create', { name: "it's", cloudInit: { password: 'hunter2' } })
  expect(line).toContain('https://panel.example/api/trpc/vm.create')
  expect(line).toContain(`"name": "it'\\''s"`)
  expect(line).not.toContain('hunter2')
})

it('writes a loop for several names, each of which lands in the call', () => {
  const text = curlForEach('https://p', 'vm.create', { input: { name: 'web-1' }, names: ['web-1', 'web-2'] })
  expect(text).toMatch(/^for name in web-1 web-2; do\n/)
  expect(text).toContain(`"name": "'"$name"'"`)
  expect(curlForEach('https://p', 'vm.create', { input: { name: 'a' }, names: ['a'] })).not.toContain('for name')
})
