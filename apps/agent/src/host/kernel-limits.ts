/**
 * Limits of the kernel that hosts of many machines run into.
 *
 * A disk with cache=none takes two contexts of 1,024 requests (QEMU 7.2), and fs.aio-max-nr is 65,536 by default: the
 * 33rd disk fails to open, and its machine to start. Raising it costs nothing until it is used.
 */
import { readFile, writeFile } from 'node:fs/promises'
import type { HostCheck } from '@berth/core/host/host'

const path = '/proc/sys/fs/aio-max-nr'
const requestsPerDisk = 2_048
const wantedRequests = 4_194_304

/** Raises what is too low, where the agent may; says what stays low. */
export async function raiseKernelLimits(): Promise<HostCheck> {
  const name = 'kernel limits'
  const now = Number(await readFile(path, 'utf8'))
  if (now >= wantedRequests) return { name, status: 'ok', message: 'High enough for two thousand disks.' }
  try {
    await writeFile(path, String(wantedRequests))
    return { name, status: 'ok', message: `fs.aio-max-nr was raised from ${now} to ${wantedRequests}.` }
  } catch (error) {
    // Not root, or /proc/sys is read-only as in a container: machines run, only not as many.
    if (!(error instanceof Error && 'code' in error)) throw error
    const disks = Math.floor(now / requestsPerDisk)
    const message = `At most ${disks} disks can be open at once: raise fs.aio-max-nr to ${wantedRequests}.`
    return { name, status: 'warning', message }
  }
}
