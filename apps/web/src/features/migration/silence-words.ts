/** How the silence of a guest on its network reads, at the end of its move. Pure. */
import type { NetworkSilence } from '@berth/core/migration/move-progress'
import { formatDuration } from '../../lib/format.ts'

export function silenceText(network: NetworkSilence): string {
  return network.kind === 'measured'
    ? `On the network it was silent for at most ${formatDuration(network.silentMs)}.`
    : 'How long it was silent on the network is not known.'
}

/** How that was measured, or why it was not. */
export function silenceNote(network: NetworkSilence): string {
  return network.kind === 'measured'
    ? `Its old host pinged it every ${formatDuration(network.everyMs)}, before the switch and after.`
    : network.reason
}
