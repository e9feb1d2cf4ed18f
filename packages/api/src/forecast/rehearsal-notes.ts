/** What each step of a rehearsal found, in a sentence. Pure. */
import type { MovePassport } from '@berth/core/agent-contract/move-commands'
import type { MoveRehearsal } from '@berth/core/agent-contract/rehearsal-commands'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import { policyMay, type MovePolicy } from '@berth/core/migration/move-policy'
import type { MoveTransport } from '@berth/core/migration/move-transport'

type Tried = NonNullable<MoveRehearsal['path']> & { readonly host: string; readonly port: number }

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`
const ms = (value: number): string => `${Math.max(1, Math.round(value))} ms`

export const rehearsalNotes = {
  check: ({ reasons }: Pick<HostFitness, 'reasons'>): string => {
    const warnings = reasons.filter(({ verdict }) => verdict === 'warning').map(({ text }) => text)
    return warnings.length === 0 ? 'No rule speaks against it.' : `It can take it. ${warnings.join(' ')}`
  },
  inspect: ({ spec, qemuVersion, acceleration }: Pick<MovePassport, 'spec' | 'qemuVersion' | 'acceleration'>): string =>
    `QEMU ${qemuVersion} by ${acceleration} with ${count(spec.disks.length, 'disk')} and ${count(spec.nics.length, 'NIC')}.`,
  source: (policy: MovePolicy, { streams, compression }: MoveTransport): string => {
    const asked = [
      'the return path',
      ...(policyMay(policy, 'slow') ? ['slowing the guest down'] : []),
      ...(policyMay(policy, 'switch') ? ['post-copy'] : []),
      ...(streams > 1 ? [count(streams, 'stream')] : []),
      ...(compression === 'none' ? [] : [`compression by ${compression}`]),
    ]
    return `Nothing blocks it, and its QEMU takes ${asked.join(', ')}.`
  },
  prepare: ({ spec }: Pick<MovePassport, 'spec'>): string =>
    `It started with the same hardware, opened ${count(spec.disks.length, 'disk')} and joined ${count(spec.nics.length, 'network')}.`,
  path: ({ agentRoundTripMs, handshakeMs, cipher, host, port }: Tried): string =>
    `The agents reach each other in ${ms(agentRoundTripMs)}. ${host}:${port} is open, and TLS agreed in ${ms(handshakeMs)} (${cipher}).`,
  clear: 'Nothing of it is left on the other host.',
} as const
