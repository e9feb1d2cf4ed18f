import { describe, expect, it } from 'vitest'
import { nfsVersions, poolSourceSchema, type PoolSource } from '@berth/core/storage/pool-source'
import { mountFailureText, nfsMountArgs, unmountArgs } from './nfs-mount.ts'

const sourceOf = (change: Partial<PoolSource> = {}): PoolSource =>
  poolSourceSchema.parse({ kind: 'nfs', server: 'nas', exportPath: '/srv/berth', version: null, ...change })
const place = '/var/lib/berth/mounts/p'

describe('the command line', () => {
  it('names the export behind options that are the agent’s own', () => {
    expect(nfsMountArgs(sourceOf(), place)).toEqual([
      ...['-t', 'nfs', '-o', 'hard,nosuid,nodev,noexec,timeo=600,retrans=2,retry=0'],
      ...['--', 'nas:/srv/berth', '/var/lib/berth/mounts/p'],
    ])
  })

  it.each(nfsVersions)('asks for version %s where one is chosen', (version) => {
    const [, , , options] = nfsMountArgs(sourceOf({ version }), place)
    expect(options).toBe(`vers=${version},hard,nosuid,nodev,noexec,timeo=600,retrans=2,retry=0`)
  })

  it('writes an IPv6 address in brackets', () => {
    expect(nfsMountArgs(sourceOf({ server: 'fd00::1', exportPath: '/' }), place).at(-2)).toBe('[fd00::1]:/')
  })

  it('unmounts, and never lazily', () => {
    expect(unmountArgs(place, false)).toEqual(['--', place])
    expect(unmountArgs(place, true)).toEqual(['-f', '--', place])
  })
})

describe('what a failure means', () => {
  it.each([
    [
      "mount: /x: unknown filesystem type 'nfs'.\n dmesg(1) may have more information",
      /install the package nfs-common/,
    ],
    ['mount: /x: bad option; you might need a /sbin/mount.<type> helper program.', /install the package nfs-common/],
    ['mount.nfs: No such device', /kernel of this host has no NFS/],
    [
      'mount.nfs: access denied by server while mounting nas:/srv/berth',
      /add the host to the clients .* no_root_squash/,
    ],
    ['mount.nfs: Failed to resolve server nas: Name or service not known', /does not find the name nas/],
    ['mount.nfs: Connection refused for nas:/srv/berth on /x', /no NFS server runs there/],
    ['mount.nfs: Connection timed out', /nas does not answer/],
    ['mount.nfs: No route to host for nas:/srv/berth on /x', /nas does not answer/],
    [
      'mount.nfs: mounting nas:/srv/berth failed, reason given by server: No such file or directory',
      /does not export \/srv\/berth/,
    ],
    ['mount.nfs: Protocol not supported', /does not speak NFS 4\.2/],
    ['mount: /x: must be superuser to use mount.', /does not run as root/],
    ['mount.nfs: Stale file handle\n', /^mount said: mount\.nfs: Stale file handle$/],
  ])('%s', (text, words) => expect(mountFailureText(sourceOf({ version: '4.2' }), text)).toMatch(words))
})
