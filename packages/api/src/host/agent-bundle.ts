/**
 * What a new host gets: this panel's own agent as sources, with the launcher's part that installs and keeps it, and the lock
 * file that pins all the rest. Made of the files beside this one, once per process and when it is first asked for.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeTarGz, type ArchivedFile } from './tar-archive.ts'

/** Where the panel serves it, to anybody: it holds no secret. */
export const agentBundlePath = '/api/join/agent.tgz'

export interface AgentBundle {
  readonly bytes: Buffer
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

const root = resolve(import.meta.dirname, '../../../..')

/** pnpm reads the workspace's and these packages' manifests; of the others it needs none. */
const singleFiles = [
  '.npmrc',
  'apps/agent/package.json',
  'berth',
  'package.json',
  'packages/core/package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
]
const folders = ['apps/agent/src', 'launcher/src', 'packages/core/src']
const skippedFolders = /^(testing|node_modules)$/
const skippedFiles = /\.test\.tsx?$|\.golden$|\.md$/

export function makeAgentBundleSource(): () => Promise<AgentBundle> {
  let made: Promise<AgentBundle> | undefined
  return async () => {
    made ??= makeAgentBundle()
    try {
      return await made
    } catch (error) {
      // The next one tries again: a disk that did not answer once may answer then.
      made = undefined
      throw error
    }
  }
}

async function makeAgentBundle(): Promise<AgentBundle> {
  const found = await Promise.all([...singleFiles.map(readIfThere), ...folders.map(readFolder)])
  const bytes = makeTarGz(found.flat())
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function readIfThere(path: string): Promise<ArchivedFile[]> {
  try {
    return [await readOne(path)]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

async function readFolder(folder: string): Promise<ArchivedFile[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const found = entries.map(async (entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return skippedFolders.test(entry.name) ? [] : readFolder(path)
    return entry.isFile() && !skippedFiles.test(entry.name) ? [await readOne(path)] : []
  })
  return (await Promise.all(found)).flat()
}

async function readOne(path: string): Promise<ArchivedFile> {
  const full = join(root, path)
  const [content, { mode }] = await Promise.all([readFile(full), stat(full)])
  return { path, content, isExecutable: (mode & 0o100) !== 0 }
}
