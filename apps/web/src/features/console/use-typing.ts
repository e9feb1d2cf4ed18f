'use client'
import { useEffect, useEffectEvent, useState } from 'react'
import type { Stroke } from './keyboard-layouts.ts'
import { strokePauseMs } from './paste-plan.ts'
import { type KeySink, pressStroke } from './screen-keys.ts'

/** Presses keys at a pace that guests can follow. Ends with the component: whoever closes the dialog stops it. */
export function useTyping(client: KeySink, onDone: () => void) {
  const [job, setJob] = useState<{ strokes: readonly Stroke[]; at: number } | null>(null)
  const finish = useEffectEvent(onDone)

  useEffect(() => {
    if (!job) return
    const stroke = job.strokes[job.at]
    if (!stroke) return finish()
    const timer = setTimeout(() => {
      pressStroke(client, stroke)
      setJob({ ...job, at: job.at + 1 })
    }, strokePauseMs)
    return () => clearTimeout(timer)
  }, [client, job])

  return {
    progress: job === null ? null : job.at / Math.max(1, job.strokes.length),
    start: (strokes: readonly Stroke[]) => setJob({ strokes, at: 0 }),
  }
}
