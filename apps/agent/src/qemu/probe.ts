/**
 * What the installed QEMU is and can, asked of itself, once at the agent's start. Nothing is guessed from a distribution's
 * name; what is missing comes back as data.
 */
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { runCommand } from '../exec/run-command.ts'
import { compareSchema, type SchemaGap } from '../qmp/compare-schema.ts'
import { maxQmpLineBytes, parseJsonLine } from '../qmp/line-framer.ts'
import { parseQmpMessage } from '../qmp/qmp-message.ts'
import { parseSchemaInfo } from '../qmp/schema-info.ts'

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
 * Asks a QEMU without a machine over QMP on its stdin. Throws COMMAND_FAILED (no such program, or it does not run; with
 * its last lines), COMMAND_TIMEOUT, OPERATION_CANCELLED, QMP_PROTOCOL (not understood, or no q35 in it).
 */
export async function probeQemu(binary: string, signal?: AbortSignal): Promise<QemuFacts> {
  const { stdout } = await runCommand({
    file: binary,
    args: ['-machine', 'none', '-nodefaults', '-no-user-config', '-display', 'none', '-S', '-qmp', 'stdio'],
    input: ['qmp_capabilities', 'query-machines', 'query-qmp-schema', 'quit']
      .map((execute) => `${JSON.stringify({ execute })}\n`)
      .join(''),
    timeoutMs: 15_000,
    maxOutputBytes: maxQmpLineBytes,
    signal,
  })
  const lines = stdout.split('\n').filter((line) => line.trim() !== '')
  const messages = lines.map((line) => parseQmpMessage(parseJsonLine(Buffer.from(line))))
  const greeting = messages.find((message) => message.kind === 'greeting')?.greeting
  const [, machines, schema] = messages.flatMap((message) => (message.kind === 'return' ? [message.value] : []))
  const parsed = machinesSchema.safeParse(machines)
  if (greeting === undefined || !parsed.success) {
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
