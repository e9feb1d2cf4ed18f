'use client'
import { formatBytes, GiB, MiB } from '@berth/core/units/bytes'
import { useCreate } from './create-context.ts'
import { roomFor, totalRoom } from './room-left.ts'

/** What the machines take together against what remains. */
export function RoomNote({ count }: { count: number }) {
  const { form, room, hosts } = useCreate()
  if (room === null || form.memoryMiB <= 0) return null
  const fits = roomFor(room, form.memoryMiB * MiB)
  const isTooMany = count > 1 && count > fits
  const poolFree = hosts.flatMap((host) => host.pools).reduce((sum, pool) => sum + pool.freeBytes, 0)
  return (
    <p className={isTooMany ? 'text-warn-ink mt-2 text-xs' : 'text-ink-3 mt-2 text-xs'}>
      {isTooMany && `There is room for ${fits} of ${count}; the others would be refused. `}
      {formatBytes(count * form.memoryMiB * MiB)} of {formatBytes(totalRoom(room))} free memory
      {hosts.length > 0 &&
        `; disks up to ${formatBytes(count * form.diskGiB * GiB)}, ${formatBytes(poolFree)} are free now`}
      .
    </p>
  )
}
