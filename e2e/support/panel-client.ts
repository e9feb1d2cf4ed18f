/** The panel's API as a script uses it: plain JSON with a token. Answers are parsed with core's schemas. */
import { z } from 'zod'
import { wireErrorSchema, type WireError } from '@berth/core/errors/app-error'

export const doneSchema = z.object({ operationId: z.string() })

const envelopeSchema = z.object({ result: z.object({ data: z.unknown() }) })
const refusalSchema = z.object({ error: z.object({ data: z.object({ appError: wireErrorSchema }) }) })

/** What a call was refused with. */
export class PanelRefusal extends Error {
  readonly status: number
  readonly wire: WireError

  constructor(procedure: string, status: number, wire: WireError) {
    super(`${procedure}: ${wire.code}: ${wire.message}`)
    this.status = status
    this.wire = wire
  }
}

export class PanelClient {
  readonly #url: string
  readonly #headers: Record<string, string>

  constructor(url: string, headers: Record<string, string>) {
    this.#url = url
    this.#headers = headers
  }

  /** Throws PanelRefusal; a panel that is away is fetch's own error. */
  async query<T extends z.ZodType>(procedure: string, input: unknown, answer: T): Promise<z.infer<T>> {
    const search = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
    return this.#call(procedure, answer, [`${this.#url}/api/trpc/${procedure}${search}`, {}])
  }

  async mutate<T extends z.ZodType>(procedure: string, input: unknown, answer: T): Promise<z.infer<T>> {
    const init = { method: 'POST', body: JSON.stringify(input) }
    return this.#call(procedure, answer, [`${this.#url}/api/trpc/${procedure}`, init])
  }

  /** The code that a call is refused with, or "accepted". */
  async codeOf(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'accepted',
      (error: unknown) => {
        if (error instanceof PanelRefusal) return error.wire.code
        throw error
      },
    )
  }

  async #call<T extends z.ZodType>(
    procedure: string,
    answer: T,
    [url, init]: [string, RequestInit],
  ): Promise<z.infer<T>> {
    const headers = { 'content-type': 'application/json', ...this.#headers }
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(20_000) })
    const body: unknown = await response.json()
    if (response.ok) return answer.parse(envelopeSchema.parse(body).result.data)
    const refusal = refusalSchema.safeParse(body)
    if (!refusal.success) throw new Error(`${procedure}: ${response.status}: ${JSON.stringify(body).slice(0, 500)}`)
    throw new PanelRefusal(procedure, response.status, refusal.data.error.data.appError)
  }
}
