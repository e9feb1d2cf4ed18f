/** The panel's environment, read once. The launcher sets it; by hand only BERTH_DATA and a database are needed. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { houseSchema, type House } from '@berth/core/console/socket-passing'
import { AppError } from '@berth/core/errors/app-error'

const emptyIsUnset = (value: unknown): unknown => (value === '' ? undefined : value)

const envSchema = z.object({
  /** Data folder: secrets, CA, the first admin's password. */
  BERTH_DATA: z.preprocess(emptyIsUnset, z.string().default('var')),
  BERTH_PORT: z.preprocess(emptyIsUnset, z.coerce.number().int().min(0).max(65_535).default(7_400)),
  BERTH_LISTEN: z.preprocess(emptyIsUnset, z.string().default('127.0.0.1')),
  /** Another address of this computer, on which hosts reach the panel to join, where they do not reach the first. */
  BERTH_LISTEN_FOR_HOSTS: z.preprocess(emptyIsUnset, z.string().optional()),
  /** The address users type, where a proxy stands before the panel: https makes the cookies Secure. */
  BERTH_PUBLIC_URL: z.preprocess(emptyIsUnset, z.url({ protocol: /^https?$/ }).optional()),
  DATABASE_URL: z.preprocess(emptyIsUnset, z.string().optional()),
  /** Folder of the embedded server's socket, instead of DATABASE_URL. */
  BERTH_DATABASE_SOCKET: z.preprocess(emptyIsUnset, z.string().optional()),
  BERTH_LOG_LEVEL: z.preprocess(
    emptyIsUnset,
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  ),
  /** From the supervisor: by which channel consoles reach the agents that it started, too. */
  BERTH_HOUSE: z.preprocess(emptyIsUnset, houseSchema.optional()),
  NODE_ENV: z.string().default('production'),
})

export interface PanelEnv {
  readonly dataDir: string
  readonly port: number
  readonly listen: string
  readonly listenForHosts: string | undefined
  readonly publicUrl: string | undefined
  readonly databaseUrl: string
  readonly logLevel: string
  readonly isDev: boolean
  readonly house: House | undefined
}

/** Throws INPUT_INVALID that names the variable. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): PanelEnv {
  const parsed = envSchema.safeParse(source)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError('INPUT_INVALID', `${issue?.path.join('.') ?? 'environment'}: ${issue?.message ?? 'not valid'}`)
  }
  const env = parsed.data
  return {
    dataDir: resolve(env.BERTH_DATA),
    port: env.BERTH_PORT,
    listen: env.BERTH_LISTEN,
    listenForHosts: env.BERTH_LISTEN_FOR_HOSTS,
    publicUrl: env.BERTH_PUBLIC_URL,
    databaseUrl: databaseUrlOf(env.DATABASE_URL, env.BERTH_DATABASE_SOCKET),
    logLevel: env.BERTH_LOG_LEVEL,
    isDev: env.NODE_ENV === 'development',
    house: env.BERTH_HOUSE,
  }
}

function databaseUrlOf(url: string | undefined, socketDir: string | undefined): string {
  if (url !== undefined) return url
  if (socketDir !== undefined) return `postgresql://berth@localhost/berth?host=${encodeURIComponent(socketDir)}`
  throw new AppError('INPUT_INVALID', 'Set DATABASE_URL, or BERTH_DATABASE_SOCKET to the folder of its socket.')
}
