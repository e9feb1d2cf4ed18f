import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayVm, vmCan, vmVerbs, type VmSituation } from './vm-can.ts'
import { vmStateSchema } from './vm-state.ts'

const situation = fc.record<VmSituation>({
  state: fc.constantFrom(...vmStateSchema.options),
  isProtected: fc.boolean(),
  hasProcess: fc.boolean(),
  isSilent: fc.boolean(),
  busyWith: fc.constantFrom(null, 'Start web-1'),
})
const running: VmSituation = { state: 'running', isProtected: false, hasProcess: true, busyWith: null }

describe('vmCan', () => {
  it('gives a reason in words with every no', () => {
    fc.assert(
      fc.property(situation, fc.constantFrom(...vmVerbs), (vm, verb) => {
        const answer = mayVm(verb, vm)
        if (answer.isAllowed) return
        expect(answer.reason).toMatch(/^[A-Z].{10,}\.$/)
        expect(['VM_STATE_CONFLICT', 'VM_BUSY', 'VM_PROTECTED']).toContain(answer.code)
      }),
    )
  })

  it('changes nothing of a machine that is busy, unknown, being made or going away', () => {
    const changing = vmVerbs.filter((verb) => verb !== 'openConsole' && verb !== 'takeScreenshot')
    fc.assert(
      fc.property(situation, fc.constantFrom(...changing), (vm, verb) => {
        const isOut = vm.busyWith !== null || ['unknown', 'creating', 'deleting'].includes(vm.state)
        if (isOut) expect(mayVm(verb, vm).isAllowed).toBe(false)
      }),
    )
  })

  it('leaves of a machine whose QEMU does not answer what is done to the process alone', () => {
    const silent: VmSituation = { ...running, isSilent: true }
    const allowed = vmVerbs.filter((verb) => vmCan[verb](silent).isAllowed)
    expect(allowed).toEqual(['stop', 'delete', 'update', 'openConsole'])
    expect(vmCan.shutdown(silent)).toMatchObject({ reason: expect.stringContaining('does not answer') as unknown })
  })

  it('knows what is possible in the plain cases', () => {
    const stopped: VmSituation = { ...running, state: 'stopped', hasProcess: false }
    const allowed = (vm: VmSituation): string[] => vmVerbs.filter((verb) => vmCan[verb](vm).isAllowed)
    expect(allowed(running)).toEqual([
      'shutdown',
      'stop',
      'reboot',
      'reset',
      'pause',
      'delete',
      'update',
      'changeDisc',
      'migrate',
      'moveDisk',
      'openConsole',
      'takeScreenshot',
    ])
    expect(allowed(stopped)).toEqual(['start', 'delete', 'update', 'changeDisc', 'migrate', 'moveDisk'])
    expect(allowed({ ...running, state: 'paused' })).toEqual(expect.arrayContaining(['resume', 'migrate']))
    expect(allowed({ ...running, state: 'migrating' })).toEqual(['stop', 'openConsole', 'takeScreenshot'])
    expect(vmCan.delete({ ...running, isProtected: true })).toMatchObject({ code: 'VM_PROTECTED' })
    expect(vmCan.start({ ...running, busyWith: 'Reboot web-1' })).toMatchObject({ isAllowed: false })
  })
})
