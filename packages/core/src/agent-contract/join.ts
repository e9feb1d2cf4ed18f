/**
 * How a host joins. The agent makes its key, and sends a signing request with a one-time token to POST /api/join of the
 * panel; the answer carries its certificate and the installation's CA. From then on both sides talk mutual TLS only.
 * The subject's common name is "host:<hostId>" for agents and "panel" for the panel.
 */
import { z } from 'zod'
import { hostIdSchema } from '../ids/ids.ts'

export const joinRequestSchema = z.strictObject({
  token: z.string().min(20).max(200),
  /** PKCS #10, PEM. Only its public key is used; the panel writes the names. */
  csrPem: z.string().max(8_192),
  /** Where the panel reaches the agent. */
  address: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  agentVersion: z.string().max(40),
})
export type JoinRequest = z.infer<typeof joinRequestSchema>

export const joinAnswerSchema = z.object({
  hostId: hostIdSchema,
  hostName: z.string(),
  certificatePem: z.string(),
  caPem: z.string(),
})
export type JoinAnswer = z.infer<typeof joinAnswerSchema>

export const panelCommonName = 'panel'
export const hostCommonName = (hostId: string): string => `host:${hostId}`
