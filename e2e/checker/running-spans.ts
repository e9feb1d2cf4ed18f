/**
 * When a QEMU's processors provably ran. Every doubt shortens a span, so that two spans of one machine that overlap are a
 * proof that it ran twice, whatever was slow: this program, the computer, or QEMU's answers.
 */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export class RunningSpans {
  readonly #closed: Span[] = []
  #open: { fromMs: number; toMs: number } | undefined

  get isRunning(): boolean {
    return this.#open !== undefined
  }

  /** It answered somewhere in between; the later moment proves where a span begins, the earlier one how far it goes. */
  saw({ isRunning, sentMs, heardMs }: { isRunning: boolean; sentMs: number; heardMs: number }): void {
    if (!isRunning) this.#close()
    else if (this.#open) this.#open.toMs = Math.max(this.#open.toMs, sentMs)
    else this.#open = { fromMs: heardMs, toMs: heardMs }
  }

  /** RESUME: the processors are let go at this moment. */
  resumed(atMs: number): void {
    this.#open ??= { fromMs: atMs, toMs: atMs }
  }

  /** STOP: they ran until this moment. */
  stopped(atMs: number): void {
    if (this.#open) this.#open.toMs = Math.max(this.#open.toMs, atMs)
    this.#close()
  }

  /** It ended: when, nobody saw. The last proof stands. */
  ended(): void {
    this.#close()
  }

  all(): Span[] {
    return this.#open ? [...this.#closed, { ...this.#open }] : [...this.#closed]
  }

  #close(): void {
    if (this.#open) this.#closed.push(this.#open)
    this.#open = undefined
  }
}

/** The longest time that a span of the one and a span of the other have in common; undefined without any. */
export function overlapOf(one: readonly Span[], other: readonly Span[]): Span | undefined {
  return one
    .flatMap((a) => other.map((b) => ({ fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) })))
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0]
}
