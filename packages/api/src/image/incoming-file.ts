/** Puts a local file where a host on this computer picks up images: its pool's `incoming` folder. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, rename, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@berth/core/errors/app-error'

/**
 * Copies `file` and answers its bare name there, which names its content, so that the same file is known again. Throws
 * OBJECT_NOT_FOUND when there is no such file, HOST_UNREACHABLE when the pool is not on this computer.
 */
export async function placeIncomingFile(file: string, poolPath: string): Promise<string> {
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) throw new AppError('OBJECT_NOT_FOUND', `There is no file ${file}.`)
  const folder = join(poolPath, 'incoming')
  const hasFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!hasFolder) throw new AppError('HOST_UNREACHABLE', `There is no folder ${folder} on this computer.`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const stem = basename(file, extname(file)).replace(/[^A-Za-z0-9_-]/g, '-')
  const fileName = `image-${stem.slice(0, 40)}-${hash.digest('hex').slice(0, 12)}${extname(file) === '.raw' ? '.raw' : '.qcow2'}`
  const temporary = join(folder, `part-${process.pid}-${fileName}`)
  await copyFile(file, temporary)
  await rename(temporary, join(folder, fileName))
  return fileName
}
