import { expect, it } from 'vitest'
import { vmTroubleOf } from './vm-attention.ts'
import type { VmView } from './vm-view.ts'

type Told = Pick<VmView, 'state' | 'pauseReason' | 'silentSince' | 'operation' | 'lastExit' | 'run'> & {
  readonly spec: Pick<VmView['spec'], 'desiredPower'>
}
const well: Told = {
  state: 'running',
  pauseReason: null,
  silentSince: null,
  operation: null,
  lastExit: null,
  run: null,
  spec: { desiredPower: 'on' },
}
const at = '2026-11-22T10:00:00.000Z'

it.each<[Partial<Told>, ReturnType<typeof vmTroubleOf>]>([
  [{}, null],
  [{ state: 'crashed', silentSince: at }, 'crashed'],
  [{ state: 'unknown' }, 'unknown'],
  [{ silentSince: at }, 'silent'],
  [{ state: 'deleting', silentSince: at }, null],
  [{ state: 'paused', pauseReason: 'io-error' }, 'paused-by-qemu'],
  [{ state: 'paused', pauseReason: 'user' }, null],
  [{ state: 'stopped' }, 'should-run'],
  [{ spec: { desiredPower: 'off' } }, 'should-be-off'],
])('%o is %s', (change, trouble) => {
  expect(vmTroubleOf({ ...well, ...change })).toBe(trouble)
})
