/** How fast something comes, over the last seconds: a rate since the start would tell of a stall long after it began. */
interface Mark {
  readonly atMs: number
  readonly bytes: number
}

const windowMs = 5_000

export class TransferRate {
  #marks: Mark[] = []

  /** Bytes per second after `bytes` in all are there at `atMs`; null while too little time has passed to say. */
  add({ atMs, bytes }: Mark): number | null {
    // A transfer that begins again from nothing has no history.
    if ((this.#marks.at(-1)?.bytes ?? 0) > bytes) this.#marks = []
    this.#marks = [...this.#marks.filter((mark) => atMs - mark.atMs <= windowMs), { atMs, bytes }]
    const [first] = this.#marks
    const spanMs = first === undefined ? 0 : atMs - first.atMs
    if (first === undefined || spanMs < 500) return null
    return ((bytes - first.bytes) / spanMs) * 1_000
  }
}
