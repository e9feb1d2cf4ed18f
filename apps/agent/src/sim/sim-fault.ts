/**
 * Failures that are asked for by name: a machine whose name has `sim-<fault>` in it has that fault, always. `./README.md`
 * lists them. Pure.
 */
import { z } from 'zod'

const faults = ['fail-start', 'slow-start', 'deaf', 'crash', 'panic', 'mute', 'fail-move', 'busy'] as const
export const simFaultSchema = z.enum(faults)
export type SimFault = z.infer<typeof simFaultSchema>

/** "web-sim-fail-start-3" has fail-start. */
export function faultsOf(machineName: string): ReadonlySet<SimFault> {
  const words = `-${machineName}-`
  return new Set(faults.filter((fault) => words.includes(`-sim-${fault}-`)))
}

/** A share of a host's machines that have a fault though their name does not ask for it: "fail-start:0.05,deaf:0.01". */
export const faultSharesSchema = z.string().transform((text, context) => {
  const shares = new Map<SimFault, number>()
  for (const part of text.split(',').filter(Boolean)) {
    const [name, share] = part.split(':')
    const fault = simFaultSchema.safeParse(name)
    const value = Number(share)
    if (!fault.success || !(value >= 0 && value <= 1)) {
      context.addIssue(`"${part}" is none of ${faults.join(', ')} with a share of 0 to 1, such as fail-start:0.1`)
      return z.NEVER
    }
    shares.set(fault.data, value)
  }
  return shares
})
export type FaultShares = ReadonlyMap<SimFault, number>
