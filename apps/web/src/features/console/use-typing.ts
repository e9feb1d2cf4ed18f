'use client'
import { useEffect, useEffectEvent, useState } from 'react'
import type { Stroke } from './keyboard-layouts.ts'
import { strokePauseMs } from './paste-plan.ts'
import { type KeySink, pressStroke } from './screen-keys.ts'

/** Progress is drawn this often; drawing it at each stroke would slow the typing down. */
const strokesPerStep = 16

/** Presses keys at a pace that guests can follow. Ends with the component: whoever closes the dialog stops it. */
export function useTyping(client: KeySink, onDone: () => void) {
  const [strokes, setStrokes] = useState<readonly Stroke[] | null>(null)
  const [progress, setProgress] = useState(0)
  const finish = useEffectEvent(onDone)

  useEffect(() => {
    if (!strokes) return
    let at = 0
    let timer = setTimeout(type, 0)
    function type(): void {
      const stroke = strokes?.[at++]
      if (!strokes || !stroke) return finish()
      pressStroke(client, stroke)
      if (at % strokesPerStep === 0) setProgress(at / strokes.length)
      timer = setTimeout(type, strokePauseMs)
    }
    return () => clearTimeout(timer)
  }, [client, strokes])

  return { progress: strokes === null ? null : progress, start: setStrokes }
}
