import { expect, test } from 'vitest'
import { agentUnitName, agentUnitText } from './agent-unit.ts'

test('ends only the agent, starts it again, and says each word as it is', () => {
  const text = agentUnitText({
    argv: ['/opt/node', '--option', '/srv/100% "odd" $HOME/main.ts'],
    environment: { BERTH_AGENT_DATA: '/var/lib/berth/agent', ODD: 'a "b" %c' },
    logPath: '/var/lib/berth/logs/agent.log',
  })
  expect(text).toContain('\nKillMode=process\n')
  expect(text).toContain('\nRestart=always\n')
  expect(text).toContain('\nExecStart="/opt/node" "--option" "/srv/100%% \\"odd\\" $$HOME/main.ts"\n')
  expect(text).toContain('\nEnvironment="BERTH_AGENT_DATA=/var/lib/berth/agent"\nEnvironment="ODD=a \\"b\\" %%c"\n')
  expect(text).toContain('\nStandardOutput=append:/var/lib/berth/logs/agent.log\n')
})

test('is named after its data folder, unless that is the usual one', () => {
  expect(agentUnitName('/var/lib/berth')).toBe('berth-agent.service')
  expect(agentUnitName('/srv/a')).toMatch(/^berth-agent-[0-9a-f]{8}\.service$/)
  expect(agentUnitName('/srv/a')).not.toBe(agentUnitName('/srv/b'))
})
