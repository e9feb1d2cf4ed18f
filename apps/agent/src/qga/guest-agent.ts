/** What the agent inside a guest can tell and do. Its answers come from the guest: parsed, cut, and never trusted. */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { GuestAgentLink } from './guest-agent-link.ts'

export interface GuestCallOptions {
  /** Default 5 s; an agent that lives answers within 0.2 s. */
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

const defaultTimeoutMs = 5_000
const shutdownRefusalMs = 1_000
const maxItems = 256

/** Text of the guest's, without control characters (a terminal or a log would obey them), at most 256 long. */
const guestTextSchema = z.string().transform((text) => text.replace(/\p{C}/gu, '').slice(0, 256))

const interfacesSchema = z
  .array(
    z.object({
      name: guestTextSchema,
      'hardware-address': guestTextSchema.optional(),
      'ip-addresses': z
        .array(z.object({ 'ip-address': z.string(), prefix: z.number() }))
        .max(maxItems)
        .default([]),
    }),
  )
  .max(maxItems)

export interface GuestInterface {
  name: string
  /** Lower case; undefined for what has none, as a tunnel. */
  mac: string | undefined
  addresses: { ip: string; prefixLength: number }[]
}

const osInfoSchema = z.object({
  id: guestTextSchema.optional(),
  name: guestTextSchema.optional(),
  'pretty-name': guestTextSchema.optional(),
  'version-id': guestTextSchema.optional(),
  'kernel-release': guestTextSchema.optional(),
  machine: guestTextSchema.optional(),
})

export interface GuestOsInfo {
  /** "Debian GNU/Linux 12 (bookworm)" */
  prettyName: string | undefined
  /** "debian", "mswindows" */
  id: string | undefined
  versionId: string | undefined
  kernelRelease: string | undefined
  machine: string | undefined
}

const fsInfoSchema = z
  .array(
    z.object({
      name: guestTextSchema,
      mountpoint: guestTextSchema,
      type: guestTextSchema,
      'used-bytes': z.number().optional(),
      'total-bytes': z.number().optional(),
    }),
  )
  .max(maxItems)

export interface GuestFilesystem {
  name: string
  mountpoint: string
  type: string
  usedBytes: number | undefined
  totalBytes: number | undefined
}

/** Every call throws GUEST_AGENT_UNAVAILABLE or OPERATION_CANCELLED, and calls of one guest wait for each other. */
export class GuestAgent {
  readonly #link: GuestAgentLink

  constructor(socketPath: string) {
    this.#link = new GuestAgentLink(socketPath)
  }

  /** Returns when the agent answered. */
  async ping(options: GuestCallOptions = {}): Promise<void> {
    await this.#call('guest-ping', options)
  }

  /**
   * Asks the guest to power off. The agent answers only when it refuses (qemu-ga 7.2), so this returns when the agent
   * took the request and did not refuse within a second; whether the guest obeys shows in its SHUTDOWN event.
   */
  async shutdown(options: GuestCallOptions = {}): Promise<void> {
    await this.ping(options)
    try {
      const call = { command: 'guest-shutdown', args: { mode: 'powerdown' }, signal: options.signal }
      await this.#link.call({ ...call, timeoutMs: shutdownRefusalMs })
    } catch (error) {
      const isRefused = error instanceof AppError && error.details['class'] !== undefined
      if (isRefused || !hasErrorCode(error, 'GUEST_AGENT_UNAVAILABLE')) throw error
    }
  }

  async networkInterfaces(options: GuestCallOptions = {}): Promise<GuestInterface[]> {
    const reply = await this.#ask('guest-network-get-interfaces', interfacesSchema, options)
    return reply.map((item) => ({
      name: item.name,
      mac: item['hardware-address']?.toLowerCase(),
      addresses: item['ip-addresses'].flatMap((address) =>
        isIpAddress(address['ip-address']) ? [{ ip: address['ip-address'], prefixLength: address.prefix }] : [],
      ),
    }))
  }

  async osInfo(options: GuestCallOptions = {}): Promise<GuestOsInfo> {
    const reply = await this.#ask('guest-get-osinfo', osInfoSchema, options)
    return {
      prettyName: reply['pretty-name'] ?? reply.name,
      id: reply.id,
      versionId: reply['version-id'],
      kernelRelease: reply['kernel-release'],
      machine: reply.machine,
    }
  }

  async hostName(options: GuestCallOptions = {}): Promise<string> {
    const schema = z.object({ 'host-name': guestTextSchema })
    return (await this.#ask('guest-get-host-name', schema, options))['host-name']
  }

  async filesystems(options: GuestCallOptions = {}): Promise<GuestFilesystem[]> {
    const reply = await this.#ask('guest-get-fsinfo', fsInfoSchema, options)
    return reply.map(({ name, mountpoint, type, ...sizes }) => ({
      name,
      mountpoint,
      type,
      usedBytes: sizes['used-bytes'],
      totalBytes: sizes['total-bytes'],
    }))
  }

  close(): void {
    this.#link.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #call(command: string, options: GuestCallOptions): Promise<unknown> {
    return this.#link.call({ command, timeoutMs: options.timeoutMs ?? defaultTimeoutMs, signal: options.signal })
  }

  async #ask<T>(command: string, schema: z.ZodType<T>, options: GuestCallOptions): Promise<T> {
    const parsed = schema.safeParse(await this.#call(command, options))
    if (parsed.success) return parsed.data
    const message = `the guest agent's answer to ${command} is not as expected`
    throw new AppError('GUEST_AGENT_UNAVAILABLE', message, { cause: parsed.error })
  }
}

const ipSchema = z.union([z.ipv4(), z.ipv6()])
const isIpAddress = (text: string): boolean => ipSchema.safeParse(text).success
