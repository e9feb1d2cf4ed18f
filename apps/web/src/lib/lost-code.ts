/**
 * A tab that was open while the panel was upgraded, twice: files of its build are no longer there (the build before is
 * still served, server/built-pages.ts). Only a fresh document helps, so the page is loaded again, once.
 */
const storageKey = 'berth-reloaded-for'

/** What must be asked or done outside, for tests. */
export interface TabDoors {
  fetch: (url: string, init: RequestInit) => Promise<{ status: number }>
  storage: Pick<Storage, 'getItem' | 'setItem'>
  reload: () => void
}

const browserDoors = (): TabDoors => ({
  fetch: (url, init) => window.fetch(url, init),
  storage: window.sessionStorage,
  reload: () => window.location.reload(),
})

/** As the bundler's loader in the browser words it. */
export const isLostCode = (error: unknown): error is Error => error instanceof Error && error.name === 'ChunkLoadError'

/**
 * Loads the page again if `error` says that a file of this build is gone. Not while the panel does not answer, which would
 * lose the page, and not again for the same file: if that one is missing from a fresh document too, it is not the upgrade.
 */
export async function reloadForLostCode(error: unknown, doors?: TabDoors): Promise<void> {
  if (!isLostCode(error)) return
  const file = /Failed to load chunk (\/_next\/static\/\S+)/.exec(error.message)?.[1]
  if (file === undefined) return
  const { fetch, storage, reload } = doors ?? browserDoors()
  const answer = await fetch(file, { method: 'HEAD', cache: 'no-store' }).catch(() => undefined)
  if (answer?.status !== 404 || storage.getItem(storageKey) === file) return
  storage.setItem(storageKey, file)
  reload()
}
