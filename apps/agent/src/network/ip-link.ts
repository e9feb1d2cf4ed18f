/** The few uses of ip(8), each idempotent. Names and addresses are made by us or validated by the contract. */
import { access, chmod, readFile, stat } from 'node:fs/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import { runCommand } from '../exec/run-command.ts'

const timeoutMs = 10_000
const tunDevice = '/dev/net/tun'

const ip = async (...args: string[]): Promise<string> => (await runCommand({ file: 'ip', args, timeoutMs })).stdout

export function linkExists(name: string): Promise<boolean> {
  return access(`/sys/class/net/${name}`).then(
    () => true,
    () => false,
  )
}

/**
 * Makes the bridge with its addresses, and brings it up. No spanning tree: guests would wait for it, and nothing loops.
 * Without a MAC of its own a bridge takes the lowest of its ports', which changes with each machine that starts.
 */
export async function ensureBridge(
  name: string,
  { gatewayCidr, mac }: { gatewayCidr: string; mac: string },
): Promise<void> {
  if (!(await linkExists(name)))
    await tolerateExisting(ip('link', 'add', 'name', name, 'type', 'bridge', 'forward_delay', '0'))
  await ip('link', 'set', name, 'address', mac)
  await ip('addr', 'replace', gatewayCidr, 'dev', name)
  await ip('link', 'set', name, 'up')
}

/**
 * Lets QEMU's unprivileged users open the tun device, as udev's own rules do everywhere (0666); minimal systems without
 * udev have it for root alone. Opening it gives nothing: a tap is had by its owner only, which `ensureTap` sets.
 */
export async function openTunDevice(): Promise<void> {
  const { mode } = await stat(tunDevice)
  if ((mode & 0o666) !== 0o666) await chmod(tunDevice, 0o666)
}

/**
 * A tap that the machine's own user may open, on the bridge. It has the bridge's MTU before it joins: a bridge takes the
 * smallest of its ports', and would cut down everybody else's frames.
 */
export async function ensureTap(name: string, bridge: string, uid: number): Promise<void> {
  if (!(await linkExists(name)))
    await tolerateExisting(ip('tuntap', 'add', 'dev', name, 'mode', 'tap', 'user', String(uid)))
  await ip('link', 'set', name, 'mtu', await mtuOf(bridge))
  await ip('link', 'set', name, 'master', bridge)
  await ip('link', 'set', name, 'up')
}

const mtuOf = async (link: string): Promise<string> => (await readFile(`/sys/class/net/${link}/mtu`, 'utf8')).trim()

/** A tap that no process has open has no carrier; one that is down cannot say, and nothing runs through it. */
export async function isTapHeld(tap: string): Promise<boolean> {
  try {
    return (await readFile(`/sys/class/net/${tap}/carrier`, 'utf8')).trim() === '1'
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOENT')) return false
    throw error
  }
}

export async function removeLink(name: string): Promise<void> {
  if (!(await linkExists(name))) return
  try {
    await ip('link', 'delete', name)
  } catch (error) {
    // Somebody else, or the kernel with the last user of a tap, was quicker.
    if (await linkExists(name)) throw error
  }
}

/** Routes that overlap a network would send its guests' traffic elsewhere. Returns "dev" of another link that has it. */
export async function findOverlappingRoute(subnet: string, bridge: string): Promise<string | undefined> {
  const text = await ip('-4', 'route', 'show', 'root', subnet.replace(/\d+\/(\d+)$/, '0/$1'))
  const other = text
    .split('\n')
    .find((line) => line.includes(' dev ') && !line.includes(` dev ${bridge}`) && !line.startsWith('default'))
  return other === undefined ? undefined : / dev (\S+)/.exec(other)?.[1]
}

async function tolerateExisting(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    const lines = hasErrorCode(error, 'COMMAND_FAILED') ? String(error.details.lastLines) : ''
    if (!/File exists|busy/.test(lines)) throw error
  }
}
