import type { ReactNode } from 'react'
import { Logo } from '../shell/logo.tsx'
import { ThemeControl } from '../theme/theme-control.tsx'
import { HarbourPicture } from './harbour-picture.tsx'

/** What is around every step on the way in. `note`: small, at the foot. */
export function SignInFrame({ note, children }: { note?: ReactNode; children: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(26rem,1fr)_minmax(0,1.15fr)]">
      <main className="flex flex-col px-6 py-6 sm:px-10">
        <Logo />
        <div className="grid flex-1 place-items-center py-10">
          <div className="w-full max-w-sm">{children}</div>
        </div>
        <footer className="text-ink-3 flex flex-wrap items-center justify-between gap-3 text-xs">
          <span>{note}</span>
          <ThemeControl />
        </footer>
      </main>
      <aside aria-hidden className="border-line bg-sunken relative hidden overflow-hidden border-l lg:block">
        <HarbourPicture />
      </aside>
    </div>
  )
}
