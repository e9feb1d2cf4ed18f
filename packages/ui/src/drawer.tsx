'use client'
import { type ReactNode, useState } from 'react'
import { late, useLate } from './late.ts'

export interface DrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** Keeps the title for screen readers only. */
  hideTitle?: boolean | undefined
  actions?: ReactNode
  children: ReactNode
  footer?: ReactNode
  side?: 'right' | 'left' | undefined
  className?: string | undefined
}

const sheet = late(() => import('./drawer-sheet.tsx'))

/** A sheet over the page's edge; full width on a phone. Its code comes with the first one that is opened. */
export function Drawer(props: DrawerProps) {
  const [wishes, setWishes] = useState(0)
  const [wasOpen, setWasOpen] = useState(false)
  if (props.open !== wasOpen) {
    setWasOpen(props.open)
    if (props.open) setWishes(wishes + 1)
  }
  const loaded = useLate(sheet, wishes)
  return loaded ? <loaded.DrawerSheet {...props} /> : null
}
