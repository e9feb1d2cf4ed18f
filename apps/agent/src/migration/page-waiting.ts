/**
 * Whether this host's QEMUs may let a guest wait for a page that is on its way (userfaultfd), as a machine needs that comes before its
 * memory. QEMU 7.2 runs as an unprivileged user here, and the kernel lets such a user only where vm.unprivileged_userfaultfd is 1.
 * It is set when a move first asks for it, as libvirt's packages do at each boot, and stays until the next one.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'

const setting = '/proc/sys/vm/unprivileged_userfaultfd'

/** Throws MOVE_REFUSED_BY_TARGET with what an administrator can do. */
export async function allowWaitingForPages(): Promise<void> {
  try {
    if ((await readFile(setting, 'utf8')).trim() !== '1') await writeFile(setting, '1')
  } catch (error) {
    throw new AppError(
      'MOVE_REFUSED_BY_TARGET',
      'This host cannot take a machine before its memory: its kernel lets QEMU not wait for pages (sysctl vm.unprivileged_userfaultfd=1).',
      { cause: error },
    )
  }
}
