/** The agent as a process of its own, to be killed at any moment. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { programEnv } from '../exec/program-env.ts'
import type { TestHost } from './test-host.ts'
import type { AgentCalls } from './test-panel.ts'

export class AgentProcess implements AsyncDisposable {
  readonly #host: TestHost
  readonly #user: { uid: number; gid: number } | undefined
  #child: ChildProcess | undefined

  /** `user` is whom it runs as; whose the host's folders are then is the caller's business. */
  constructor(host: TestHost, user: { uid: number; gid: number } | undefined = undefined) {
    this.#host = host
    this.#user = user
  }

  /** A process that may not become ready, with what it prints on stdout. */
  spawn() {
    const env = { ...programEnv, ...this.#host.environment, LOG_LEVEL: 'info' }
    const main = join(import.meta.dirname, '..', 'main.ts')
    return spawn(process.execPath, [main], { env, ...this.#user, stdio: ['ignore', 'pipe', 'inherit'] })
  }

  /** Ready to be asked. */
  async launch(): Promise<AgentCalls> {
    const agent = this.spawn()
    this.#child = agent
    for await (const line of createInterface({ input: agent.stdout })) if (line.includes('the agent is ready')) break
    agent.stdout.resume()
    return this.#host.panel.connect(this.#host.config.listen.port)
  }

  /** The exit code, or null after SIGKILL. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const agent = this.#child
    this.#child = undefined
    if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return agent?.exitCode ?? null
    const exited = once(agent, 'exit')
    agent.kill(signal)
    await exited
    return agent.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
