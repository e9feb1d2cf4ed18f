/** The agent's settings: the only place where it reads its environment. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { houseSchema, type House } from '@berth/core/console/socket-passing'
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { defaultDataDir } from './env.ts'
import type { MoveLimits } from './migration/send-memory.ts'

const listenSchema = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^:]+):\d{1,5}$/i, 'Write host:port, such as 127.0.0.1:7443 or [::]:7443.')
  .transform((text) => {
    const colon = text.lastIndexOf(':')
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
  })
  .refine(({ port }) => port <= 65_535, 'A port is at most 65535.')

const environmentSchema = z.object({
  BERTH_AGENT_DATA: z.string().min(1).default(defaultDataDir),
  /** Sockets live here: keep it short, a unix socket's path ends at 107 bytes. Default: /run/berth, or below the home. */
  BERTH_AGENT_RUN: z.string().min(1).optional(),
  BERTH_AGENT_NAME: z.string().min(1).max(253).optional(),
  BERTH_AGENT_LISTEN: listenSchema.prefault('127.0.0.1:7443'),
  BERTH_PANEL_URL: z.url({ protocol: /^https?$/ }).optional(),
  BERTH_JOIN_TOKEN_FILE: z.string().min(1).optional(),
  /** `kvm` and `tcg` are the administrator's word; `auto` tries KVM out. */
  BERTH_AGENT_ACCELERATION: z.enum(['auto', 'kvm', 'tcg']).default('auto'),
  /** `1` lets images be imported from this host's own addresses, which tests and mirrors on the host need. */
  BERTH_AGENT_LOOPBACK_IMAGES: z.enum(['0', '1']).default('0'),
  /** From the supervisor: by its channel browsers' connections come from the panel that it started, too. */
  BERTH_HOUSE: houseSchema.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

export interface AgentConfig {
  /** Absolute. What must survive a reboot: machines, disks, journal, keys. */
  readonly dataDir: string
  /** Absolute. What lives as long as its QEMU: sockets, pid files. */
  readonly runDir: string
  /** What the panel reaches the host by, when it listens on every address; else by that by which it reaches the panel. */
  readonly name: string | undefined
  readonly listen: { readonly host: string; readonly port: number }
  readonly panelUrl: string | undefined
  readonly joinTokenFile: string | undefined
  readonly acceleration: 'auto' | 'kvm' | 'tcg'
  readonly mayReachLoopback: boolean
  readonly house: House | undefined
  readonly logLevel: string
  /** Other bounds of a move than the usual ones; for tests. */
  readonly moveLimits?: Partial<MoveLimits>
  /** A machine is sampled in each n-th round only; for simulated fleets. */
  readonly sampleEveryRounds?: number
}

/** Throws INPUT_INVALID with every wrong variable named. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): AgentConfig {
  const parsed = environmentSchema.safeParse(environment)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new AppError('INPUT_INVALID', `The agent's settings are wrong: ${problems.join('; ')}`)
  }
  const values = parsed.data
  return {
    dataDir: resolve(values.BERTH_AGENT_DATA),
    runDir: resolve(values.BERTH_AGENT_RUN ?? defaultRunDir()),
    name: values.BERTH_AGENT_NAME,
    listen: values.BERTH_AGENT_LISTEN,
    panelUrl: values.BERTH_PANEL_URL,
    joinTokenFile: values.BERTH_JOIN_TOKEN_FILE,
    acceleration: values.BERTH_AGENT_ACCELERATION,
    mayReachLoopback: values.BERTH_AGENT_LOOPBACK_IMAGES === '1',
    house: values.BERTH_HOUSE,
    logLevel: values.LOG_LEVEL,
  }
}

const wildcards = new Set(['0.0.0.0', '::'])

/** Where the panel and other hosts reach this one; undefined: by the address by which it reaches the panel. */
export const reachableAs = ({ listen, name }: AgentConfig): string | undefined =>
  wildcards.has(listen.host) ? name : listen.host

const defaultRunDir = (): string => (process.getuid?.() === 0 ? '/run/berth' : join(homedir(), '.berth-run'))
