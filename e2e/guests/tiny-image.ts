import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Puts the tiny image at a path: 8 s on two idle cores and the download the first time, then from the cache. */
export async function buildTiny(path: string): Promise<void> {
  await run(join(import.meta.dirname, 'build-tiny.sh'), [path])
}

/** A directory with a fresh, writable copy of the tiny image. */
export class TinyImage implements AsyncDisposable {
  readonly dir: string
  readonly path: string

  private constructor(dir: string) {
    this.dir = dir
    this.path = join(dir, 'tiny.qcow2')
  }

  static async make(): Promise<TinyImage> {
    const image = new TinyImage(await mkdtemp(join(tmpdir(), 'berth-tiny-')))
    await buildTiny(image.path)
    return image
  }

  /** A NoCloud seed, made as the agent makes it. */
  async seed(metaData: string): Promise<string> {
    const files = join(this.dir, 'seed')
    await mkdir(files)
    await writeFile(join(files, 'meta-data'), metaData)
    await writeFile(join(files, 'user-data'), '#cloud-config\n{"hostname":"not-this-one"}\n')
    const path = join(this.dir, 'seed.iso')
    const form = ['--format', 'iso9660', '--options', 'volume-id=CIDATA']
    await run('bsdtar', ['-c', '-f', path, ...form, '-C', files, 'meta-data', 'user-data'])
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
