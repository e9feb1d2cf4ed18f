#!/usr/bin/env node
/**
 * Stands in for Prisma's native `schema-engine`, which npm does not have and the CLI would download: the same arguments,
 * the same JSON-RPC on stdin and stdout. A tool of developers and CI; the panel itself applies migrations without it.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { runEngineCommand } from './engine-commands.ts'
import { answerLine } from './engine-requests.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
    version: { type: 'boolean' },
  },
})

if (values.version) process.stdout.write('schema-engine-wasm\n')
else if (positionals[0] === 'cli') process.exitCode = await runEngineCommand(positionals[1], parseDatabase().url)
else await serve()

async function serve(): Promise<void> {
  const datamodels = values.datamodels?.map((path): [string, string] => [path, readFileSync(path, 'utf8')])
  const database = values.datasource === undefined ? undefined : parseDatabase()
  const pending = new Set<Promise<void>>()
  for await (const line of createInterface({ input: process.stdin })) {
    const work = answerLine(line, { datamodels, database }).finally(() => pending.delete(work))
    pending.add(work)
  }
  await Promise.all(pending)
  // Pools of answered requests may still hold idle connections.
  process.exit(0)
}

/** From `--datasource {"url": …, "shadowDatabaseUrl": …}`. */
function parseDatabase(): { url: string; shadowUrl: string | undefined } {
  const parsed: unknown = JSON.parse(values.datasource ?? '{}')
  const read = (name: string): unknown => (typeof parsed === 'object' && parsed ? Reflect.get(parsed, name) : undefined)
  const [url, shadowUrl] = [read('url'), read('shadowDatabaseUrl')]
  if (typeof url !== 'string' || url === '') throw new Error('--datasource names no url')
  return { url, shadowUrl: typeof shadowUrl === 'string' ? shadowUrl : undefined }
}
