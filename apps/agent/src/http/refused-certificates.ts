/**
 * Certificates of this installation that were revoked, as the panel told: a host that was turned out keeps its key, and could
 * still ask other hosts. Owner of `<dataDir>/identity/refused.json`, so that a restart without a panel forgets none.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readFileIfAny, writeFileDurably } from '../storage/durable-files.ts'

const fileSchema = z.array(z.string())

export class RefusedCertificates {
  readonly #folder: string
  #fingerprints: ReadonlySet<string>
  /** Called with each new list, when it is on disk. */
  onChange: () => void = () => undefined

  private constructor(folder: string, fingerprints: readonly string[]) {
    this.#folder = folder
    this.#fingerprints = new Set(fingerprints)
  }

  static async open(dataDir: string): Promise<RefusedCertificates> {
    const folder = join(dataDir, 'identity')
    const text = await readFileIfAny(join(folder, 'refused.json'))
    return new RefusedCertificates(folder, text === undefined ? [] : fileSchema.parse(JSON.parse(text)))
  }

  /** SHA-256 of the certificate, as Node writes it ("AB:CD:…") or in lower-case hexadecimal. */
  has(fingerprint: string): boolean {
    return this.#fingerprints.has(fingerprint.replaceAll(':', '').toLowerCase())
  }

  async replace(fingerprints: readonly string[]): Promise<void> {
    const isSame = fingerprints.length === this.#fingerprints.size && fingerprints.every((each) => this.has(each))
    if (isSame) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeFileDurably(join(this.#folder, 'refused.json'), `${JSON.stringify(fingerprints)}\n`, 0o600)
    this.#fingerprints = new Set(fingerprints)
    this.onChange()
  }
}
