/** How the kernel lays the host's memory out: NUMA nodes, and pages of other sizes that it keeps. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostFacts, NumaNode } from '@berth/core/host/host'
import { isMissing } from '../storage/durable-files.ts'

const nodesRoot = '/sys/devices/system/node'
const pagesRoot = '/sys/kernel/mm/hugepages'

/** In the order of their numbers; empty where the kernel knows none. */
export async function readNumaNodes(root = nodesRoot): Promise<NumaNode[]> {
  const nodes: NumaNode[] = []
  for (const nodeId of await numbersOf(root, /^node(\d+)$/)) {
    const folder = join(root, `node${nodeId}`)
    const cpus = (await readFile(join(folder, 'cpulist'), 'utf8')).trim()
    const memoryBytes = nodeBytes(await readFile(join(folder, 'meminfo'), 'utf8'), 'MemTotal')
    nodes.push({ nodeId, cpus, cpuCount: countCpus(cpus), memoryBytes })
  }
  return nodes
}

export async function readHugePages(root = pagesRoot): Promise<NonNullable<HostFacts['hugePages']>> {
  const sizes = await numbersOf(root, /^hugepages-(\d+)kB$/)
  return Promise.all(
    sizes.map(async (kib) => ({
      pageBytes: kib * 1_024,
      totalCount: Number(await readFile(join(root, `hugepages-${kib}kB`, 'nr_hugepages'), 'utf8')),
    })),
  )
}

export interface MemoryFacts {
  readonly numaNodes?: readonly NumaNode[] | undefined
  readonly hugePages?: HostFacts['hugePages']
}

export interface FreeMemory {
  numaFreeBytes?: number[]
  hugePagesFree?: number[]
}

/** What is free now, in the order of the facts; only where there is more than one node, or are any large pages. */
export async function readFreeMemory(facts: MemoryFacts, roots = { nodesRoot, pagesRoot }): Promise<FreeMemory> {
  const { numaNodes = [], hugePages = [] } = facts
  const freeOf = async ({ nodeId }: NumaNode): Promise<number> =>
    nodeBytes(await readFile(join(roots.nodesRoot, `node${nodeId}`, 'meminfo'), 'utf8'), 'MemFree')
  const pagesOf = async ({ pageBytes }: { pageBytes: number }): Promise<number> =>
    Number(await readFile(join(roots.pagesRoot, `hugepages-${pageBytes / 1_024}kB`, 'free_hugepages'), 'utf8'))
  return {
    ...(numaNodes.length > 1 && { numaFreeBytes: await Promise.all(numaNodes.map(freeOf)) }),
    ...(hugePages.some(({ totalCount }) => totalCount > 0) && {
      hugePagesFree: await Promise.all(hugePages.map(pagesOf)),
    }),
  }
}

/** "0-3,8" is 5. */
export function countCpus(cpuList: string): number {
  return cpuList
    .split(',')
    .filter(Boolean)
    .reduce((count, range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return count + last - first + 1
    }, 0)
}

function nodeBytes(meminfo: string, name: 'MemTotal' | 'MemFree'): number {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(meminfo)?.[1] ?? 0) * 1_024
}

async function numbersOf(folder: string, pattern: RegExp): Promise<number[]> {
  try {
    const found = (await readdir(folder)).flatMap((name) => pattern.exec(name)?.[1] ?? [])
    return found.map(Number).sort((a, b) => a - b)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
