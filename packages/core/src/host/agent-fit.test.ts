import { expect, test } from 'vitest'
import { contractVersion } from '../agent-contract/agent-contract.ts'
import { agentCapabilities } from './agent-capabilities.ts'
import { agentFitOf, capabilityForCommand } from './agent-fit.ts'

test('an agent fits by its contract version, and lacks what it does not name', () => {
  expect(agentFitOf({ contractVersion: null, capabilities: [] })).toEqual({ kind: 'unknown' })
  expect(agentFitOf({ contractVersion, capabilities: [...agentCapabilities, 'of tomorrow'] })).toEqual({
    kind: 'whole',
  })
  const old = agentFitOf({ contractVersion, capabilities: ['consoles', 'metrics', 'renewal'] })
  expect(old).toMatchObject({ kind: 'partial', missing: expect.arrayContaining(['refusals']) as unknown })
  expect(agentFitOf({ contractVersion: contractVersion + 1, capabilities: [...agentCapabilities] })).toEqual({
    kind: 'incompatible',
    agentVersion: contractVersion + 1,
    panelVersion: contractVersion,
  })
})

test('what every agent of this contract can needs no capability', () => {
  expect(capabilityForCommand({ kind: 'vm.start' })).toBeNull()
  expect(capabilityForCommand({ kind: 'image.import', source: { kind: 'url' } })).toBeNull()
})

test('a pool that the agent is to mount needs one that mounts', () => {
  expect(capabilityForCommand({ kind: 'pool.attach' })).toBe('pools')
  expect(capabilityForCommand({ kind: 'pool.attach', source: { kind: 'nfs' } })).toBe('nfs-pools')
})
