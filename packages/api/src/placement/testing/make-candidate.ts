import { GiB } from '@berth/core/units/bytes'
import type { CandidateHost } from '../candidate-host.ts'

/** A host that takes what it is asked for, under its name as id; tests say what is different about theirs. */
export const makeCandidate = (name: string, change: Partial<CandidateHost> = {}): CandidateHost => ({
  hostId: name,
  name,
  state: 'online',
  stateSince: new Date('2026-11-23T03:05:00Z'),
  isInMaintenance: false,
  capabilities: ['moves', 'mirror', 'off-moves', 'move-network'],
  architecture: 'x86_64',
  cpuModel: 'EPYC 7543',
  cpuCount: 4,
  memoryBytes: 16 * GiB,
  committedMemoryBytes: 0,
  acceleration: { kind: 'kvm', reason: '' },
  qemuVersion: '7.2.22',
  machineTypes: ['pc-q35-7.2'],
  firmwares: ['bios'],
  networks: ['user', 'nat'],
  moveNetwork: null,
  addresses: ['10.0.0.7', '10.77.0.7'],
  pools: [{ name: 'default', freeBytes: 100 * GiB, sharedPoolId: null, problem: null }],
  ...change,
})
