/** KVM where it really works, else TCG with the reason in words: what the host's badge says. */
import { constants } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { bootProbe } from './boot-probe.ts'

export interface Acceleration {
  kind: 'kvm' | 'tcg'
  /** Why not KVM; '' with KVM. */
  reason: string
}

/** A guest that runs boots in 0.2 s by KVM; one that does not within 2 s hangs. */
const kvmProbeTimeoutMs = 2_000

/**
 * Looks at the device, at the CPU's flags and at a guest that runs, in this order, and stops at the first that fails.
 * `choice` 'kvm' or 'tcg' is the administrator's word and is not questioned.
 */
export async function probeAcceleration(options: {
  binary: string
  choice: 'auto' | 'kvm' | 'tcg'
  signal?: AbortSignal | undefined
}): Promise<Acceleration> {
  if (options.choice === 'kvm') return { kind: 'kvm', reason: '' }
  if (options.choice === 'tcg') return { kind: 'tcg', reason: 'software emulation was chosen in the configuration' }
  const reason =
    (await whyNoDevice()) ??
    whyNoCpu(await readFile('/proc/cpuinfo', 'utf8')) ??
    (await bootProbe({ ...options, acceleration: 'kvm', timeoutMs: kvmProbeTimeoutMs }))
  return reason === undefined ? { kind: 'kvm', reason: '' } : { kind: 'tcg', reason }
}

/** The group that may open /dev/kvm, for QEMU's user; undefined without the device. */
export async function kvmGroupId(): Promise<number | undefined> {
  try {
    return (await stat('/dev/kvm')).gid
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function whyNoDevice(): Promise<string | undefined> {
  try {
    await using _device = await open('/dev/kvm', constants.O_RDWR)
    return undefined
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return 'there is no /dev/kvm: virtualization is off in the firmware, or kvm is not loaded'
    if (code === 'EACCES' || code === 'EPERM') return 'this user may not open /dev/kvm'
    return `/dev/kvm does not open: ${code}`
  }
}

export function whyNoCpu(cpuinfo: string): string | undefined {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? []
  return flags.includes('vmx') || flags.includes('svm') ? undefined : 'the CPU shows neither vmx nor svm'
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)
