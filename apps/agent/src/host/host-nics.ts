/** The host's own network interfaces, from /sys/class/net; the taps of machines and the loopback are not the host's. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { HostFacts } from '@berth/core/host/host'
import { isMissing } from '../storage/durable-files.ts'

type HostNic = HostFacts['nics'][number]

const root = '/sys/class/net'

export async function readHostNics(): Promise<HostNic[]> {
  const addresses = networkInterfaces()
  const nics: HostNic[] = []
  for (const name of await linkNames()) {
    if (name === 'lo' || (await exists(join(root, name, 'tun_flags')))) continue
    nics.push({
      name,
      mac: await readLine(join(root, name, 'address')),
      addresses: (addresses[name] ?? []).map(({ cidr, address }) => cidr ?? address),
      speedMbps: await readSpeed(name),
      isUp: (await readLine(join(root, name, 'operstate'))) !== 'down',
      isBridge: await exists(join(root, name, 'bridge')),
    })
  }
  return nics
}

/** A link is a symbolic link there; the bonding driver has a file beside them. */
async function linkNames(): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isSymbolicLink())
    .map(({ name }) => name)
    .sort()
}

/** Virtual devices make a speed up (10 Gbit/s for a veth): only what stands on a bus has one. */
async function readSpeed(name: string): Promise<number | null> {
  const path = await realpath(join(root, name))
  if (path.includes('/virtual/')) return null
  const speed = Number(await readLine(join(path, 'speed')))
  return Number.isInteger(speed) && speed > 0 ? speed : null
}

async function readLine(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    // EINVAL: the driver does not tell (speed of a link that is down). ENOENT: it went in this moment.
    if (error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOENT')) return ''
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
