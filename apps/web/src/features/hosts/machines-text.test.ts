import { expect, it } from 'vitest'
import { machinesText } from './host-words.ts'

const said = (vmCount: number, runningVmCount: number, state: 'online' | 'offline') =>
  machinesText({ committed: { vmCount, runningVmCount }, state })

it('does not say of a silent host that its machines run', () => {
  expect(said(3, 2, 'online')).toBe('3 machines, 2 running')
  expect(said(3, 2, 'offline')).toBe('3 machines, 2 running when last heard')
  expect(said(0, 0, 'offline')).toBe('No machines')
})
