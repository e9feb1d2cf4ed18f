import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { readSse, type SseMessage } from './sse-reader.ts'

async function* cut(bytes: Uint8Array, at: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const to of [...at, bytes.length].map((each) => Math.min(each, bytes.length)).toSorted((a, b) => a - b)) {
    yield bytes.subarray(from, to)
    from = to
  }
}

async function readAll(text: string, at: readonly number[] = []): Promise<SseMessage[]> {
  const got: SseMessage[] = []
  for await (const message of readSse(cut(new TextEncoder().encode(text), at))) got.push(message)
  return got
}

it('reads fields, joins data lines, skips comments and what was cut off at the end', async () => {
  const text =
    ': hi\r\nevent: connected\r\ndata: {}\r\n\r\nid: s:1\ndata: a\ndata:b\n\nevent: ping\ndata:\n\ndata: half'
  expect(await readAll(text)).toEqual([
    { event: 'connected', data: '{}', id: null },
    { event: 'message', data: 'a\nb', id: 's:1' },
    { event: 'ping', data: '', id: null },
  ])
})

it('reads the same however the bytes are cut, within a character too', async () => {
  const text = 'id: 1\ndata: {"name":"Zürich ☕ 機械"}\n\nevent: ping\ndata: \n\n'
  const whole = await readAll(text)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(80), { maxLength: 12 }), async (at) => {
      expect(await readAll(text, at)).toEqual(whole)
    }),
  )
})
