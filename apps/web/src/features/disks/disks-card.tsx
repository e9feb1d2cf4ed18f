'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import type { VmView } from '@berth/core/vm/vm-view'
import { HardDrive } from 'lucide-react'
import { useState } from 'react'
import { formatBytes } from '../../lib/format.ts'
import { refusalOf } from '../machine-actions/vm-verb.tsx'
import { useMayMigrate } from '../migration/use-may-migrate.ts'
import { DiskMoveProgress } from './disk-move-progress.tsx'
import { originText, usedText } from './disk-words.ts'
import { MoveDiskDialog } from './move-disk-dialog.tsx'

/** Where the machine's disks lie. Administrators bring them into another pool, also while it runs. */
export function DisksCard({ vm }: { vm: VmView }) {
  const mayMove = useMayMigrate()
  const [moving, setMoving] = useState<number | null>(null)
  const { disks } = vm.spec
  const disk = moving === null ? undefined : disks[moving]
  return (
    <Card title="Disks" flush>
      {disks.length === 0 ? (
        <p className="text-ink-3 px-4 py-3 text-sm">It has none.</p>
      ) : (
        <ul className="divide-line-soft divide-y">
          {disks.map((each, index) => (
            <li key={each.volumeId} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
              <HardDrive aria-hidden className="text-ink-3 size-4 shrink-0" />
              <div className="min-w-0 flex-1 basis-56">
                <p className="text-sm">
                  <span className="font-medium">Disk {index + 1}</span>
                  <span className="text-ink-2">
                    {' '}
                    · {formatBytes(each.sizeBytes)} · {each.format} · in pool{' '}
                    <span className="text-ink font-medium">{each.pool}</span>
                  </span>
                </p>
                <p className="text-ink-3 mt-0.5 flex flex-wrap gap-x-2 text-xs">
                  <span>{originText(each)}</span>
                  {usedText(vm, each) !== null && <span>· {usedText(vm, each)}</span>}
                  <Copyable text={each.volumeId} label="Copy the volume’s id">
                    {each.volumeId}
                  </Copyable>
                </p>
              </div>
              {mayMove && (
                <Button
                  size="sm"
                  // Begins with what is seen, so that it can be said to it.
                  aria-label={`Move to another pool…, disk ${index + 1}`}
                  disabledReason={refusalOf('moveDisk', vm)}
                  onClick={() => setMoving(index)}
                >
                  Move to another pool…
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <DiskMoveProgress vm={vm} />
      {disk !== undefined && moving !== null && (
        <MoveDiskDialog vm={vm} disk={disk} number={moving + 1} onClose={() => setMoving(null)} />
      )}
    </Card>
  )
}
