/**
 * The cloud-init seed: an ISO 9660 disc labelled CIDATA with meta-data, user-data and network-config (NoCloud).
 *
 * user-data is JSON, which is YAML too: the serialiser quotes everything, so nothing that a user typed can start a new
 * key or document.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { VmId } from '@berth/core/ids/ids'
import type { CloudInit } from '@berth/core/vm/cloud-init'
import { hypervisor } from '../hypervisor/hypervisor.ts'
import { publishFile, removeFile } from './durable-files.ts'

export interface SeedContent {
  vmId: VmId
  hostname: string
  cloudInit: CloudInit
}

/** The text files of a seed disc by name. Pure. */
export function seedFiles(seed: SeedContent): Record<'meta-data' | 'user-data', string> {
  const metaData = { 'instance-id': seed.vmId, 'local-hostname': seed.hostname }
  return {
    'meta-data': `${JSON.stringify(metaData)}\n`,
    'user-data': seed.cloudInit.userData ?? `#cloud-config\n${JSON.stringify(cloudConfig(seed), null, 1)}\n`,
  }
}

function cloudConfig({ hostname, cloudInit }: SeedContent): Record<string, unknown> {
  const hasPassword = cloudInit.password !== undefined
  return {
    hostname,
    // Without a user of its own the image's default user gets the keys and the password.
    ...(cloudInit.user === undefined ? {} : { users: ['default', userEntry(cloudInit.user, cloudInit)] }),
    ...(cloudInit.sshKeys.length === 0 ? {} : { ssh_authorized_keys: cloudInit.sshKeys }),
    ...(hasPassword ? { password: cloudInit.password, chpasswd: { expire: false } } : {}),
    ssh_pwauth: hasPassword,
    growpart: { mode: 'auto', devices: ['/'] },
  }
}

function userEntry(name: string, cloudInit: CloudInit): Record<string, unknown> {
  return {
    name,
    shell: '/bin/bash',
    sudo: 'ALL=(ALL) NOPASSWD:ALL',
    lock_passwd: cloudInit.password === undefined,
    ...(cloudInit.password === undefined ? {} : { plain_text_passwd: cloudInit.password }),
    ssh_authorized_keys: cloudInit.sshKeys,
  }
}

/** Writes the disc to `path`, whole or not at all. It holds secrets, so it and its making are private. */
export async function writeSeedDisc(path: string, seed: SeedContent): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), '.seed-'))
  const partPath = `${path}.part`
  const files = seedFiles(seed)
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
    await removeFile(partPath)
    // Not xorrisofs, the usual one: it looks each 100 ms whether its writer has ended, which was a third of a whole create.
    const form = ['--format', 'iso9660', '--options', 'volume-id=CIDATA']
    const args = ['-c', '-f', partPath, ...form, '-C', folder, ...Object.keys(files)]
    await hypervisor().runTool({ file: 'bsdtar', args, timeoutMs: 20_000, endsWithAgent: true })
    await publishFile(partPath, path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
