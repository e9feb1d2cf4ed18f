import { expect, it } from 'vitest'
import { isCancellable, overallProgress, shareOfRunningStep } from './operation-progress.ts'

const steps = [{ name: 'record' }, { name: 'import', weight: 98 }, { name: 'publish' }]

it('weighs the long step as the whole work that it is', () => {
  const standing = { ended: new Set(['record']), running: 'import' }
  expect(overallProgress(steps, { ...standing, share: 0 })).toBeCloseTo(0.01)
  expect(overallProgress(steps, { ...standing, share: 0.5 })).toBeCloseTo(0.5)
  expect(overallProgress(steps, { ended: new Set(['record', 'import', 'publish']), running: null, share: 0 })).toBe(1)
})

it('finds a step’s share again', () => {
  const standing = { ended: new Set(['record']), running: 'import' }
  for (const share of [0, 0.25, 1]) {
    const overall = overallProgress(steps, { ...standing, share })
    expect(shareOfRunningStep(steps, { ...standing, overall })).toBeCloseTo(share)
  }
  expect(shareOfRunningStep(steps, { ended: new Set(), running: null, overall: 0.3 })).toBeNull()
})

it('knows until when a cancel means anything', () => {
  const move = [
    { name: 'prepare' },
    { name: 'send', isPointOfNoReturn: true as const },
    { name: 'publish' },
    { name: 'follow', hearsCancel: true as const },
  ]
  const at = (running: string | null, ...ended: string[]) => isCancellable(move, { ended: new Set(ended), running })
  expect(at('prepare')).toBe(true)
  expect(at('send', 'prepare')).toBe(true)
  expect(at('publish', 'prepare', 'send')).toBe(false)
  expect(at('follow', 'prepare', 'send', 'publish')).toBe(true)
  expect(at(null, 'prepare', 'send', 'publish', 'follow')).toBe(false)
})
