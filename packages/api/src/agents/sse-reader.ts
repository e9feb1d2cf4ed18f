/**
 * Reads a server-sent event stream (WHATWG HTML 9.2) off a response's body. Only what tRPC sends: fields event, data, id.
 * A message may not be longer than `maxMessageBytes`: an agent that went wrong must not fill the panel's memory.
 */
import { AppError } from '@berth/core/errors/app-error'

export interface SseMessage {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

const maxMessageBytes = 32 * 1024 * 1024

/** Ends with the stream; throws what reading the stream throws. */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseMessage> {
  // Streaming: a character may be split between two chunks.
  const decoder = new TextDecoder()
  let rest = ''
  let fields: { event: string; data: string[]; id: string | null } = { event: '', data: [], id: null }
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxMessageBytes) throw new AppError('AGENT_INCOMPATIBLE', 'An event of the agent is too long.')
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line !== '') {
        readField(fields, line)
        continue
      }
      if (fields.data.length > 0 || fields.event !== '') {
        yield { event: fields.event || 'message', data: fields.data.join('\n'), id: fields.id }
      }
      fields = { event: '', data: [], id: null }
    }
  }
}

function readField(fields: { event: string; data: string[]; id: string | null }, line: string): void {
  const colon = line.indexOf(':')
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
  if (name === 'event') fields.event = value
  else if (name === 'data') fields.data.push(value)
  else if (name === 'id') fields.id = value
}
