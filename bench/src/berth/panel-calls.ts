/** The panel's API as a script of an administrator speaks it: plain JSON with a token. */
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { operationViewSchema, type OperationView } from '@berth/core/operation/operation'
import { until } from '../measure/started-program.ts'
import { z } from 'zod'

const answerSchema = z.union([
  z.object({ result: z.object({ data: z.unknown() }) }),
  z.object({ error: z.object({ message: z.string() }) }),
])

export class PanelClient {
  readonly origin: string
  readonly token: string

  constructor(origin: string, token: string) {
    this.origin = origin
    this.token = token
  }

  /** Throws the panel's words. */
  async query<T extends z.ZodType>(procedure: string, input: unknown, answer: T): Promise<z.infer<T>> {
    const url = `${this.origin}/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`
    return this.#read(procedure, await fetch(url, { headers: this.#headers() }), answer)
  }

  async mutate<T extends z.ZodType>(procedure: string, input: unknown, answer: T): Promise<z.infer<T>> {
    const response = await fetch(`${this.origin}/api/trpc/${procedure}`, {
      method: 'POST',
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
    return this.#read(procedure, response, answer)
  }

  /** Waits for a task's end, looking each `everyMs`; throws when it did not succeed. */
  async operationEnd(operationId: string, everyMs = 20, timeoutMs = 120_000): Promise<OperationView> {
    const ended = await until(
      `task ${operationId}`,
      async () => {
        const operation = await this.query('operation.get', { operationId }, operationViewSchema)
        return isOperationEnded(operation.status) ? operation : undefined
      },
      { everyMs, timeoutMs },
    )
    if (ended.status === 'succeeded') return ended
    throw new Error(`${ended.title}: ${ended.status}, ${ended.error?.message ?? 'without a reason'}`)
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` }
  }

  async #read<T extends z.ZodType>(procedure: string, response: Response, answer: T): Promise<z.infer<T>> {
    const parsed = answerSchema.parse(await response.json())
    if ('error' in parsed) throw new Error(`${procedure}: ${parsed.error.message}`)
    return answer.parse(parsed.result.data)
  }
}
