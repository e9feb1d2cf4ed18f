import { copyFile, rename, stat, truncate } from 'node:fs/promises'

export const maxLogBytes = 10 * 1024 * 1024

/**
 * Keeps a log and two older ones, 30 MB in all. The writer holds the file open in append mode and outlives us, so its file is
 * copied and cut, not renamed; lines written between the two are lost, which a log may.
 */
export async function rotateLog(path: string, maxBytes = maxLogBytes): Promise<boolean> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size <= maxBytes) return false
  await rename(`${path}.1`, `${path}.2`).catch(() => {
    // There is none before the second rotation.
  })
  await copyFile(path, `${path}.1`)
  await truncate(path, 0)
  return true
}
