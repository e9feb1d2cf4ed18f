import { expect, test } from 'vitest'
import { overlapOf, RunningSpans } from './running-spans.ts'

const answer = (sentMs: number, heardMs: number, isRunning = true) => ({ isRunning, sentMs, heardMs })

test('answers prove a span from the first that was heard to the last that was asked', () => {
  const spans = new RunningSpans()
  spans.saw(answer(100, 140))
  spans.saw(answer(150, 151))
  spans.saw(answer(200, 900))
  expect(spans.isRunning).toBe(true)
  spans.ended()
  expect(spans.isRunning).toBe(false)
  expect(spans.all()).toEqual([{ fromMs: 140, toMs: 200 }])
})

test('RESUME and STOP are exact, and an answer between them changes nothing', () => {
  const spans = new RunningSpans()
  spans.resumed(10.5)
  spans.saw(answer(11, 12))
  spans.stopped(20.25)
  spans.saw(answer(21, 22, false))
  expect(spans.all()).toEqual([{ fromMs: 10.5, toMs: 20.25 }])
})

test('a hand-over is no overlap, however late the answers come', () => {
  const source = new RunningSpans()
  const target = new RunningSpans()
  source.saw(answer(0, 1))
  source.saw(answer(50, 400))
  source.stopped(60)
  target.resumed(61)
  target.saw(answer(100, 101))
  expect(overlapOf(source.all(), target.all())).toBeUndefined()
})

test('one that goes on while the other runs is, also for a millisecond between two looks', () => {
  const source = new RunningSpans()
  const target = new RunningSpans()
  source.saw(answer(0, 1))
  source.saw(answer(50, 51))
  target.resumed(60)
  target.stopped(61)
  expect(overlapOf(source.all(), target.all())).toBeUndefined()
  source.saw(answer(100, 101))
  expect(overlapOf(source.all(), target.all())).toEqual({ fromMs: 60, toMs: 61 })
})
