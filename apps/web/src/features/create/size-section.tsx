'use client'
import { RadioCards } from '@berth/ui/radio-cards'
import { formatBytes, GiB, MiB } from '@berth/core/units/bytes'
import { plural } from '../../lib/format.ts'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'
import { presetOf, sizePresets, sizeText, type SizePreset } from './size-presets.ts'
import { largestRoom, roomFor, totalRoom } from './room-left.ts'
import { leastDiskGiB } from './to-vm-spec.ts'

/** Ready sizes. One that this image or every host is too small for says so. */
export function SizeSection() {
  const { form, change, image, room } = useCreate()
  const least = leastDiskGiB(image)
  const fit = (preset: SizePreset) => ({ ...preset, diskGiB: Math.max(preset.diskGiB, least) })
  const chosen = sizePresets.find((preset) => presetOf(form)?.id === preset.id || isSame(fit(preset), form))
  const reasonAgainst = (preset: SizePreset): string | null => {
    const memoryBytes = preset.memoryMiB * MiB
    const needed = image?.hints.minMemoryBytes ?? 0
    if (memoryBytes < needed) return `The image needs ${formatBytes(needed)} of memory`
    if (room !== null && roomFor(room, memoryBytes) === 0) {
      return `Needs ${formatBytes(memoryBytes)} of memory; ${formatBytes(largestRoom(room))} are free`
    }
    return null
  }
  const fits = ({ memoryMiB }: SizePreset) => (room === null ? null : roomFor(room, memoryMiB * MiB))
  return (
    <FormSection
      id="size"
      title="Size"
      {...(room === null ? {} : { description: `${formatBytes(totalRoom(room))} of memory are free.` })}
    >
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
          extra: <Extra diskBytes={fit(preset).diskGiB * GiB} fits={fits(preset)} />,
          disabledReason: reasonAgainst(preset),
        }))}
        className="xl:grid-cols-3"
      />
      {!chosen && <p className="text-ink-2 text-xs">Of your own making: {sizeText(form)}. Advanced has the sliders.</p>}
    </FormSection>
  )
}

/** `fits`: how many of this size there is room for; null while that is not known. */
function Extra({ diskBytes, fits }: { diskBytes: number; fits: number | null }) {
  return (
    <>
      {formatBytes(diskBytes)} disk, grows as it is used
      {fits !== null && fits > 0 && <span className="text-ink-3 block">room for {fits > 99 ? 'over 99' : fits}</span>}
    </>
  )
}

const isSame = (preset: SizePreset, form: Pick<SizePreset, 'vcpus' | 'memoryMiB' | 'diskGiB'>): boolean =>
  preset.vcpus === form.vcpus && preset.memoryMiB === form.memoryMiB && preset.diskGiB === form.diskGiB
