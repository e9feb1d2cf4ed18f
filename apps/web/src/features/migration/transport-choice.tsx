'use client'
import { Select } from '@berth/ui/select'
import { type MovePolicy, policyMay } from '@berth/core/migration/move-policy'
import { type MoveTransport, plainTransport } from '@berth/core/migration/move-transport'

/** What QEMU can do with a policy: a machine that may switch over early goes in one stream, as it is. */
export const transportFor = (policy: MovePolicy, transport: MoveTransport): MoveTransport =>
  policyMay(policy, 'switch') ? plainTransport : transport

export interface TransportChoiceProps {
  policy: MovePolicy
  transport: MoveTransport
  onTransport: (transport: MoveTransport) => void
}

/** Side by side connections and compression, for whoever knows the link. */
export function TransportChoice({ policy, transport, onTransport }: TransportChoiceProps) {
  const isFixed = policyMay(policy, 'switch')
  const { streams, compression } = transportFor(policy, transport)
  return (
    <div className="grid max-w-md grid-cols-2 gap-3">
      <Select
        label="Streams"
        value={String(streams)}
        disabled={isFixed}
        onValueChange={(value) => onTransport({ ...transport, streams: Number(value) })}
        options={streamChoices}
        hint={
          isFixed ? 'A machine that may switch early goes in one stream.' : 'More fill a link faster than 10 Gbit/s.'
        }
      />
      <Select
        label="Compression"
        value={compression}
        disabled={isFixed}
        onValueChange={(value) => onTransport({ ...transport, compression: compressionOf(value) })}
        options={compressionChoices}
        hint={isFixed ? 'Sent as it is.' : 'For slow links: takes processor time on both hosts.'}
      />
    </div>
  )
}

const streamChoices = [1, 2, 4, 8].map((count) => ({ value: String(count), label: String(count) }))
const compressionChoices = [
  { value: 'none', label: 'None' },
  { value: 'zstd', label: 'zstd' },
  { value: 'zlib', label: 'zlib' },
]
const compressionOf = (value: string): MoveTransport['compression'] =>
  value === 'zstd' || value === 'zlib' ? value : 'none'
