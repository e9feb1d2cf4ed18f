/**
 * How a host joins. The agent makes its key, and sends a signing request with a proof that it knows a one-time token to
 * POST /api/join of the panel; the answer carries its certificate and the installation's CA, with a proof of its own.
 * From then on both sides talk mutual TLS only. The token itself never travels, so that plain http is enough (see
 * join-proof.ts and docs/decisions/0013).
 * The subject's common name is "host:<hostId>" for agents and "panel" for the panel.
 */
import { z } from 'zod'
import { hostIdSchema } from '../ids/ids.ts'

/** An IP address, or a host name: it is written into certificates, addresses and commands to paste. */
export const hostAddressSchema = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]*$/, 'An address is an IP address or a host name.')
export const agentPortSchema = z.int().min(1).max(65_535)

/** HMAC-SHA256, base64url. */
const proofSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

export const joinRequestSchema = z.strictObject({
  tokenId: z.uuid(),
  /** PKCS #10, PEM. Only its public key is used; the panel writes the names. */
  csrPem: z.string().max(8_192),
  /** Where the panel reaches the agent. */
  address: hostAddressSchema,
  port: agentPortSchema,
  agentVersion: z.string().max(40),
  /** Who this computer was when it joined before. Its machines are that host's, so it may not become another one. */
  previousHostId: hostIdSchema.nullable(),
  proof: proofSchema,
})
export type JoinRequest = z.infer<typeof joinRequestSchema>

export const joinAnswerSchema = z.object({
  hostId: hostIdSchema,
  hostName: z.string(),
  certificatePem: z.string(),
  caPem: z.string(),
  proof: proofSchema,
})
export type JoinAnswer = z.infer<typeof joinAnswerSchema>

/** What a join token holds: its name in the panel's table, the secret, and whose installation it is. */
export interface JoinToken {
  readonly tokenId: string
  readonly secret: string
  /** SHA-256 of the CA's certificate (DER), lower-case hexadecimal. */
  readonly caFingerprint: string
}

const tokenPattern = /^bj1\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})\.([0-9a-f]{64})$/

/** One word, safe in a shell, an address and a file. */
export const formatJoinToken = ({ tokenId, secret, caFingerprint }: JoinToken): string =>
  `bj1.${tokenId.replaceAll('-', '')}.${secret}.${caFingerprint}`

/** Null for what is no token, or not a whole one. */
export function parseJoinToken(text: string): JoinToken | null {
  const [, hex, secret, caFingerprint] = tokenPattern.exec(text.trim()) ?? []
  if (hex === undefined || secret === undefined || caFingerprint === undefined) return null
  const tokenId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return { tokenId, secret, caFingerprint }
}

export const panelCommonName = 'panel'
export const hostCommonName = (hostId: string): string => `host:${hostId}`
