import { expect, test } from 'vitest'
import { parseOsRelease, type LinuxSystem } from '../system/linux-system.ts'
import {
  packagesToRun,
  packagesWorthHaving,
  parsePackageList,
  remedyForPackages,
  remedyForPrograms,
} from './requirements.ts'

const debian: LinuxSystem = {
  families: ['debian'],
  prettyName: 'Debian GNU/Linux 12 (bookworm)',
  hasApt: true,
  isRoot: true,
  mayInstall: true,
}

test('only root needs what bridges are made of', () => {
  expect(packagesToRun(debian)).toEqual(expect.arrayContaining(['qemu-system-x86', 'dnsmasq-base', 'nftables']))
  expect(packagesToRun({ ...debian, isRoot: false })).not.toContain('dnsmasq-base')
})

test('ping is root’s agent’s, and nothing needs it', () => {
  expect(packagesWorthHaving(debian)).toEqual(['iputils-ping'])
  expect(packagesToRun(debian)).not.toContain('iputils-ping')
  expect(packagesWorthHaving({ ...debian, isRoot: false })).toEqual([])
})

test('nothing is missing, nothing is done', () => {
  expect(remedyForPackages({ ...debian, mayInstall: false }, [])).toEqual({ kind: 'nothing' })
})

test('whoever may, installs; whoever may not, gets the one exact command', () => {
  expect(remedyForPackages(debian, ['ovmf'])).toEqual({ kind: 'install', packages: ['ovmf'] })
  expect(remedyForPackages({ ...debian, isRoot: false, mayInstall: false }, ['ovmf', 'qemu-utils'])).toEqual({
    kind: 'ask-person',
    message:
      'Packages are missing and you may not install them. Run: ' +
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends ovmf qemu-utils',
  })
})

test.each([
  [['fedora'], 'sudo dnf install -y qemu-system-x86'],
  [['almalinux', 'rhel', 'centos', 'fedora'], 'sudo dnf install'],
  [['opensuse-leap', 'suse'], 'sudo zypper install'],
  [['arch'], 'sudo pacman -S'],
  [['gentoo'], 'Install QEMU for x86'],
])('on %s one line names what to install', (families, advice) => {
  const foreign = { ...debian, families, prettyName: 'Other 1', hasApt: false }
  const remedy = remedyForPrograms(foreign, new Set(['qemu-img']))
  expect(remedy).toMatchObject({ kind: 'ask-person', message: expect.stringContaining(advice) })
  expect(remedy).toMatchObject({ message: expect.stringMatching(/^qemu-system-x86_64 missing; on Other 1[^\n]*$/) })
})

test('a foreign distribution with QEMU is as good as any', () => {
  expect(remedyForPrograms({ ...debian, hasApt: false }, new Set(['qemu-img', 'qemu-system-x86_64']))).toEqual({
    kind: 'nothing',
  })
})

test('os-release comes quoted and unquoted', () => {
  const release = parseOsRelease('ID=ubuntu\nID_LIKE="debian x"\nPRETTY_NAME=\'Ubuntu 24.04\'\n# c\n')
  expect([...release]).toEqual([
    ['ID', 'ubuntu'],
    ['ID_LIKE', 'debian x'],
    ['PRETTY_NAME', 'Ubuntu 24.04'],
  ])
})

test('package lists take comments and several names a line', () => {
  expect(parsePackageList('# kernel\nlinux-image-amd64 busybox # static\n\ncpio\n')).toEqual([
    'linux-image-amd64',
    'busybox',
    'cpio',
  ])
})
