import { TextField } from '@berth/ui/text-field'
import { type BandwidthCap, capAsBits } from './bandwidth-cap.ts'

export interface BandwidthCapFieldProps {
  typed: string
  onTyped: (typed: string) => void
  /** What `typed` comes to. */
  cap: BandwidthCap
  placeholder: string
  /** While there is no cap. */
  hint: string
}

export function BandwidthCapField({ typed, onTyped, cap, placeholder, hint }: BandwidthCapFieldProps) {
  return (
    <TextField
      className="mt-3 max-w-xs"
      label="Bandwidth cap"
      note="optional"
      inputMode="decimal"
      autoComplete="off"
      placeholder={placeholder}
      suffix="MiB/s"
      value={typed}
      onChange={(event) => onTyped(event.target.value)}
      error={cap.kind === 'wrong' ? cap.problem : undefined}
      hint={cap.kind === 'cap' ? `That is ${capAsBits(cap.bytesPerSecond)}.` : hint}
    />
  )
}
