import { plural } from '../../lib/format.ts'
import { formatBytes, GiB, MiB } from '@berth/core/units/bytes'

export interface SizePreset {
  id: string
  title: string
  vcpus: number
  memoryMiB: number
  diskGiB: number
}

export const sizePresets: readonly SizePreset[] = [
  { id: 'nano', title: 'Nano', vcpus: 1, memoryMiB: 256, diskGiB: 2 },
  { id: 'small', title: 'Small', vcpus: 1, memoryMiB: 1_024, diskGiB: 10 },
  { id: 'medium', title: 'Medium', vcpus: 2, memoryMiB: 4_096, diskGiB: 40 },
  { id: 'large', title: 'Large', vcpus: 4, memoryMiB: 8_192, diskGiB: 80 },
  { id: 'huge', title: 'Extra large', vcpus: 8, memoryMiB: 16_384, diskGiB: 160 },
]

type Size = Pick<SizePreset, 'vcpus' | 'memoryMiB' | 'diskGiB'>

export const presetOf = (size: Size): SizePreset | undefined =>
  sizePresets.find(
    (preset) => preset.vcpus === size.vcpus && preset.memoryMiB === size.memoryMiB && preset.diskGiB === size.diskGiB,
  )

export const totalOf = ({ vcpus, memoryMiB, diskGiB }: Size, count: number): Size => ({
  vcpus: vcpus * count,
  memoryMiB: memoryMiB * count,
  diskGiB: diskGiB * count,
})

/** "2 vCPUs, 4 GiB memory, 40 GiB disk" */
export const sizeText = ({ vcpus, memoryMiB, diskGiB }: Size): string =>
  `${plural(vcpus, 'vCPU')}, ${formatBytes(memoryMiB * MiB)} memory, ${formatBytes(diskGiB * GiB)} disk`
