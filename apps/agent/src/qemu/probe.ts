/**
 * What the installed QEMU is and can, asked of itself, once at the agent's start. Nothing is guessed from a distribution's
 * name; what is missing comes back as data.
 */
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { compareSchema, type SchemaGap } from '../qmp/compare-schema.ts'
import { parseSchemaInfo } from '../qmp/schema-info.ts'
import { askQemu } from './ask-qemu.ts'

export interface QemuFacts {
  /** "7.2.22" */
  version: string
  packageVersion: string
  /** All pc-q35-* of this QEMU that are not deprecated, newest first. */
  machineTypes: string[]
  /** What the alias 'q35' means here: pinned into new machines. */
  defaultMachineType: string
  /** What the agent uses and this QEMU lacks; empty when it is as the one that the types were generated from. */
  gaps: SchemaGap[]
}

const machinesSchema = z.array(
  z.object({ name: z.string(), alias: z.string().optional(), deprecated: z.boolean().default(false) }),
)
type MachineNames = z.infer<typeof machinesSchema>

/**
 * Throws COMMAND_FAILED (no such program, or it does not run; with its last lines), COMMAND_TIMEOUT, OPERATION_CANCELLED,
 * QMP_PROTOCOL (not understood, or no q35 in it).
 */
export async function probeQemu(binary: string, signal?: AbortSignal): Promise<QemuFacts> {
  const questions = [{ execute: 'query-machines' }, { execute: 'query-qmp-schema' }]
  const { greeting, answers } = await askQemu({ binary, questions, signal })
  const [machines, schema] = answers
  const parsed = machinesSchema.safeParse(machines)
  if (!parsed.success) {
    throw new AppError('QMP_PROTOCOL', `${binary} does not answer as QEMU does`, { cause: parsed.error })
  }
  return {
    version: greeting.version,
    packageVersion: greeting.packageVersion,
    ...machineFacts(parsed.data),
    gaps: compareSchema(parseSchemaInfo(schema)),
  }
}

/** Pure. Newest first by version number, for 'pc-q35-10.0' comes before 'pc-q35-7.2'. */
export function machineFacts(machines: MachineNames): Pick<QemuFacts, 'machineTypes' | 'defaultMachineType'> {
  const q35 = machines.filter(({ name, deprecated }) => /^pc-q35-\d+\.\d+(\.\d+)?$/.test(name) && !deprecated)
  const machineTypes = q35.map(({ name }) => name).sort((a, b) => -a.localeCompare(b, 'en', { numeric: true }))
  const defaultMachineType = q35.find(({ alias }) => alias === 'q35')?.name ?? machineTypes[0]
  if (defaultMachineType === undefined) throw new AppError('QMP_PROTOCOL', 'this QEMU has no q35 machine')
  return { machineTypes, defaultMachineType }
}
