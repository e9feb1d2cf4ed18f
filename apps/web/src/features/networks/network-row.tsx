'use client'
import { Cell, TableRow } from '@berth/ui/data-table'
import { IconButton } from '@berth/ui/icon-button'
import type { HostView } from '@berth/core/host/host'
import type { NetworkView } from '@berth/core/network/network'
import { Trash2 } from 'lucide-react'
import { none, plural } from '../../lib/format.ts'
import { hostsWith, networkKindNames, networkKindText, reachText } from './network-words.ts'

export interface NetworkRowProps {
  network: NetworkView
  /** Undefined until they are known. */
  hosts: readonly HostView[] | undefined
  onDelete: () => void
}

/** One network. On a phone everything stands below the name. */
export function NetworkRow({ network, hosts, onDelete }: NetworkRowProps) {
  const { name, kind, vmCount, description } = network
  const reached = hosts && hostsWith(network, hosts)
  const reach = hosts === undefined || reached === undefined ? none : reachText(reached.length, hosts.length)
  return (
    <TableRow>
      <Cell className="max-w-0 max-sm:w-full sm:w-[52%]">
        <div className="min-w-0 py-1">
          <p className="flex items-baseline gap-2">
            <span className="truncate font-medium">{name}</span>
            <Where network={network} />
          </p>
          <p className="text-ink-3 text-xs whitespace-normal">
            {description === '' ? networkKindText(network) : description}
          </p>
          <p className="text-ink-2 mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-xs sm:hidden">
            <span>{networkKindNames[kind]}</span>
            <span>{reach}</span>
            <span>{plural(vmCount, 'machine')}</span>
          </p>
        </div>
      </Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">{networkKindNames[kind]}</Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">
        <span title={reached?.join(', ')} className={reached?.length === 0 ? 'text-warn-ink' : undefined}>
          {reach}
        </span>
      </Cell>
      <Cell align="right" className="tabular-nums max-sm:hidden">
        {vmCount}
      </Cell>
      <Cell align="right" className="w-12">
        <IconButton label={`Delete ${name}…`} disabledReason={deleteRefusal(network)} onClick={onDelete}>
          <Trash2 />
        </IconButton>
      </Cell>
    </TableRow>
  )
}

/** The bridge, or the subnet, as the host knows it. */
function Where({ network: { bridge, gatewayCidr } }: { network: NetworkView }) {
  const text = bridge ?? gatewayCidr
  return text === null ? null : <code className="text-ink-3 shrink-0 font-mono text-xs">{text}</code>
}

function deleteRefusal({ kind, vmCount }: NetworkView): string | null {
  if (kind !== 'bridge') return 'A part of every Berth'
  return vmCount === 0 ? null : `${plural(vmCount, 'machine')} ${vmCount === 1 ? 'is' : 'are'} on it`
}
