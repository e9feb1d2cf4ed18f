/**
 * As whom machines' QEMUs run.
 *
 * Where the agent is root: each as a user of its own, if that user can get to its disk. A data directory below a folder
 * that only root may pass (/root is 0700) does not let it; then QEMU runs as root without any capability, which is
 * weaker, and the host's self-test says so. Where the agent is not root: as the agent's own user.
 */
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HostCheck } from '@berth/core/host/host'
import type { QemuUser } from '../qemu/qemu-user.ts'

export interface MachineUsers {
  readonly userOf: (uid: number) => QemuUser | undefined
  readonly check: HostCheck
}

const othersMayPass = 0o001

/** `groups` are what each of the users needs besides: the one of /dev/kvm. */
export async function chooseMachineUsers(dirs: readonly string[], groups: readonly number[]): Promise<MachineUsers> {
  const name = 'machine users'
  if (process.getuid?.() !== 0) {
    const message = 'The agent does not run as root: machines run as its own user, by user-mode networking only.'
    return { userOf: () => undefined, check: { name, status: 'warning', message } }
  }
  const closed = await firstClosedFolder(dirs)
  if (closed === undefined) {
    const message = 'Each machine runs as an unprivileged user of its own.'
    return { userOf: (uid) => ({ uid, gid: uid, groups }), check: { name, status: 'ok', message } }
  }
  const message = `Machines run as root without privileges, because others may not pass ${closed}: run chmod o+x on it, or move the data.`
  return { userOf: () => ({ uid: 0, gid: 0, groups }), check: { name, status: 'warning', message } }
}

/** One in or above these that others may not pass. */
export async function firstClosedFolder(dirs: readonly string[]): Promise<string | undefined> {
  for (const dir of dirs) {
    for (let folder = dir; ; folder = dirname(folder)) {
      if (((await stat(folder)).mode & othersMayPass) === 0) return folder
      if (folder === dirname(folder)) break
    }
  }
  return undefined
}
