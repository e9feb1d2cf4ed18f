/** What the kernel offers to machines beyond KVM itself, as it says so in /sys. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostAbilities } from '@berth/core/host/host'

/** `root`: of the file system, for tests. */
export async function readKernelAbilities(root = '/'): Promise<HostAbilities> {
  const [groups, sev, nestedIntel, nestedAmd, ksm] = await Promise.all([
    namesIn(join(root, 'sys/kernel/iommu_groups')),
    wordIn(join(root, 'sys/module/kvm_amd/parameters/sev')),
    wordIn(join(root, 'sys/module/kvm_intel/parameters/nested')),
    wordIn(join(root, 'sys/module/kvm_amd/parameters/nested')),
    wordIn(join(root, 'sys/kernel/mm/ksm/run')),
  ])
  return {
    iommu: groups === undefined ? null : groups.length > 0,
    // Without the module nothing can offer it.
    sev: sev !== undefined && isYes(sev),
    nestedVirtualization: isYes(nestedIntel ?? nestedAmd ?? 'N'),
    ksm: ksm === undefined ? null : ksm === '1',
  }
}

const isYes = (word: string): boolean => word === 'Y' || word === '1'

async function wordIn(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => {
      // Not there, or not for us: the kernel does not tell.
      return undefined
    },
  )
}

async function namesIn(path: string): Promise<string[] | undefined> {
  return readdir(path).catch(() => {
    // A kernel without IOMMU support has no such folder.
    return undefined
  })
}
