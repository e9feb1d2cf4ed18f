'use client'
import { SizeField } from '@berth/ui/size-field'
import { MiB } from '@berth/core/units/bytes'
import { vmLimits } from '@berth/core/vm/vm-limits'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'

const cpuStops = [1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64]
const memoryStops = [64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072]

export function ComputeSection() {
  const { form, change, problemAt } = useCreate()
  return (
    <FormSection id="compute" title="CPU and memory">
      <SizeField
        label="vCPUs"
        value={form.vcpus}
        onValueChange={(vcpus) => change({ vcpus: Math.round(vcpus) })}
        min={vmLimits.vcpus.min}
        max={vmLimits.vcpus.max}
        stops={cpuStops}
        error={problemAt('vcpus')}
      />
      <SizeField
        label="Memory"
        value={form.memoryMiB}
        onValueChange={(memoryMiB) => change({ memoryMiB: Math.round(memoryMiB) })}
        min={vmLimits.memoryBytes.min / MiB}
        max={vmLimits.memoryBytes.max / MiB}
        stops={memoryStops}
        unit="MiB"
        error={problemAt('memoryMiB')}
      />
    </FormSection>
  )
}
