import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../data/data-paths.ts'
import { agentNodeArgs, panelMemoryEnv, panelNodeArgs } from './node-memory.ts'

const dockerfile = (name: string): Promise<string> => readFile(join(root, `docker/${name}.Dockerfile`), 'utf8')

/** As Docker's exec form writes it. */
const command = (args: readonly string[], entry: string): string => {
  const words = ['node', ...args, entry].map((word) => JSON.stringify(word))
  return `CMD [${words.join(', ')}]`
}

describe('memory of Node’s processes', () => {
  it('is bounded in containers as it is without', async () => {
    expect(await dockerfile('agent')).toContain(command(agentNodeArgs, 'apps/agent/src/main.ts'))
    const panel = await dockerfile('panel')
    expect(panel).toContain(command(panelNodeArgs, 'apps/web/server/main.ts'))
    for (const [name, value] of Object.entries(panelMemoryEnv)) expect(panel).toContain(`${name}=${value}`)
  })
})
