/** What the host offers to machines besides QEMU: UEFI firmware, and what its kernel can. Looked at, never guessed. */
import { access, readFile } from 'node:fs/promises'

export interface UefiFirmware {
  codePath: string
  /** The empty variable store that each machine gets a copy of. */
  varsTemplatePath: string
}

export interface KernelFacts {
  isRoot: boolean
  cgroupVersion: 1 | 2 | undefined
  hasTun: boolean
  hasVhostNet: boolean
  hasHugePages: boolean
  hasKsm: boolean
}

/** Debian's and Ubuntu's, Fedora's, Arch's, openSUSE's; 4 MiB builds only: a store of 2 MiB does not fit them. */
const uefiCandidates: readonly UefiFirmware[] = [
  { codePath: '/usr/share/OVMF/OVMF_CODE_4M.fd', varsTemplatePath: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  { codePath: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', varsTemplatePath: '/usr/share/edk2/x64/OVMF_VARS.4m.fd' },
  { codePath: '/usr/share/qemu/ovmf-x86_64-4m-code.bin', varsTemplatePath: '/usr/share/qemu/ovmf-x86_64-4m-vars.bin' },
]

/** The first pair of which both files can be read; undefined when UEFI machines cannot be made here. */
export async function findUefiFirmware(candidates = uefiCandidates): Promise<UefiFirmware | undefined> {
  for (const candidate of candidates) {
    if ((await canRead(candidate.codePath)) && (await canRead(candidate.varsTemplatePath))) return candidate
  }
  return undefined
}

export async function probeKernel(): Promise<KernelFacts> {
  const [mounts, hasTun, hasVhostNet, hasHugePages, hasKsm] = await Promise.all([
    readFile('/proc/self/mounts', 'utf8'),
    canRead('/dev/net/tun'),
    canRead('/dev/vhost-net'),
    canRead('/sys/kernel/mm/hugepages'),
    canRead('/sys/kernel/mm/ksm/run'),
  ])
  const isRoot = process.getuid?.() === 0
  return { isRoot, cgroupVersion: cgroupVersion(mounts), hasTun, hasVhostNet, hasHugePages, hasKsm }
}

/** By the file system that controllers are mounted as: a host with both ("hybrid") keeps them in version 1. */
export function cgroupVersion(mounts: string): 1 | 2 | undefined {
  const types = mounts.split('\n').map((line) => line.split(' ')[2])
  if (types.includes('cgroup')) return 1
  return types.includes('cgroup2') ? 2 : undefined
}

async function canRead(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
