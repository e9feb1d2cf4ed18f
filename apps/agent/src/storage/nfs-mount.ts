/**
 * The command lines that mount and unmount an NFS export, and what its failures mean. Pure. Why these options and no
 * others: docs/decisions/0025-nfs-by-the-agent.md.
 */
import { sourceText, type PoolSource } from '@berth/core/storage/pool-source'

/** `retry=0`: the agent tries again itself. A minute for a request, as NFS has it; `hard` goes on after that. */
const fixedOptions = ['hard', 'nosuid', 'nodev', 'noexec', 'timeo=600', 'retrans=2', 'retry=0']

/** For mount(8). Nothing in the options comes from a user but a version of the closed list. */
export function nfsMountArgs(source: PoolSource, mountPoint: string): string[] {
  const version = source.version === null ? [] : [`vers=${source.version}`]
  return ['-t', 'nfs', '-o', [...version, ...fixedOptions].join(','), '--', sourceText(source), mountPoint]
}

/** For umount(8). Forced, requests that wait for a server that is away end with an error; never lazily. */
export const unmountArgs = (mountPoint: string, isForced: boolean): string[] => [
  ...(isForced ? ['-f'] : []),
  '--',
  mountPoint,
]

/** What mount.nfs and mount(8) said, as a sentence that says what to do. `text`: their output. */
export function mountFailureText(source: PoolSource, text: string): string {
  const { server, exportPath, version } = source
  const known: readonly (readonly [RegExp, string])[] = [
    [
      /unknown filesystem type|helper program/,
      'This host cannot mount NFS: install the package nfs-common there (nfs-utils on Fedora, RHEL and Arch, nfs-client on SUSE).',
    ],
    [/no such device/i, 'The kernel of this host has no NFS client.'],
    [
      /access denied/i,
      `${server} does not let this host mount ${exportPath}: add the host to the clients of that export, with no_root_squash.`,
    ],
    [/failed to resolve|name or service not known|name resolution/i, `This host does not find the name ${server}.`],
    [/connection refused/i, `${server} refuses the connection: no NFS server runs there.`],
    [/timed out|no route to host|unreachable|host is down/i, `${server} does not answer.`],
    [/no such file or directory/i, `${server} does not export ${exportPath}.`],
    [
      /protocol not supported|version or transport protocol is not supported/i,
      `${server} does not speak NFS ${version ?? '3 or 4'}.`,
    ],
    [
      /superuser|not permitted|permission denied/i,
      'The agent may not mount: it does not run as root, or in a container.',
    ],
  ]
  const found = known.find(([sign]) => sign.test(text))
  return found?.[1] ?? `mount said: ${text.trim().split('\n').at(-1) ?? ''}`
}
