/** The host's key, its certificate and the installation's CA, as files in `<dataDir>/identity`, 0600. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hostIdSchema, type HostId } from '@berth/core/ids/ids'
import { z } from 'zod'
import { readFileIfAny, writeFileDurably } from '../storage/durable-files.ts'

export const hostIdentitySchema = z.object({
  hostId: hostIdSchema,
  hostName: z.string(),
  certificatePem: z.string(),
  caPem: z.string(),
  keyPem: z.string(),
})

export interface HostIdentity {
  readonly hostId: HostId
  readonly hostName: string
  readonly certificatePem: string
  readonly caPem: string
  readonly keyPem: string
}

const fileNames = { keyPem: 'key.pem', certificatePem: 'cert.pem', caPem: 'ca.pem' } as const

const folderOf = (dataDir: string): string => join(dataDir, 'identity')

/** Undefined when the host has not joined. host.json is written last, so it is there only with all the others. */
export async function loadIdentity(dataDir: string): Promise<HostIdentity | undefined> {
  const folder = folderOf(dataDir)
  const facts = await readFileIfAny(join(folder, 'host.json'))
  if (facts === undefined) return undefined
  const pems: Record<string, string | undefined> = {}
  for (const [name, file] of Object.entries(fileNames)) pems[name] = await readFileIfAny(join(folder, file))
  return hostIdentitySchema.parse({ ...z.looseObject({}).parse(JSON.parse(facts)), ...pems })
}

export async function saveIdentity(dataDir: string, identity: HostIdentity): Promise<void> {
  const folder = folderOf(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFileDurably(join(folder, fileNames.keyPem), identity.keyPem, 0o600)
  await writeFileDurably(join(folder, fileNames.certificatePem), identity.certificatePem, 0o600)
  await writeFileDurably(join(folder, fileNames.caPem), identity.caPem, 0o600)
  const { hostId, hostName } = identity
  await writeFileDurably(join(folder, 'host.json'), `${JSON.stringify({ hostId, hostName })}\n`, 0o600)
}
