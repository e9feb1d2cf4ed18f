'use client'
import { Button } from '@berth/ui/button'
import { SelectionBar } from '@berth/ui/selection-bar'
import type { VmView } from '@berth/core/vm/vm-view'
import { CircleStop, Play, Power, RotateCw, Tag, Trash2 } from 'lucide-react'
import { Fragment, type ReactNode, useState } from 'react'
import { refusalOf } from '../machine-actions/vm-verb.tsx'
import { MigrateTicked } from '../migration/migrate-ticked.tsx'
import { BulkDialog, type BulkVerb } from './bulk-dialog.tsx'
import { TagDialog } from './tag-dialog.tsx'

const verbs: readonly { verb: BulkVerb | 'tag'; label: string; icon: ReactNode }[] = [
  { verb: 'start', label: 'Start', icon: <Play aria-hidden /> },
  { verb: 'shutdown', label: 'Shut down', icon: <Power aria-hidden /> },
  { verb: 'reboot', label: 'Reboot', icon: <RotateCw aria-hidden /> },
  { verb: 'stop', label: 'Stop', icon: <CircleStop aria-hidden /> },
  { verb: 'tag', label: 'Tag', icon: <Tag aria-hidden /> },
  { verb: 'delete', label: 'Delete', icon: <Trash2 aria-hidden /> },
]

/** Tags lie in the panel alone, so that they can be changed whatever the machine does. */
const barRefusal = (verb: BulkVerb | 'tag', vm: VmView): string | null => {
  if (verb !== 'tag') return refusalOf(verb, vm)
  return vm.state === 'deleting' ? 'It is being deleted' : null
}

export interface BulkBarProps {
  vms: readonly VmView[]
  onClear: () => void
}

/** Verbs for all that are ticked, with how many of them can. */
export function BulkBar({ vms, onClear }: BulkBarProps) {
  // What is asked about stays as it was when it was asked, though the machines change meanwhile.
  const [asked, setAsked] = useState<{ verb: BulkVerb | 'tag'; vms: readonly VmView[] } | null>(null)
  return (
    <>
      <SelectionBar count={vms.length} onClear={onClear}>
        {verbs.map(({ verb, label, icon }) => {
          const able = vms.filter((vm) => barRefusal(verb, vm) === null).length
          return (
            <Fragment key={verb}>
              {verb === 'tag' && <MigrateTicked vms={vms} />}
              <Button
                size="sm"
                variant={verb === 'delete' ? 'danger-ghost' : 'ghost'}
                disabledReason={able === 0 ? vms[0] && barRefusal(verb, vms[0]) : null}
                tooltip={`${able} of ${vms.length} can`}
                onClick={() => setAsked({ verb, vms })}
              >
                {icon}
                {label}
                {able > 0 && able < vms.length && <span className="text-ink-3 font-normal">{able}</span>}
              </Button>
            </Fragment>
          )
        })}
      </SelectionBar>
      {asked?.verb === 'tag' && <TagDialog vms={asked.vms} onClose={() => setAsked(null)} />}
      {asked && asked.verb !== 'tag' && <BulkDialog verb={asked.verb} vms={asked.vms} onClose={() => setAsked(null)} />}
    </>
  )
}
