'use client'
import { RadioCards } from '@berth/ui/radio-cards'
import { SizeField } from '@berth/ui/size-field'
import { GiB } from '@berth/core/units/bytes'
import { vmLimits } from '@berth/core/vm/vm-limits'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'
import { PoolField } from './pool-field.tsx'
import { leastDiskGiB } from './to-vm-spec.ts'

const stops = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560]

export function DiskSection() {
  const { form, change, image, problemAt } = useCreate()
  const least = leastDiskGiB(image)
  return (
    <FormSection
      id="disk"
      title="Disk"
      description="virtio, qcow2, discard on. It takes room only as it is written to."
    >
      <SizeField
        label="Size"
        value={form.diskGiB}
        onValueChange={(diskGiB) => change({ diskGiB })}
        min={vmLimits.diskBytes.min / GiB}
        max={vmLimits.diskBytes.max / GiB}
        stops={stops.filter((stop) => stop >= least)}
        unit="GiB"
        error={problemAt('diskGiB')}
        footnote={least > 0 ? `The image needs ${least} GiB.` : undefined}
      />
      <PoolField />
      {image?.kind === 'iso' ? (
        <p className="text-ink-2 text-sm">
          The disk is blank: the machine boots from {image.name}, which installs onto it.
        </p>
      ) : (
        <RadioCards
          label="How the disk begins"
          value={form.diskMode}
          onValueChange={(diskMode) => change({ diskMode })}
          options={[
            {
              value: 'overlay',
              title: 'On top of the image',
              description: 'Made at once; the image must stay while it lives',
            },
            { value: 'copy', title: 'Full copy', description: 'Takes a while; stands alone afterwards' },
          ]}
          className="lg:grid-cols-2"
        />
      )}
    </FormSection>
  )
}
