'use client'
import { RadioCards } from '@berth/ui/radio-cards'
import { formatBytes, GiB, MiB } from '@berth/core/units/bytes'
import { plural } from '../../lib/format.ts'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'
import { presetOf, sizePresets, sizeText, type SizePreset } from './size-presets.ts'
import { leastDiskGiB } from './to-vm-spec.ts'

/** Ready sizes. One that this image or every host is too small for says so. */
export function SizeSection() {
  const { form, change, image, hosts } = useCreate()
  const least = leastDiskGiB(image)
  const fit = (preset: SizePreset) => ({ ...preset, diskGiB: Math.max(preset.diskGiB, least) })
  const chosen = sizePresets.find((preset) => presetOf(form)?.id === preset.id || isSame(fit(preset), form))
  const most = Math.max(0, ...hosts.map((host) => host.facts?.memoryBytes ?? 0))
  const reasonAgainst = (preset: SizePreset): string | null => {
    const memoryBytes = preset.memoryMiB * MiB
    const needed = image?.hints.minMemoryBytes ?? 0
    if (memoryBytes < needed) return `The image needs ${formatBytes(needed)} of memory`
    if (hosts.length > 0 && memoryBytes > most) return `The largest host has ${formatBytes(most)} of memory`
    return null
  }
  return (
    <FormSection id="size" title="Size">
      <RadioCards
        label="Size"
        value={chosen?.id}
        onValueChange={(id) => {
          const preset = sizePresets.find((candidate) => candidate.id === id)
          if (!preset) return
          const { vcpus, memoryMiB, diskGiB } = fit(preset)
          change({ vcpus, memoryMiB, diskGiB })
        }}
        options={sizePresets.map((preset) => ({
          value: preset.id,
          title: preset.title,
          description: `${plural(preset.vcpus, 'vCPU')} · ${formatBytes(preset.memoryMiB * MiB)} memory`,
          extra: `${formatBytes(fit(preset).diskGiB * GiB)} disk, grows as it is used`,
          disabledReason: reasonAgainst(preset),
        }))}
        className="xl:grid-cols-3"
      />
      {!chosen && <p className="text-ink-2 text-xs">Of your own making: {sizeText(form)}. Advanced has the sliders.</p>}
    </FormSection>
  )
}

const isSame = (preset: SizePreset, form: Pick<SizePreset, 'vcpus' | 'memoryMiB' | 'diskGiB'>): boolean =>
  preset.vcpus === form.vcpus && preset.memoryMiB === form.memoryMiB && preset.diskGiB === form.diskGiB
