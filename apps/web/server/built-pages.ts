/** Which build of the pages this panel serves: the current one at its start (launcher/src/building/page-builds.ts), until it ends. */
import { openSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface BuiltPages {
  /** Relative to the folder of the panel, as Next wants it. */
  readonly distDir: string
  /** Of this build, then of the one before: pages that were open before an upgrade still ask for its files. */
  readonly staticDirs: readonly string[]
}

/**
 * Undefined where the pages were not built. Holds the folders open for as long as the process lives: by that the launcher
 * sees that they are served, and does not remove them.
 */
export function holdBuiltPages(webDir: string): BuiltPages | undefined {
  const builds = join(webDir, '.next/builds')
  const current = hold(join(builds, 'current'))
  if (current === undefined) return undefined
  const previous = hold(join(builds, 'previous'))
  const served = previous === undefined ? [current] : [current, previous]
  return {
    distDir: join('.next/builds', basename(current)),
    staticDirs: served.map((dir) => join(dir, 'static')),
  }
}

function hold(link: string): string | undefined {
  try {
    const dir = realpathSync(link)
    openSync(dir, 'r')
    return dir
  } catch {
    // Not built yet, or the first build: there is no such link.
    return undefined
  }
}
