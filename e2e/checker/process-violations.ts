/** QEMUs against rows: none twice (I1), none without a machine, none on a host that does not own it (I4), none missing (I5). */
import { findProcesses, listeningPorts, type HostProcess } from '../faults/host-processes.ts'
import type { QemuProcess } from './berth-layout.ts'
import { isOn, type MachineRow } from './machine-rows.ts'
import { openFilesOf } from './open-files.ts'
import { violation, type Violation } from './violation.ts'

export function processViolations(living: readonly MachineRow[], qemus: readonly QemuProcess[]): Violation[] {
  const orphans = qemus
    .filter(({ vmId }) => !living.some(({ id }) => id === vmId))
    .map(({ pid, vmId, hostName }) =>
      violation('I4', `QEMU ${pid} on ${hostName} runs for ${vmId}, which is no machine`),
    )
  return [
    ...orphans,
    ...living.flatMap((machine) =>
      ofMachine(
        machine,
        qemus.filter(({ vmId }) => vmId === machine.id),
      ),
    ),
  ]
}

function ofMachine(machine: MachineRow, own: readonly QemuProcess[]): Violation[] {
  const { id, state, pid, host, seen_host } = machine
  const [qemu] = own
  if (own.length > 1) {
    const where = own.map((one) => `${one.pid} on ${one.hostName}`).join(' and ')
    return [violation('I1', `${own.length} QEMUs exist for ${id}: ${where}`)]
  }
  if (!qemu) return isOn(machine) ? [violation('I5', `${id} is said to be ${state}, and no QEMU runs for it`)] : []
  if (qemu.hostName !== host) {
    return [violation('I4', `QEMU ${qemu.pid} runs for ${id} on ${qemu.hostName}, and the machine is on ${host}`)]
  }
  if (!isOn(machine)) return [violation('I5', `${id} is said to be ${state}, and QEMU ${qemu.pid} runs for it`)]
  if (qemu.pid !== pid) return [violation('I5', `${id} is said to be process ${pid}, and is ${qemu.pid}`)]
  if (seen_host !== host) return [violation('I5', `${id} is on ${host}, and was last seen on ${seen_host}`)]
  return []
}

/** A QEMU talks over unix sockets; it listens on a port only while it waits for a machine. */
export async function portViolations(qemus: readonly QemuProcess[]): Promise<Violation[]> {
  const found = await Promise.all(
    qemus.map(async ({ pid, vmId }) =>
      (await listeningPorts(pid)).map((port) => violation('I4', `QEMU ${pid} of ${vmId} listens on port ${port}`)),
    ),
  )
  return found.flat()
}

/** Programs that an agent starts for a moment, and that must not outlive the moment. */
const passing = /(^|\/)(qemu-img|qemu-nbd|qemu-io|nbd[a-z-]*|xorriso|genisoimage|mkisofs|socat|ip|nft)$/

/** What else runs with a path of this Berth in its argv: helpers that stayed behind, and whoever holds a volume open. */
export async function helperViolations(marks: readonly string[], qemus: readonly QemuProcess[]): Promise<Violation[]> {
  const known = new Set([process.pid, ...qemus.map(({ pid }) => pid)])
  const all = (await Promise.all(marks.map((mark) => findProcesses(mark)))).flat()
  const others = new Map(all.filter(({ pid }) => !known.has(pid)).map((one) => [one.pid, one]))
  return [...others.values()].flatMap((one) => helperViolation(one, marks))
}

function helperViolation({ pid, argv }: HostProcess, marks: readonly string[]): Violation[] {
  const program = argv[0] ?? ''
  if (passing.test(program) && argv.some((arg) => marks.some((mark) => arg.includes(mark)))) {
    return [violation('I4', `${program} ${pid} is still there: ${argv.slice(1, 6).join(' ')}`)]
  }
  return openFilesOf(pid)
    .filter(({ path, isWritable }) => isWritable && /\/volumes\/[0-9a-f-]{36}\/[^/]+\.(qcow2|raw)$/.test(path))
    .map(({ path }) => violation('I4', `${program} ${pid} has ${path} open for writing, and is no QEMU of a machine`))
}
