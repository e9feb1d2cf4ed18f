import { expect, it } from 'vitest'
import { mountAt, parseMountInfo } from './mount-table.ts'

const text = `24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
91 24 0:52 / /var/lib/berth/mounts/p rw,nosuid,nodev,noexec,relatime shared:50 - nfs4 nas:/srv/berth rw,vers=4.2,addr=10.0.0.7
92 24 0:53 / /mnt/with\\040space rw - nfs [fd00::1]:/a\\043b rw,vers=3
93 91 0:54 / /var/lib/berth/mounts/p rw master:1 propagate_from:2 - tmpfs other rw
a line that is none
94 24 0:55 / /cut
`

it('reads what is mounted where, from what', () => {
  expect(parseMountInfo(text)).toEqual([
    { path: '/', fileSystem: 'ext4', source: '/dev/sda1' },
    { path: '/var/lib/berth/mounts/p', fileSystem: 'nfs4', source: 'nas:/srv/berth' },
    { path: '/mnt/with space', fileSystem: 'nfs', source: '[fd00::1]:/a#b' },
    { path: '/var/lib/berth/mounts/p', fileSystem: 'tmpfs', source: 'other' },
  ])
})

it('finds what lies uppermost, and nothing for a bare directory', () => {
  const mounts = parseMountInfo(text)
  expect(mountAt(mounts, '/var/lib/berth/mounts/p')?.source).toBe('other')
  expect(mountAt(mounts, '/var/lib/berth/mounts')).toBeUndefined()
  expect(parseMountInfo('')).toEqual([])
})
