/**
 * How soon libvirt's own client on the same host hears of what QEMU said: QEMU's time of the event, as libvirt passes it
 * on, against the time that `virsh event` prints when it comes. No browser and no second process's list to change: this is
 * the host's part alone, and so flatters libvirt.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { PrivateLibvirt } from './private-libvirt.ts'

const settleMs = 1_500
const pauseMs = 150

/** Suspends and resumes a running domain `times`, and returns each event's milliseconds. */
export async function libvirtEventDelays(libvirt: PrivateLibvirt, domain: string, times: number): Promise<number[]> {
  const timeout = ['--timeout', String(Math.ceil((settleMs + times * 4 * pauseMs) / 1000) + 4)]
  const told = libvirt.virsh('event', '--domain', domain, '--event', 'lifecycle', '--loop', '--timestamp', ...timeout)
  const said = libvirt.virsh('qemu-monitor-event', '--domain', domain, '--loop', ...timeout)
  // Both must listen before the first event; neither says when it does.
  await delay(settleMs)
  for (let i = 0; i < times; i++) {
    await libvirt.virsh(i % 2 === 0 ? 'suspend' : 'resume', domain)
    await delay(pauseMs)
  }
  const saidAt = [...(await said).matchAll(/event (?:STOP|RESUME) at (\d+\.\d+) /g)].map(([, at]) => Number(at) * 1000)
  const toldAt = [...(await told).matchAll(/^(\S+ \S+?)\+0000: event 'lifecycle' .*(?:Suspended|Resumed)/gm)].map(
    ([, at]) => Date.parse(`${at?.replace(' ', 'T') ?? ''}Z`),
  )
  if (saidAt.length !== times || toldAt.length !== times) {
    throw new Error(`of ${times} changes QEMU told ${saidAt.length} and libvirt ${toldAt.length}`)
  }
  return toldAt.map((at, index) => at - (saidAt[index] ?? Number.NaN))
}
