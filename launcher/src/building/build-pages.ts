/** `pnpm build`, and the panel's image: the pages as `./berth up` builds them. */
import { ensureBuild } from './build.ts'
import { messageOf } from '../terminal/launcher-error.ts'
import { stage } from '../terminal/stages.ts'

try {
  await stage('Pages of the panel', ensureBuild)
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
}
