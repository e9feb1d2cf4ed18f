/** The agent as a systemd service. Pure. */
import { createHash } from 'node:crypto'

export interface AgentUnit {
  /** What is run: node, its options, the agent's main module. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logPath: string
}

/** One agent is the rule; the others of a computer are told apart by their data folders. */
export function agentUnitName(dataDir: string): string {
  if (dataDir === '/var/lib/berth') return 'berth-agent.service'
  return `berth-agent-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}.service`
}

// Machines outlive their agent: only its own process is ended with the unit, and QEMUs stay in its cgroup meanwhile.
export function agentUnitText({ argv, environment, logPath }: AgentUnit): string {
  const assignments = Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`)
  return `# Written by ./berth join, and again by the next one.
[Unit]
Description=Berth agent: the machines of this host
Wants=network-online.target
After=network-online.target

[Service]
${assignments.join('\n')}
ExecStart=${argv.map(quoted).join(' ')}
Restart=always
RestartSec=1
KillMode=process
TasksMax=infinity
LimitNOFILE=1048576
StandardOutput=append:${logPath.replaceAll('%', '%%')}
StandardError=inherit

[Install]
WantedBy=multi-user.target
`
}

/** systemd's own quoting: specifiers begin with "%", variables with "$". */
function quoted(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')
  return `"${escaped}"`
}
