import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A directory with a fresh, writable copy of the tiny image; built if the cache does not have it (under a minute). */
export class TinyImage implements AsyncDisposable {
  readonly dir: string
  readonly path: string

  private constructor(dir: string) {
    this.dir = dir
    this.path = join(dir, 'tiny.qcow2')
  }

  static async make(): Promise<TinyImage> {
    const image = new TinyImage(await mkdtemp(join(tmpdir(), 'berth-tiny-')))
    await run(join(import.meta.dirname, 'build-tiny.sh'), [image.path])
    return image
  }

  /** A NoCloud seed on FAT, which needs no tool beyond those of the build. */
  async seed(metaData: string): Promise<string> {
    const path = join(this.dir, 'seed.img')
    const script =
      'truncate -s 1440K "$1" && PATH=$PATH:/usr/sbin mkfs.vfat -n CIDATA "$1" && printf "%s" "$2" | mcopy -i "$1" - ::meta-data'
    await run('sh', ['-c', script, 'seed', path, metaData])
    return path
  }

  /** UEFI firmware with variables of its own. */
  async uefi(): Promise<{ code: string; vars: string }> {
    const vars = join(this.dir, 'vars.fd')
    await copyFile('/usr/share/OVMF/OVMF_VARS_4M.fd', vars)
    return { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', vars }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true })
  }
}
