import { expect, it } from 'vitest'
import { shellLines } from './shell-lines.ts'

it('puts an option with its value on a line, quoted where a shell needs it', () => {
  const argv = ['qemu-system-x86_64', '-nodefaults', '-name', "guest=it's me", '-S', '-drive', 'file=/a,,b.qcow2']
  expect(shellLines(argv)).toBe(
    ['qemu-system-x86_64', '-nodefaults', "-name 'guest=it'\\''s me'", '-S', '-drive file=/a,,b.qcow2'].join(' \\\n  '),
  )
})
