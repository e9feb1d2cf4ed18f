/** The unprivileged user of each QEMU: a uid per machine, so that one that breaks out cannot touch another's disk. */
import { AppError } from '@berth/core/errors/app-error'

export interface QemuUser {
  uid: number
  gid: number
  /** Further groups: that of /dev/kvm, and the one that may read base images. */
  groups?: readonly number[]
}

export interface UidRange {
  first: number
  count: number
}

/** The lowest uid of the range that no machine has. Throws HOST_CAPACITY when all are taken. */
export function pickUid(range: UidRange, taken: ReadonlySet<number>): number {
  for (let uid = range.first; uid < range.first + range.count; uid++) if (!taken.has(uid)) return uid
  throw new AppError('HOST_CAPACITY', `all ${range.count} user ids for machines are taken`, { details: { ...range } })
}

/**
 * `command` as that user without any privilege or way to one. By setpriv, which becomes the command: the pid is QEMU's.
 * QEMU's own -runas dies at once together with -sandbox (7.2).
 */
export function asUser(user: QemuUser, command: { file: string; args: readonly string[] }): typeof command {
  const groups = user.groups ?? []
  const args = [
    ...['--reuid', `${user.uid}`, '--regid', `${user.gid}`],
    ...(groups.length === 0 ? ['--clear-groups'] : ['--groups', groups.join(',')]),
    ...['--no-new-privs', '--bounding-set', '-all', '--inh-caps', '-all'],
    ...['--', command.file, ...command.args],
  ]
  return { file: 'setpriv', args }
}
