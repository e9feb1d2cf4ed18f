'use client'
import { hearLateFailures } from '@berth/ui/late'
import { useEffect } from 'react'
import { reloadForLostCode } from '../../lib/lost-code.ts'

/** Around every page, for code that is wanted and gone: what breaks a page comes to error.tsx instead. */
export function LostCodeWatch() {
  useEffect(() => {
    const hear = (error: unknown): void => void reloadForLostCode(error)
    const hearRejection = ({ reason }: PromiseRejectionEvent): void => hear(reason)
    const stop = hearLateFailures(hear)
    window.addEventListener('unhandledrejection', hearRejection)
    return () => {
      stop()
      window.removeEventListener('unhandledrejection', hearRejection)
    }
  }, [])
  return null
}
