/**
 * What machines find in their processors on this host: the CPU model that they are started with, expanded by QEMU itself into
 * its flags. Two hosts whose processors have the same name may differ in microcode, kernel or QEMU.
 */
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { readFileIfAny, writeFileDurably } from '../storage/durable-files.ts'
import { askQemu } from './ask-qemu.ts'
import { programKey } from './probe-cache.ts'
import { defaultCpuModel } from './qemu-config.ts'

export interface CpuFlagsOptions {
  readonly binary: string
  readonly acceleration: 'kvm' | 'tcg'
  /** Kept there for as long as neither QEMU nor the boot is another: asking takes a fifth of a second. */
  readonly notePath: string
  readonly bootId: string
  readonly signal: AbortSignal
}

const noteSchema = z.object({ key: z.string(), flags: z.array(z.string()) })
const expansionSchema = z.object({ model: z.object({ props: z.record(z.string(), z.unknown()) }) })

/** Throws COMMAND_FAILED, COMMAND_TIMEOUT, OPERATION_CANCELLED, QMP_PROTOCOL. */
export async function cpuFlagsOnce(options: CpuFlagsOptions): Promise<string[]> {
  const { binary, acceleration, notePath, bootId } = options
  const key = [await programKey(binary), acceleration, bootId].join(' ')
  const known = await readNote(notePath)
  if (known?.key === key) return known.flags
  const flags = await askCpuFlags(options)
  await writeFileDurably(notePath, `${JSON.stringify({ key, flags })}\n`, 0o600)
  return flags
}

async function askCpuFlags({ binary, acceleration, signal }: CpuFlagsOptions): Promise<string[]> {
  const expand = { type: 'full', model: { name: defaultCpuModel(acceleration) } }
  const questions = [{ execute: 'query-cpu-model-expansion', arguments: expand }]
  const { answers } = await askQemu({ binary, args: ['-accel', acceleration], questions, signal })
  const [expanded] = answers
  const { data, error } = expansionSchema.safeParse(expanded)
  if (data === undefined) throw new AppError('QMP_PROTOCOL', 'QEMU does not expand its CPU model', { cause: error })
  return flagsIn(data.model.props)
}

/** Names under which QEMU lists a flag a second time. */
const aliases: Readonly<Record<string, string>> = {
  ...{ xd: 'nx', i64: 'lm', ffxsr: 'fxsr-opt', sse3: 'pni', pclmuldq: 'pclmulqdq' },
}
/** How QEMU makes the model, and no flag of a processor; which of these there are depends on its version. */
const noFlag =
  /^(x-.*|hv-.*|migratable|check|enforce|kvm|hotplugged|hotpluggable|realized|start-powered-off|pmu|l3-cache|legacy-.*|full-.*|.*-auto-level|host-.*|fill-.*|tcg-.*|kvm-no-.*|kvm-pv-enforce-.*|vmware-.*|cpuid-.*|xen-.*|memory)$/

/** Pure: those that are on, sorted, each once. */
export function flagsIn(props: Readonly<Record<string, unknown>>): string[] {
  const on = Object.entries(props).flatMap(([name, value]) => {
    const plain = name.replace(/[_.]/g, '-')
    return value === true && !noFlag.test(plain) ? [aliases[plain] ?? plain] : []
  })
  return [...new Set(on)].sort()
}

async function readNote(path: string): Promise<z.infer<typeof noteSchema> | undefined> {
  const text = await readFileIfAny(path)
  if (text === undefined) return undefined
  try {
    return noteSchema.parse(JSON.parse(text))
  } catch {
    // Torn or of another version of ours: QEMU itself is asked again.
    return undefined
  }
}
