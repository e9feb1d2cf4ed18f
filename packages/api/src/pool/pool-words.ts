/** What a host found at a path, in a sentence: whether a shared pool can be there. Pure. */
import type { DirectoryReport } from '@berth/core/agent-contract/pool-commands'
import type { PoolTest } from '@berth/core/storage/pool'
import { formatBytes } from '@berth/core/units/bytes'

type Verdict = Pick<PoolTest, 'verdict' | 'text'>

/** `wantedId`: the pool that should lie there; null where a new one is to begin. */
export function directoryVerdict(report: DirectoryReport, wantedId: string | null): Verdict {
  if (wantedId === null && report.poolId !== null)
    return cannot('Another pool lies there already. Choose an empty directory.')
  if (wantedId !== null && report.poolId !== wantedId)
    return cannot(
      report.poolId === null
        ? (missing(report) ?? 'The pool is not there: its file system is not mounted, or it is another directory.')
        : 'Another pool lies there.',
    )
  if (report.problem !== null) return cannot(report.problem)
  const room = `${formatBytes(report.freeBytes)} free of ${formatBytes(report.totalBytes)} (${report.fileSystem})`
  if (wantedId === null && report.isOnRootDisk)
    return {
      verdict: 'warning',
      text: `${room}, on the host's own root disk: is the shared file system mounted there?`,
    }
  return { verdict: 'can', text: room }
}

/** Hosts that see one directory see one file system. */
export function withSizesCompared(tests: readonly PoolTest[], sizes: ReadonlyMap<string, number>): PoolTest[] {
  const isOne = new Set(sizes.values()).size <= 1
  if (isOne) return [...tests]
  return tests.map((test) =>
    test.verdict === 'can'
      ? { ...test, verdict: 'warning', text: `${test.text}. The hosts see file systems of different sizes.` }
      : test,
  )
}

const cannot = (text: string): Verdict => ({ verdict: 'cannot', text })
/** Where nothing was seen at all, that is what is the matter: no directory, no answer, nothing that can be mounted. */
const missing = ({ problem, fileSystem }: DirectoryReport): string | null =>
  fileSystem === 'unknown' || problem?.startsWith('There is no') === true ? problem : null
