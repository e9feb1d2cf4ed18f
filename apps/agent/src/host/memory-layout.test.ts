import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readKernelAbilities } from './kernel-abilities.ts'
import { countCpus, readFreeMemory, readHugePages, readNumaNodes } from './memory-layout.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-sys-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function put(path: string, text: string): void {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
}
const meminfo = (id: number, total: number, free: number): string =>
  `Node ${id} MemTotal:       ${total} kB\nNode ${id} MemFree:        ${free} kB\n`

test('reads nodes in their order, and large pages, and what is free of both', async () => {
  put('nodes/node10/cpulist', '4-5,7\n')
  put('nodes/node10/meminfo', meminfo(10, 2_000, 500))
  put('nodes/node0/cpulist', '0-3\n')
  put('nodes/node0/meminfo', meminfo(0, 1_000, 100))
  put('nodes/has_cpu', '0,10\n')
  put('pages/hugepages-2048kB/nr_hugepages', '64\n')
  put('pages/hugepages-2048kB/free_hugepages', '60\n')
  put('pages/hugepages-1048576kB/nr_hugepages', '0\n')
  put('pages/hugepages-1048576kB/free_hugepages', '0\n')
  const numaNodes = await readNumaNodes(join(root, 'nodes'))
  expect(numaNodes).toEqual([
    { nodeId: 0, cpus: '0-3', cpuCount: 4, memoryBytes: 1_024_000 },
    { nodeId: 10, cpus: '4-5,7', cpuCount: 3, memoryBytes: 2_048_000 },
  ])
  const hugePages = await readHugePages(join(root, 'pages'))
  expect(hugePages).toEqual([
    { pageBytes: 2_097_152, totalCount: 64 },
    { pageBytes: 1_073_741_824, totalCount: 0 },
  ])
  const roots = { nodesRoot: join(root, 'nodes'), pagesRoot: join(root, 'pages') }
  expect(await readFreeMemory({ numaNodes, hugePages }, roots)).toEqual({
    numaFreeBytes: [102_400, 512_000],
    hugePagesFree: [60, 0],
  })
  // A host of one node without large pages has nothing to say with each beat.
  expect(await readFreeMemory({ numaNodes: numaNodes.slice(0, 1), hugePages: hugePages.slice(1) }, roots)).toEqual({})
  expect(await readNumaNodes(join(root, 'nothing'))).toEqual([])
})

test('counts processors of a list', () => {
  expect(['', '0', '0-3', '0-3,8', '1,3,5-6'].map(countCpus)).toEqual([0, 1, 4, 5, 4])
})

test('says what the kernel offers, and what it does not tell', async () => {
  expect(await readKernelAbilities(root)).toEqual({ iommu: null, sev: false, nestedVirtualization: false, ksm: null })
  put('sys/kernel/iommu_groups/0/type', 'DMA\n')
  put('sys/module/kvm_amd/parameters/sev', 'Y\n')
  put('sys/module/kvm_amd/parameters/nested', '1\n')
  put('sys/kernel/mm/ksm/run', '0\n')
  expect(await readKernelAbilities(root)).toEqual({ iommu: true, sev: true, nestedVirtualization: true, ksm: false })
})
