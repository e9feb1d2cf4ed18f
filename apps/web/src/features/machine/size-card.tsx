'use client'
import { formatBytes, GiB, MiB } from '@berth/core/units/bytes'
import { vmLimits } from '@berth/core/vm/vm-limits'
import { Card } from '@berth/ui/card'
import { SizeField } from '@berth/ui/size-field'
import { AppliesNote } from './applies-note.tsx'
import type { HardwareForm } from './hardware-view.tsx'

const vcpuStops = [1, 2, 4, 8, 16, 32, 64, 128, 256]
const memoryStops = [0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
const diskStops = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1024, 2048]

/** A number of GiB as whole MiB, which is what machines are made of. */
const gibToBytes = (gib: number): number => Math.round(gib * 1024) * MiB
const bytesToGib = (bytes: number): number => Math.round((bytes / GiB) * 1000) / 1000

export function SizeCard({ vm, fields, errors, set }: HardwareForm) {
  const [boot] = vm.spec.disks
  const leastDisk = boot?.sizeBytes ?? vmLimits.diskBytes.min
  return (
    <Card title="Size">
      <div className="flex flex-col gap-5">
        <SizeField
          label="vCPUs"
          note={<AppliesNote field="vcpus" vm={vm} />}
          value={fields.vcpus}
          onValueChange={(value) => set('vcpus', Math.round(value))}
          min={vmLimits.vcpus.min}
          max={vmLimits.vcpus.max}
          stops={vcpuStops}
          error={errors.vcpus}
        />
        <SizeField
          label="Memory"
          note={<AppliesNote field="memoryBytes" vm={vm} />}
          value={bytesToGib(fields.memoryBytes)}
          onValueChange={(gib) => set('memoryBytes', gibToBytes(gib))}
          min={vmLimits.memoryBytes.min / GiB}
          max={vmLimits.memoryBytes.max / GiB}
          stops={memoryStops}
          unit="GiB"
          error={errors.memoryBytes}
        />
        {boot && (
          <SizeField
            label="Disk"
            note={<AppliesNote field="diskBytes" vm={vm} />}
            hint="Disks only grow. The guest sees the new size; its partitions and file systems grow by its own means."
            value={bytesToGib(fields.diskBytes)}
            onValueChange={(gib) => set('diskBytes', Math.max(leastDisk, gibToBytes(gib)))}
            min={bytesToGib(leastDisk)}
            max={vmLimits.diskBytes.max / GiB}
            stops={[bytesToGib(leastDisk), ...diskStops.filter((stop) => stop * GiB > leastDisk)]}
            unit="GiB"
            error={errors.diskBytes}
            footnote={
              vm.diskAllocatedBytes === null
                ? undefined
                : `${formatBytes(vm.diskAllocatedBytes)} are in use on the host`
            }
          />
        )}
      </div>
    </Card>
  )
}
