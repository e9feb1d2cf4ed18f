/**
 * After `next build`: lays a brotli and a gzip copy beside every text file of the build, as small as they get, so that no
 * request pays for it. server/static-files.ts serves them.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const staticDir = join(import.meta.dirname, '../.next/builds/making/static')
/** Pictures and fonts are compressed by themselves. */
const isText = /\.(js|css|svg|json|txt)$/
/** Below this the name of the encoding costs more than it saves. */
const leastBytes = 512

const names = await readdir(staticDir, { recursive: true })
const sums = { plain: 0, brotli: 0 }
for (const name of names.filter((each) => isText.test(each))) {
  const path = join(staticDir, name)
  const bytes = await readFile(path)
  if (bytes.length < leastBytes) continue
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  }
  const [asBrotli, asGzip] = await Promise.all([
    promisify(brotliCompress)(bytes, { params }),
    promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
  ])
  await Promise.all([writeFile(`${path}.br`, asBrotli), writeFile(`${path}.gz`, asGzip)])
  sums.plain += bytes.length
  sums.brotli += asBrotli.length
}
process.stdout.write(`compressed ${Math.round(sums.plain / 1000)} kB to ${Math.round(sums.brotli / 1000)} kB\n`)
