/** What this agent says of itself in `hello`: its version, and what older or smaller agents cannot. */
import packageJson from '../../package.json' with { type: 'json' }

export const agentVersion = packageJson.version

export const capabilities: readonly string[] = [
  'consoles',
  'metrics',
  'moves',
  'renewal',
  'refusals',
  'pools',
  'move-options',
  'forecast',
  'mirror',
  'off-moves',
  'move-network',
  'nfs-pools',
  'image-transfer',
  'disk-moves',
]
