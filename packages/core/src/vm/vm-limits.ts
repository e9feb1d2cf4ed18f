import { GiB, MiB, TiB } from '../units/bytes.ts'

/** The smallest and largest machine that Berth makes. One table for forms, API and agent. Sizes in bytes. */
export const vmLimits = {
  vcpus: { min: 1, max: 256 },
  memoryBytes: { min: 64 * MiB, max: 8 * TiB, multipleOf: MiB },
  diskBytes: { min: 16 * MiB, max: 64 * TiB, multipleOf: MiB },
  disks: { max: 16 },
  nics: { max: 8 },
  tags: { max: 20, length: 40 },
  userDataBytes: { max: 64 * 1024 },
  defaults: { vcpus: 1, memoryBytes: 512 * MiB, diskBytes: 10 * GiB },
} as const
