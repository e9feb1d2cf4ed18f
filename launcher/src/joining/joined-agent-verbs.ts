/** `./berth agent start|stop|status`: of a host that has joined. */
import type { AgentAction } from '../terminal/join-command-line.ts'
import { isJoinedAgentUp, startJoinedAgent, stopJoinedAgent } from './joined-agent-control.ts'
import { joinedPaths, makeJoinedDirs, readJoinedAgent } from './joined-agent.ts'
import { stage } from '../terminal/stages.ts'

/** Answers the exit code: of `status` 0 while the agent listens, else 3, as system services answer. */
export async function runAgentVerb(action: AgentAction, dataDir: string): Promise<number> {
  const paths = joinedPaths(dataDir)
  const agent = await readJoinedAgent(paths)
  switch (action) {
    case 'start':
      await makeJoinedDirs(paths)
      await stage('Agent is running', async () => {
        await startJoinedAgent(paths)
        return agent.listen
      })
      return 0
    case 'stop':
      await stage('Agent has stopped', async () => {
        await stopJoinedAgent(paths)
        return 'its machines run on'
      })
      return 0
    case 'status': {
      const isUp = await isJoinedAgentUp(paths)
      process.stdout.write(`agent ${isUp ? 'running' : 'stopped'}, ${agent.listen}, panel ${agent.panelUrl}\n`)
      return isUp ? 0 : 3
    }
  }
}
