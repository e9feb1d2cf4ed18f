import { expect, it } from 'vitest'
import { hardwareDifference, hardwareOf } from './hardware.ts'

const args = (change: { disc?: string; disk?: string; more?: readonly string[] } = {}): string[] => [
  ...['-name', 'x', '-machine', 'pc-q35-7.2', '-m', '64M', '-pidfile', `/run/${change.disk ?? 'a'}/pid`],
  ...['-device', JSON.stringify({ driver: 'virtio-blk-pci', id: 'dev-disk0', drive: change.disk ?? 'disk0' })],
  ...['-device', JSON.stringify({ driver: 'ide-cd', id: 'dev-cdrom', ...(change.disc && { drive: change.disc }) })],
  ...(change.more ?? []),
]

it('is the same wherever the files lie, and whichever disc is in the drive', () => {
  expect(hardwareOf(args())).toHaveLength(4)
  expect(hardwareDifference(hardwareOf(args({ disc: 'cd-1' })), hardwareOf(args({ disc: 'cd-2' })))).toBeUndefined()
  expect(hardwareDifference(hardwareOf(args({ disc: 'cd-1' })), hardwareOf(args()))).toBeUndefined()
})

it('names the first device that differs, or that one of them has more', () => {
  expect(hardwareDifference(hardwareOf(args()), hardwareOf(args({ disk: 'disk1' })))).toMatch(/disk0.*disk1/)
  const more = hardwareOf(args({ more: ['-device', '{"driver":"virtio-rng-pci"}'] }))
  expect(hardwareDifference(hardwareOf(args()), more)).toBe(
    'there nothing more, here -device {"driver":"virtio-rng-pci"}',
  )
  expect(hardwareDifference(more, hardwareOf(args()))).toMatch(/here nothing more$/)
})
