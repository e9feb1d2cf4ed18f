import { parseArgs, type ParseArgsConfig } from 'node:util'
import { resolve } from 'node:path'
import { hostUsage, parseHostCommand, type HostCommand } from './join-command-line.ts'
import { LauncherError, messageOf } from './launcher-error.ts'

export interface UpOptions {
  dataDir: string
  port: number | undefined
  listen: string | undefined
  hostCount: number | undefined
  /** Whether hosts that are namespaces are kept from reaching out. */
  isClosed: boolean | undefined
}

export interface DemoOptions {
  dataDir: string
  port: number | undefined
  hostCount: number | undefined
  vmsPerHost: number | undefined
}

/** What the command line asks for, checked. Options that were not given are undefined: then the last `up` decides. */
export type Command =
  | ({ verb: 'up' } & UpOptions)
  | { verb: 'down'; dataDir: string; stopMachines: boolean }
  | { verb: 'status'; dataDir: string; asJson: boolean }
  | { verb: 'logs'; dataDir: string; names: string[]; lineCount: number; follow: boolean }
  | { verb: 'test'; rings: string[] }
  | { verb: 'token-create'; dataDir: string; name: string; expires: string | undefined }
  | { verb: 'user-reset-password'; dataDir: string; email: string }
  | { verb: 'bench'; names: string[]; isQuick: boolean }
  | ({ verb: 'demo' } & DemoOptions)
  | { verb: 'dev'; dataDir: string; port: number | undefined }
  | HostCommand
  | { verb: 'help' }

export const usage = `Usage: ./berth <command>

  up [--port N] [--data DIR] [--listen ADDR] [--hosts N] [--closed|--open]
                                 install what is missing, build, start everything in the background;
                                 as root, several hosts are a lab: network namespaces of their own,
                                 which reach nothing outside if --closed, until --open
  down [--vms] [--data DIR]      stop panel, agents and database; machines run on unless --vms
  status [--json] [--data DIR]   what runs
  logs [NAME…] [-n N] [--no-follow] [--data DIR]
                                 follow the logs: supervisor, database, panel, agent-<host>
  test [RING…]                   run the tests: check, unit, component, e2e (default: all of these);
                                 faults: every fault at every step, which takes long
  bench [NAME…] [--quick]        run the benchmarks and print their table; --quick only tries them
  token create --name X [--expires 30d] [--data DIR]
                                 print a new API token
  user reset-password EMAIL [--data DIR]
                                 print a password that works once, for whoever has lost his
  demo [--hosts N] [--vms N] [--port N] [--data DIR]
                                 the panel over simulated hosts of so many machines each (5 of 20), without
                                 root and without QEMU; data in var/demo, ended by down --data var/demo
  dev [--port N] [--data DIR]    panel with hot reload and one agent, in the foreground
${hostUsage}
  help                           this text

Data lies in var/ unless --data says otherwise. DATABASE_URL selects a PostgreSQL server of your own.`

export function parseCommandLine(argv: readonly string[], place: { root: string; cwd: string }): Command {
  const [verb, ...rest] = argv
  const dataDirOf = (value: string | undefined): string =>
    value === undefined ? resolve(place.root, 'var') : resolve(place.cwd, value)
  switch (verb) {
    case 'up': {
      const { values } = parse(rest, { port: text, data: text, listen: text, hosts: text, closed: flag, open: flag })
      return {
        verb,
        dataDir: dataDirOf(values.data),
        port: integer('--port', values.port, [1, 65_535]),
        listen: values.listen,
        hostCount: integer('--hosts', values.hosts, [1, 64]),
        isClosed: values.closed === true ? true : values.open === true ? false : undefined,
      }
    }
    case 'down': {
      const { values } = parse(rest, { data: text, vms: flag })
      return { verb, dataDir: dataDirOf(values.data), stopMachines: values.vms === true }
    }
    case 'status': {
      const { values } = parse(rest, { data: text, json: flag })
      return { verb, dataDir: dataDirOf(values.data), asJson: values.json === true }
    }
    case 'logs': {
      const lines = { type: 'string', short: 'n' } as const
      const { values, positionals: names } = parse(rest, { data: text, lines, 'no-follow': flag }, true)
      const lineCount = integer('--lines', values.lines, [0, 100_000]) ?? 40
      return { verb, dataDir: dataDirOf(values.data), names, lineCount, follow: values['no-follow'] !== true }
    }
    case 'test':
      return { verb, rings: parse(rest, {}, true).positionals }
    case 'bench': {
      const { values, positionals: names } = parse(rest, { quick: flag }, true)
      return { verb, names, isQuick: values.quick === true }
    }
    case 'token': {
      const { values, positionals } = parse(rest, { data: text, name: text, expires: text }, true)
      if (positionals.join(' ') !== 'create') throw usageError('token knows one verb: token create --name X')
      if (!values.name) throw usageError('token create needs --name')
      if (values.expires !== undefined && !/^\d+[mhd]$/.test(values.expires)) {
        throw usageError(`--expires takes minutes, hours or days like 15m, 12h, 30d, not "${values.expires}"`)
      }
      return { verb: 'token-create', dataDir: dataDirOf(values.data), name: values.name, expires: values.expires }
    }
    case 'user': {
      const { values, positionals } = parse(rest, { data: text }, true)
      const [action, email, ...more] = positionals
      if (action !== 'reset-password' || email === undefined || more.length > 0) {
        throw usageError('user knows one verb: user reset-password EMAIL')
      }
      return { verb: 'user-reset-password', dataDir: dataDirOf(values.data), email }
    }
    case 'demo': {
      const { values } = parse(rest, { port: text, data: text, hosts: text, vms: text })
      return {
        verb,
        dataDir: values.data === undefined ? resolve(place.root, 'var/demo') : dataDirOf(values.data),
        port: integer('--port', values.port, [1, 65_535]),
        hostCount: integer('--hosts', values.hosts, [1, 500]),
        vmsPerHost: integer('--vms', values.vms, [0, 1_000]),
      }
    }
    case 'dev': {
      const { values } = parse(rest, { port: text, data: text })
      const dataDir = values.data === undefined ? resolve(place.root, 'var/dev') : dataDirOf(values.data)
      return { verb, dataDir, port: integer('--port', values.port, [1, 65_535]) }
    }
    case 'join':
    case 'agent':
      return parseHostCommand(argv, place, usage)
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return { verb: 'help' }
    default:
      throw usageError(`there is no command "${verb}"`)
  }
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

function parse<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args, options, allowPositionals, strict: true })
  } catch (error) {
    throw usageError(messageOf(error).split('. To specify')[0] ?? messageOf(error))
  }
}

function integer(name: string, value: string | undefined, [min, max]: readonly [number, number]): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw usageError(`${name} takes a whole number from ${min} to ${max}, not "${value}"`)
  }
  return number
}

function usageError(message: string): LauncherError {
  return new LauncherError(`${message}\n\n${usage}`, { exitCode: 2 })
}
