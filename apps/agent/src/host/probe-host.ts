/** What this host is and offers to machines: looked at once, when the agent starts. */
import { access, constants, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HostCheck, HostFacts } from '@berth/core/host/host'
import { programEnv } from '../exec/program-env.ts'
import { AppError } from '@berth/core/errors/app-error'
import { kvmGroupId, probeAcceleration, type Acceleration } from '../qemu/acceleration.ts'
import { cpuFlagsOnce } from '../qemu/cpu-flags.ts'
import { findUefiFirmware, probeKernel, type UefiFirmware } from '../qemu/host-abilities.ts'
import { probeQemuOnce } from '../qemu/probe-cache.ts'
import type { QemuFacts } from '../qemu/probe.ts'
import { raiseKernelLimits } from './kernel-limits.ts'
import { chooseMachineUsers, type MachineUsers } from './machine-users.ts'

export interface HostProbe {
  readonly qemuPath: string
  readonly qemu: QemuFacts
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
  const notePath = join(dirname(qemuNotePath), 'cpu-flags.json')
  const cpuFlags = await cpuFlagsOnce({
    ...{ binary: qemuPath, acceleration: acceleration.kind, notePath, bootId: bootId.trim(), signal },
  }).catch((error: unknown) => {
    if (signal.aborted) throw error
    return null
  })
  return {
    ...{ qemuPath, qemu, acceleration, uefi, users },
    bootId: bootId.trim(),
    isRoot: kernel.isRoot,
    ...(cpuFlags && { cpuFlags }),
    networkKinds: noNat === undefined ? ['user', 'nat'] : ['user'],
    checks: [
      qemuCheck(qemu),
      accelerationCheck(acceleration),
      users.check,
      limits,
      line('UEFI firmware', uefi === undefined ? 'None found: machines boot by BIOS only. Install ovmf.' : undefined),
      line('NAT networks', noNat),
      line('Processor flags', cpuFlags === null ? 'QEMU does not tell them: moves compare models only.' : undefined),
    ],
  }
}

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
