import { stat } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'
import { MiB, formatBytes } from '@berth/core/units/bytes'
import { hypervisor } from '../hypervisor/hypervisor.ts'

/** Kept free for the journal, the machines' logs and growing overlays. */
export const reserveBytes = 256 * MiB

export interface Space {
  readonly totalBytes: number
  readonly freeBytes: number
}

/** Bytes of the file system that holds `path`: all of it, and what an ordinary user may still write. */
export const spaceOf = (path: string): Promise<Space> => hypervisor().spaceOf(path)

/** What is missing for `neededBytes` to fit beside the reserve; 0 when they fit. Pure. */
export const missingBytes = ({ freeBytes }: Space, neededBytes: number): number =>
  Math.max(0, neededBytes + reserveBytes - freeBytes)

/** Throws POOL_FULL with the numbers when `neededBytes` do not fit beside the reserve. Pure. */
export function requireSpace(space: Space, neededBytes: number): void {
  if (missingBytes(space, neededBytes) === 0) return
  const { freeBytes } = space
  throw new AppError(
    'POOL_FULL',
    `${formatBytes(neededBytes)} are needed, ${formatBytes(Math.max(0, freeBytes - reserveBytes))} are free (${formatBytes(reserveBytes)} are kept in reserve).`,
    { details: { neededBytes, freeBytes, reserveBytes } },
  )
}

/** What a file really takes on disk, in bytes; sparse parts do not count. */
export async function allocatedBytes(path: string): Promise<number> {
  return (await stat(path)).blocks * 512
}
