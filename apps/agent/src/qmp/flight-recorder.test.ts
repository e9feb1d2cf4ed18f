import { describe, expect, it } from 'vitest'
import { FlightRecorder } from './flight-recorder.ts'

const command = (name: string, payload: unknown): FlightRecorder => {
  const recorder = new FlightRecorder()
  recorder.add({ direction: 'command', name, payload })
  return recorder
}

describe('FlightRecorder', () => {
  it.each([
    ['object-add', { 'qom-type': 'secret', id: 's', data: 'hunter2' }],
    ['set_password', { protocol: 'vnc', password: 'hunter2' }],
    ['send-key', { keys: [{ type: 'qcode', data: 'hunter2' }] }],
    ['qom-set', { path: '/objects/s', property: 'data', value: 'hunter2' }],
    ['nested', { opts: [{ password: 'hunter2' }] }],
  ])('never holds the secret of %s', (name, payload) => {
    const text = JSON.stringify(command(name, payload).read())
    expect(text).not.toContain('hunter2')
    expect(text).toContain('•••')
  })

  it('hides the text that qom-get answers, which may be a key, and keeps its figures', () => {
    const recorder = new FlightRecorder()
    recorder.add({ direction: 'reply', name: 'qom-get', payload: 'hunter2' })
    recorder.add({ direction: 'reply', name: 'qom-get', payload: { stats: { free: 7 } } })
    expect(recorder.read().map(({ payload }) => payload)).toEqual(['•••', { stats: { free: 7 } }])
  })

  it('keeps the newest thousand, numbered on, and filters', () => {
    const recorder = new FlightRecorder()
    for (let index = 0; index < 1_005; index++) recorder.add({ direction: 'event', name: `E${index % 2}`, payload: {} })
    expect(recorder.read()).toHaveLength(1_000)
    expect(recorder.read()[0]?.sequence).toBe(6)
    expect(recorder.read({ afterSequence: 1_003 }).map(({ name }) => name)).toEqual(['E1', 'E0'])
    expect(recorder.read({ name: 'E1', limit: 2 }).map(({ sequence }) => sequence)).toEqual([1_002, 1_004])
    expect(recorder.read({ direction: 'error' })).toEqual([])
  })

  it('cuts what is long', () => {
    const [record] = command('x', { text: 'a'.repeat(5_000) }).read()
    expect(record?.payload).toMatch(/^\{"text":"a{900,}…$/)
  })
})
