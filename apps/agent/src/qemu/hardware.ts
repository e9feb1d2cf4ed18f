/**
 * What of a command line a guest can see: its machine, processors, memory and devices, in their order. Pure.
 *
 * Two QEMUs between which a machine moves must have the same. One that lacks a device refuses the memory; one that has a
 * device more takes it and says nothing (7.2), and the guest finds a machine that it was not.
 */
import { z } from 'zod'
import { cdromDeviceId } from './argv-disks.ts'

const visible: ReadonlySet<string> = new Set(['-machine', '-cpu', '-smp', '-m', '-device', '-global', '-rtc'])
const deviceSchema = z.looseObject({ id: z.string().optional() })

export const hardwareOf = (args: readonly string[]): string[] =>
  args.flatMap((option, index) => (visible.has(option) ? [`${option} ${shown(args[index + 1] ?? '')}`] : []))

/** A disc may have been changed since the start: which one is in is no hardware. */
function shown(value: string): string {
  if (!value.startsWith('{')) return value
  const { drive, ...device } = deviceSchema.parse(JSON.parse(value))
  return JSON.stringify(device.id === cdromDeviceId ? device : { ...device, drive })
}

/** The first that only one of them has, in words; undefined when they are the same. */
export function hardwareDifference(there: readonly string[], here: readonly string[]): string | undefined {
  const at = Array.from({ length: Math.max(there.length, here.length) }).findIndex((_, i) => there[i] !== here[i])
  if (at === -1) return undefined
  return `there ${there[at] ?? 'nothing more'}, here ${here[at] ?? 'nothing more'}`
}
