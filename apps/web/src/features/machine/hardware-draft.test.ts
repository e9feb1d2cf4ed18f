import { GiB } from '@berth/core/units/bytes'
import type { VmView } from '@berth/core/vm/vm-view'
import { describe, expect, it } from 'vitest'
import { changedMeanwhile, changesOf, draftErrors, fieldsOf, waitingChanges, withField } from './hardware-draft.ts'

const boot = { firmware: 'bios', hasScreen: true } as const

/** Only what the draft looks at. */
function machine(change: Partial<{ vcpus: number; isOn: boolean; name: string }> = {}): VmView {
  const view = {
    name: change.name ?? 'web-1',
    description: '',
    tags: ['prod'],
    isProtected: false,
    movePolicy: 'pause-if-needed',
    spec: { vcpus: change.vcpus ?? 1, memoryBytes: GiB, disks: [{ sizeBytes: 10 * GiB }], ...boot },
    run: change.isOn === false ? null : { pid: 1, startedWith: { vcpus: 1, memoryBytes: GiB, ...boot } },
  }
  return view as unknown as VmView
}

describe('a hardware draft', () => {
  it('says how the machine moves by the policies’ names', () => {
    const draft = withField({}, machine(), ['movePolicy', 'post-copy'])
    expect(changesOf(draft, machine())).toEqual([
      { field: 'movePolicy', from: 'Pause if needed', to: 'Switch early (post-copy)', applies: 'live' },
    ])
    expect(withField(draft, machine(), ['movePolicy', 'pause-if-needed'])).toEqual({})
  })

  it('says what changes, and what of it waits for a start', () => {
    const vm = machine()
    const draft = withField(withField({}, vm, ['vcpus', 4]), vm, ['diskBytes', 20 * GiB])
    expect(changesOf(draft, vm)).toEqual([
      { field: 'vcpus', from: '1', to: '4', applies: 'next start' },
      { field: 'diskBytes', from: '10 GiB', to: '20 GiB', applies: 'live' },
    ])
    expect(changesOf(draft, machine({ isOn: false })).map(({ applies }) => applies)).toEqual(['live', 'live'])
  })

  it('says what is saved and waits for a start', () => {
    expect(waitingChanges(machine())).toEqual([])
    expect(waitingChanges(machine({ vcpus: 4 }))).toEqual([
      { field: 'vcpus', from: '1', to: '4', applies: 'next start' },
    ])
    expect(waitingChanges(machine({ vcpus: 4, isOn: false }))).toEqual([])
    const draft = withField(withField({}, machine(), ['firmware', 'uefi']), machine(), ['hasScreen', false])
    expect(changesOf(draft, machine())).toEqual([
      { field: 'firmware', from: 'BIOS', to: 'UEFI', applies: 'next start' },
      { field: 'hasScreen', from: 'graphical', to: 'none, serial only', applies: 'next start' },
    ])
  })

  it('forgets a field that is back where it was', () => {
    const vm = machine()
    expect(withField(withField({}, vm, ['tags', ['a']]), vm, ['tags', ['prod']])).toEqual({})
  })

  it('lets changes of others show through, and names them', () => {
    const before = fieldsOf(machine())
    const now = machine({ vcpus: 4, name: 'web-2' })
    expect(changedMeanwhile(before, now)).toEqual(['name', 'vcpus'])
    expect(changesOf({ vcpus: 4, memoryBytes: 2 * GiB }, now).map(({ field }) => field)).toEqual(['memoryBytes'])
  })

  it('says in words what cannot be saved', () => {
    const errors = draftErrors({ name: 'Web 1', tags: ['ok', '!'], diskBytes: GiB }, machine())
    expect(errors).toEqual({
      name: expect.stringContaining('lower-case'),
      tags: expect.stringContaining('"!" cannot be a tag'),
      diskBytes: 'Disks only grow; it has 10 GiB.',
    })
    expect(draftErrors({ name: 'web-3', tags: ['a b'] }, machine())).toEqual({})
  })
})
