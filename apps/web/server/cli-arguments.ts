/** What the panel's command line understands. */
import { parseArgs } from 'node:util'
import { AppError } from '@berth/core/errors/app-error'

export interface CliCall {
  /** "token create", "user reset-password", "join-token create", "host set-port", "image register", "demo fill", … */
  readonly command: string
  /** What stands after the command. */
  argument(name: string): string
  option(name: string): string | undefined
  required(name: string): string
}

const options = {
  name: { type: 'string' },
  user: { type: 'string' },
  expires: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  address: { type: 'string' },
  out: { type: 'string' },
  file: { type: 'string' },
  incoming: { type: 'string' },
  os: { type: 'string' },
  firmware: { type: 'string' },
  'default-user': { type: 'string' },
  'min-memory': { type: 'string' },
  'no-cloud-init': { type: 'boolean' },
  wait: { type: 'boolean' },
  hosts: { type: 'string' },
  from: { type: 'string' },
} as const

/** Throws INPUT_INVALID for what it does not know. */
export function parseCliCall(args: readonly string[]): CliCall & { has(name: string): boolean } {
  const { values, positionals } = parse(args)
  const option = (name: string): string | undefined => {
    const value = Object.entries(values).find(([key]) => key === name)?.[1]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return {
    command: positionals.slice(0, 2).join(' '),
    option,
    argument(name) {
      const [value, ...more] = positionals.slice(2)
      if (value === undefined || more.length > 0) throw new AppError('INPUT_INVALID', `One ${name} is needed.`)
      return value
    },
    required(name) {
      const value = option(name)
      if (value === undefined) throw new AppError('INPUT_INVALID', `--${name} is needed.`)
      return value
    },
    has: (name) => name in values,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new AppError('INPUT_INVALID', error instanceof Error ? error.message : String(error), { cause: error })
  }
}

const dayMs = 86_400_000
const unitMs = { d: dayMs, h: 3_600_000, m: 60_000 } as const

/** "30d", "12h" or "15m" as milliseconds. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,5})([dhm])$/.exec(text) ?? []
  if (count === undefined || (unit !== 'd' && unit !== 'h' && unit !== 'm') || Number(count) === 0) {
    throw new AppError('INPUT_INVALID', `"${text}" is no time; write 30d, 12h or 15m.`)
  }
  return Number(count) * unitMs[unit]
}
