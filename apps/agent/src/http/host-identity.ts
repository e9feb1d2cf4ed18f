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
  joinTokenId: z.string().optional(),
})

export interface HostIdentity {
  readonly hostId: HostId
  readonly hostName: string
  readonly certificatePem: string
  readonly caPem: string
  readonly keyPem: string
  /** By which token it joined, so that the same command twice is no second join; absent from those that joined earlier. */
  readonly joinTokenId?: string | undefined
}

const caFile = 'ca.pem'
/** Key and certificate share one file: both are replaced by one rename, so that no kill can mix halves of two pairs. */
const pairFile = 'pair.pem'
const certificateStart = '-----BEGIN CERTIFICATE-----'

const folderOf = (dataDir: string): string => join(dataDir, 'identity')

/** Undefined when the host has not joined. host.json is written last, so it is there only with all the others. */
export async function loadIdentity(dataDir: string): Promise<HostIdentity | undefined> {
  const folder = folderOf(dataDir)
  const facts = await readFileIfAny(join(folder, 'host.json'))
  if (facts === undefined) return undefined
  const pems = { caPem: await readFileIfAny(join(folder, caFile)), ...(await readPair(folder)) }
  return hostIdentitySchema.parse({ ...z.looseObject({}).parse(JSON.parse(facts)), ...pems })
}

async function readPair(folder: string): Promise<Partial<Record<keyof KeyPair, string | undefined>>> {
  const pair = await readFileIfAny(join(folder, pairFile))
  if (pair === undefined) {
    // Hosts that joined before certificates were renewed have two files; their next certificate makes them one.
    const [keyPem, certificatePem] = await Promise.all(
      ['key.pem', 'cert.pem'].map((name) => readFileIfAny(join(folder, name))),
    )
    return { keyPem, certificatePem }
  }
  const split = pair.indexOf(certificateStart)
  return split < 0 ? {} : { keyPem: pair.slice(0, split).trim(), certificatePem: pair.slice(split) }
}

export type KeyPair = Pick<HostIdentity, 'keyPem' | 'certificatePem'>

/** Replaces key and certificate at once: whoever reads finds the old pair or the new one. */
export async function savePair(dataDir: string, { keyPem, certificatePem }: KeyPair): Promise<void> {
  await writeFileDurably(join(folderOf(dataDir), pairFile), `${keyPem}\n${certificatePem}`, 0o600)
}

export async function saveIdentity(dataDir: string, identity: HostIdentity): Promise<void> {
  const folder = folderOf(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await savePair(dataDir, identity)
  await writeFileDurably(join(folder, caFile), identity.caPem, 0o600)
  const { hostId, hostName, joinTokenId } = identity
  await writeFileDurably(join(folder, 'host.json'), `${JSON.stringify({ hostId, hostName, joinTokenId })}\n`, 0o600)
}
