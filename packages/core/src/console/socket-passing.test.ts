import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { goLine, houseSchema, leashAnswer, readGoLine, readLeashAnswer } from './socket-passing.ts'

describe('socket passing', () => {
  it('reads the house and the name out of one variable, and refuses half of it', () => {
    expect(houseSchema.parse('0123-abcd/agent-host-1')).toEqual({ houseId: '0123-abcd', name: 'agent-host-1' })
    for (const wrong of ['', 'house', 'house-one/', '/agent', 'house-one/a/b', 'house one/agent'])
      expect(houseSchema.safeParse(wrong).success).toBe(false)
  })

  it('tells the answer of a leash from those that are for the browser', () => {
    const parcel = { to: 'agent-host-1', passId: randomUUID() }
    expect(readLeashAnswer(leashAnswer(parcel))).toEqual(parcel)
    expect(readLeashAnswer(leashAnswer({ ...parcel, passId: 'guessed' }))).toBeUndefined()
    expect(readLeashAnswer('HTTP/1.1 404 Not Found\r\n\r\n')).toBeUndefined()
    expect(readLeashAnswer('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')).toBeUndefined()
  })

  it('carries what the browser sent early, whole or not yet', () => {
    const headBase64 = Buffer.from([0, 255, 10, 13, 65]).toString('base64')
    const line = goLine(headBase64)
    expect(readGoLine(line)).toEqual({ kind: 'go', headBase64 })
    expect(readGoLine(goLine(''))).toEqual({ kind: 'go', headBase64: '' })
    for (let end = 0; end < line.length; end++) expect(readGoLine(line.slice(0, end))).toEqual({ kind: 'more' })
    for (const wrong of ['stay\n', `${line}again`, 'go '.padEnd(300_000, 'A')])
      expect(readGoLine(wrong)).toEqual({ kind: 'wrong' })
  })
})
