import { join } from 'node:path'
import { tinyImagePath, tinyImageStamp } from '../building/guest-image.ts'
import { runPanelCli } from './panel-cli.ts'
import type { DataPaths } from '../data/data-paths.ts'
import type { Settings } from '../data/settings.ts'
import { hasStamp, writeWhole } from '../install/stamp.ts'

const imageName = 'Berth tiny Linux'

/** Makes the small image known to the panel, once for each of its recipes; what a user deleted afterwards stays deleted. */
export async function registerTinyImage(settings: Settings, paths: DataPaths): Promise<string | undefined> {
  const stamp = await tinyImageStamp()
  const stampPath = join(paths.recordDir, 'tiny-image.stamp')
  if (stamp === undefined || (await hasStamp(stampPath, stamp))) return undefined
  const about = [
    '--os',
    'BusyBox on a Debian kernel',
    '--default-user',
    'root',
    '--min-memory',
    String(128 * 1024 * 1024),
  ]
  const args = ['image', 'register', '--file', tinyImagePath, '--name', imageName, '--wait', ...about]
  await runPanelCli({ settings, paths, args, failure: 'The small image could not be registered:' })
  await writeWhole(stampPath, stamp)
  return 'registered'
}
