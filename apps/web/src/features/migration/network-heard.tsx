import type { NetworkSilence } from '@berth/core/migration/move-progress'
import { Radio } from 'lucide-react'
import { silenceNote, silenceText } from './silence-words.ts'

/** The pause as the guest's clients had it, beside QEMU's own count. */
export function NetworkHeard({ network }: { network: NetworkSilence }) {
  return (
    <div className="border-ok/25 mt-3 flex gap-2 border-t pt-2 text-sm">
      <Radio aria-hidden className="text-ink-3 mt-0.5 size-4 shrink-0" />
      <p>
        {silenceText(network)} <span className="text-ink-3 text-xs">{silenceNote(network)}</span>
      </p>
    </div>
  )
}
