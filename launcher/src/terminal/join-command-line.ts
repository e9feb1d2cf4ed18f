/** What `./berth join` and `./berth agent` ask for, checked. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LauncherError, messageOf } from './launcher-error.ts'

export interface JoinOptions {
  panelUrl: string
  /** Of the installation's one-time tokens, as the panel's page shows it. */
  token: string
  dataDir: string
  port: number
  /** Where the agent listens; undefined: on every address, or the loopback's if the panel is there. */
  listen: string | undefined
  /** Where the panel reaches this host; undefined: the address by which this host reaches the panel. */
  address: string | undefined
}

export const agentActions = ['start', 'stop', 'status'] as const
export type AgentAction = (typeof agentActions)[number]

export type HostCommand = ({ verb: 'join' } & JoinOptions) | { verb: 'agent'; action: AgentAction; dataDir: string }

export const hostUsage = `  join URL TOKEN [--port N] [--address ADDR] [--listen ADDR] [--data DIR]
                                 make this computer a host of the panel at URL, and keep its agent
                                 running; the panel's page "Hosts" has the whole command
  agent start|stop|status [--data DIR]
                                 the agent of a host that has joined; its machines run on when it stops`

export interface HostPlace {
  root: string
  cwd: string
}

const defaultPort = 7_443
/** Of a host whose agent lies where the panel's command puts it, the data lie where a system's data lie. */
const systemRoot = '/opt/berth-agent'
const systemData = '/var/lib/berth'

const text = { type: 'string' } as const
const options = { data: text, port: text, address: text, listen: text } as const

/** Throws LauncherError. `usage` stands below what is wrong. */
export function parseHostCommand(argv: readonly string[], place: HostPlace, usage: string): HostCommand {
  const wrong = (message: string): LauncherError => new LauncherError(`${message}\n\n${usage}`, { exitCode: 2 })
  const [verb, ...rest] = argv
  const { values, positionals } = parse(rest, wrong)
  const fallback = place.root === systemRoot ? systemData : resolve(place.root, 'var')
  const dataDir = values.data === undefined ? fallback : resolve(place.cwd, values.data)
  if (verb === 'agent') {
    const action = agentActions.find((known) => known === positionals[0])
    if (action === undefined || positionals.length > 1) throw wrong('agent takes one of start, stop and status')
    return { verb, action, dataDir }
  }
  const [panelUrl = '', token = '', ...more] = positionals
  if (!/^https?:\/\//.test(panelUrl) || !URL.canParse(panelUrl) || token === '' || more.length > 0) {
    throw wrong('join takes the address of a panel (http://…) and a token')
  }
  const { listen, address } = values
  return { verb: 'join', panelUrl, token, dataDir, port: portOf(values.port, wrong), listen, address }
}

function parse(args: readonly string[], wrong: (message: string) => LauncherError) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw wrong(messageOf(error).split('. To specify')[0] ?? messageOf(error))
  }
}

function portOf(value: string | undefined, wrong: (message: string) => LauncherError): number {
  if (value === undefined) return defaultPort
  const port = Number(value)
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) throw wrong(`--port takes a port, not "${value}"`)
  return port
}
