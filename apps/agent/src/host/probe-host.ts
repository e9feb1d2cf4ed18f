/**
 * What this host is and offers to machines: looked at when the agent starts, and what packages bring also while it runs. Not
 * the acceleration: a guest must be started to find that out, and machines that run would stay with theirs anyway.
 */
import { access, constants, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HostCheck, HostFacts } from '@berth/core/host/host'
import { programEnv } from '../exec/program-env.ts'
import { AppError } from '@berth/core/errors/app-error'
import { kvmGroupId, probeAcceleration, type Acceleration } from '../qemu/acceleration.ts'
import { cpuFlagsOnce } from '../qemu/cpu-flags.ts'
import { findUefiFirmware, probeKernel, type UefiFirmware } from '../qemu/host-abilities.ts'
import { probeQemuOnce, programKey } from '../qemu/probe-cache.ts'
import type { QemuFacts } from '../qemu/probe.ts'
import { raiseKernelLimits } from './kernel-limits.ts'
import { chooseMachineUsers, type MachineUsers } from './machine-users.ts'

export interface HostProbe {
  readonly qemuPath: string
  readonly qemu: QemuFacts
  /** Of the program that `qemu` was asked of. */
  readonly qemuKey: string
  readonly acceleration: Acceleration
  readonly uefi: UefiFirmware | undefined
  readonly users: MachineUsers
  readonly bootId: string
  readonly isRoot: boolean
  readonly networkKinds: HostFacts['networkKinds']
  /** Absent: QEMU did not say. */
  readonly cpuFlags?: readonly string[]
  /** The self-test, line by line. */
  readonly checks: readonly HostCheck[]
}

export interface HostProbeOptions {
  acceleration: 'auto' | 'kvm' | 'tcg'
  /** Where what QEMU says of itself is noted for the next start. */
  qemuNotePath: string
  /** QEMU's users must get to what lies in these. */
  machineDirs: readonly string[]
  signal: AbortSignal
}

const natPrograms = ['ip', 'nft', 'dnsmasq'] as const

/** Throws COMMAND_FAILED or QMP_PROTOCOL when there is no usable QEMU: without one an agent is of no use. */
export async function probeHost(options: HostProbeOptions): Promise<HostProbe> {
  const { acceleration: choice, machineDirs, qemuNotePath, signal } = options
  const qemuPath = await findProgram('qemu-system-x86_64')
  if (qemuPath === undefined) {
    throw new AppError('COMMAND_FAILED', 'There is no qemu-system-x86_64; install the package qemu-system-x86')
  }
  // Before it is asked: one that is exchanged meanwhile is asked again.
  const qemuKey = await programKey(qemuPath)
  const [qemu, acceleration, uefi, kernel, kvmGroup, bootId] = await Promise.all([
    probeQemuOnce(qemuPath, qemuNotePath, signal),
    probeAcceleration({ binary: qemuPath, choice, signal }),
    findUefiFirmware(),
    probeKernel(),
    kvmGroupId(),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ])
  const groups = acceleration.kind === 'kvm' && kvmGroup !== undefined ? [kvmGroup] : []
  const users = await chooseMachineUsers(machineDirs, groups)
  const limits = await raiseKernelLimits()
  const noNat = await whyNoNat(kernel)
  const known = { qemuPath, qemuKey, acceleration, bootId: bootId.trim() }
  const cpuFlags = await cpuFlagsOf(known, options)
  return {
    ...{ ...known, qemu, uefi, users },
    isRoot: kernel.isRoot,
    ...(cpuFlags && { cpuFlags }),
    networkKinds: noNat === undefined ? ['user', 'nat'] : ['user'],
    checks: [
      qemuCheck(qemu),
      accelerationCheck(acceleration),
      users.check,
      limits,
      uefiCheck(uefi),
      line('NAT networks', noNat),
      flagsCheck(cpuFlags),
    ],
  }
}

export type ProbeAgainOptions = Pick<HostProbeOptions, 'qemuNotePath' | 'signal'>

/**
 * The same host, with what was installed, upgraded or removed since. Cheap where nothing was: QEMU itself is asked only when
 * its program is another one. While that cannot be asked, as in the middle of an upgrade, what is known stays, and its check
 * says so. Throws only when `signal` aborts.
 */
export async function probeAgain(known: HostProbe, options: ProbeAgainOptions): Promise<HostProbe> {
  const [qemu, uefi, noNat] = await Promise.all([
    qemuOf(known, options),
    findUefiFirmware(),
    probeKernel().then(whyNoNat),
  ])
  const fresh = [...qemu.checks, uefiCheck(uefi), line('NAT networks', noNat)]
  return {
    ...known,
    ...qemu.found,
    uefi,
    networkKinds: noNat === undefined ? ['user', 'nat'] : ['user'],
    checks: known.checks.map((check) => fresh.find(({ name }) => name === check.name) ?? check),
  }
}

type QemuFindings = Pick<HostProbe, 'qemu' | 'qemuKey' | 'cpuFlags'>

async function qemuOf(
  known: HostProbe,
  options: ProbeAgainOptions,
): Promise<{ found: Partial<QemuFindings>; checks: readonly HostCheck[] }> {
  try {
    const qemuKey = await programKey(known.qemuPath)
    if (qemuKey === known.qemuKey) return { found: {}, checks: [qemuCheck(known.qemu)] }
    const qemu = await probeQemuOnce(known.qemuPath, options.qemuNotePath, options.signal)
    const cpuFlags = await cpuFlagsOf(known, options)
    const found = { qemu, qemuKey, ...(cpuFlags && { cpuFlags }) }
    return { found, checks: [qemuCheck(qemu), flagsCheck(cpuFlags)] }
  } catch (error) {
    if (options.signal.aborted) throw error
    const why = error instanceof Error ? error.message : String(error)
    const message = `It cannot be asked, so machines may not start: ${why}. Last seen: version ${known.qemu.version}.`
    return { found: {}, checks: [{ name: 'QEMU', status: 'failed', message }] }
  }
}

/** Null: QEMU does not say. */
async function cpuFlagsOf(
  { qemuPath, acceleration, bootId }: Pick<HostProbe, 'qemuPath' | 'acceleration' | 'bootId'>,
  { qemuNotePath, signal }: ProbeAgainOptions,
): Promise<string[] | null> {
  const notePath = join(dirname(qemuNotePath), 'cpu-flags.json')
  return cpuFlagsOnce({ binary: qemuPath, acceleration: acceleration.kind, notePath, bootId, signal }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error
      return null
    },
  )
}

const uefiCheck = (uefi: UefiFirmware | undefined): HostCheck =>
  line('UEFI firmware', uefi === undefined ? 'None found: machines boot by BIOS only. Install ovmf.' : undefined)

const flagsCheck = (cpuFlags: readonly string[] | null): HostCheck =>
  line('Processor flags', cpuFlags === null ? 'QEMU does not tell them: moves compare models only.' : undefined)

const line = (name: string, problem: string | undefined): HostCheck =>
  problem === undefined ? { name, status: 'ok', message: 'Available.' } : { name, status: 'warning', message: problem }

function qemuCheck({ version, gaps }: QemuFacts): HostCheck {
  const name = 'QEMU'
  if (gaps.length === 0) return { name, status: 'ok', message: `Version ${version}.` }
  const missing = gaps.map((gap) => (gap.path === undefined ? gap.name : `${gap.name}: ${gap.path}`))
  return { name, status: 'warning', message: `Version ${version} lacks what Berth uses: ${missing.join('; ')}.` }
}

function accelerationCheck({ kind, reason }: Acceleration): HostCheck {
  const name = 'Acceleration'
  if (kind === 'kvm') return { name, status: 'ok', message: 'KVM works.' }
  return { name, status: 'warning', message: `Software emulation: ${reason}.` }
}

async function whyNoNat(kernel: { isRoot: boolean; hasTun: boolean }): Promise<string | undefined> {
  if (!kernel.isRoot) return 'The agent does not run as root; user-mode networking works.'
  if (!kernel.hasTun) return 'There is no /dev/net/tun; user-mode networking works.'
  for (const program of natPrograms) {
    if ((await findProgram(program)) === undefined)
      return `The program ${program} is missing; user-mode networking works.`
  }
  return undefined
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (programEnv['PATH'] ?? '').split(':')) {
    const path = join(folder, name)
    try {
      await access(path, constants.X_OK)
      return path
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')))
        throw error
    }
  }
  return undefined
}
